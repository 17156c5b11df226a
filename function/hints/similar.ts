/**
 * Known names that are close to a name that came: for "Did you mean …?". A hint names only the known name, never the one
 * that came. All files of this folder are loaded after a request is refused, so that no other request pays for them.
 */
import leven from 'leven';

/** A longer name is no slip of the keyboard, and is not compared. */
const MAX_COMPARED_LENGTH = 64;

/** Whether a person may have meant the known name: another case, other separators, a plural, or a slip or two. */
export function isSimilar(received: string, known: string): boolean {
  if (received.length > MAX_COMPARED_LENGTH) return false;
  const [a, b] = [plain(received), plain(known)];
  if (a === b) return true;
  const length = Math.min(a.length, b.length);
  const maxSlips = length > 4 ? 2 : length > 3 ? 1 : 0;
  return leven(a, b) <= maxSlips;
}

/** Without case, full width and separators. */
function plain(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** Names that other programs use for a member of ours. */
const OTHER_NAMES: Readonly<Record<string, readonly string[]>> = {
  texts: [
    ...['text', 'review', 'reviews', 'instance', 'instances', 'input', 'inputs', 'content', 'contents', 'comment'],
    ...['comments', 'body', 'sentence', 'sentences', 'document', 'documents', 'message', 'query', 'prompt', 'data'],
  ],
  text: ['texts', 'review', 'instance', 'input', 'content', 'comment', 'body', 'sentence', 'document', 'data', 'b64'],
  instances: ['instance', 'texts', 'text', 'reviews', 'review', 'input', 'inputs', 'data', 'examples'],
  inputs: ['input', 'instances', 'instance', 'texts', 'text', 'tensors', 'tensor'],
  data: ['contents', 'bytes_contents', 'values', 'value', 'texts', 'text'],
  datatype: ['type', 'dtype', 'data_type'],
  shape: ['shapes', 'dims', 'size'],
};

/** The members of the bodies of other protocols, and their paths. */
const OTHER_BODIES: Readonly<Record<string, readonly [members: readonly string[], advice: string]>> = {
  '/pubsub': [['message', 'subscription'], 'The body looks like a message of a push subscription of Pub/Sub'],
  '/bigquery': [['calls'], 'The body looks like a request of a remote function of BigQuery'],
};

/** If the names that came are those of a body of another path: that path. `missing` is a member of this one's body. */
export function protocolAdvice(missing: string, received: readonly string[]): string | undefined {
  for (const [path, [members, advice]] of Object.entries(OTHER_BODIES))
    if (!members.includes(missing) && members.every((member) => received.includes(member)))
      return `${advice}. POST it to ${path}`;
  return undefined;
}

/** Undefined unless one of the names that came is similar to the member that is missing. */
export function memberAdvice(missing: string, received: readonly string[]): string | undefined {
  const others = OTHER_NAMES[missing] ?? [];
  const isMeant = (name: string) => isSimilar(name, missing) || others.includes(name.toLowerCase());
  return received.some(isMeant) ? `Did you mean "${missing}"? There is a member of a similar name` : undefined;
}

/** "Did you mean …?" for the first known name that is similar, or undefined. */
export function nameAdvice(received: string, known: readonly string[]): string | undefined {
  const meant = known.find((name) => isSimilar(received, name));
  return meant === undefined ? undefined : `Did you mean ${meant}?`;
}
