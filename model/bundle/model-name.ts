/**
 * The names that a new model may have. A name is a segment of the server's paths, the source of its events and a label of
 * its metrics, and people type it. So it has only characters that need no more than percent-encoding in a URL.
 */
import { show } from '../io/checks.ts';

const MAX_LENGTH = 100; // characters

/** Letters with their marks, digits, and between them spaces, full stops, underscores and hyphens. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:[ ._-]+[\p{L}\p{N}][\p{L}\p{M}\p{N}]*)*$/u;

const NAME_RULE = `letters and digits, with spaces, ".", "_" and "-" between them, at most ${MAX_LENGTH} characters`;

/**
 * Throws unless a new model may have the name. The name has to be in Unicode's form NFC, because が in another form is
 * another string than the one that clients send. `source` says where the name comes from, for the message.
 */
export function checkModelName(name: string, source = 'the name of the model'): void {
  const isRight = NAME.test(name) && [...name].length <= MAX_LENGTH && name === name.normalize('NFC');
  if (!isRight) throw new Error(`Expected ${source} to be ${NAME_RULE}, received ${show(name)}`);
}
