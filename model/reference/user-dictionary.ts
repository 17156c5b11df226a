/**
 * A user dictionary: words that people add to kuromoji's dictionary. user-dictionary-file.ts reads the files that people
 * write; this file defines the words, and the form in which a bundle keeps them (`user-dictionary.tsv`).
 *
 * A surface form has kuromoji's words first and then these, in their order. The first of equally cheap paths wins, so
 * the order decides ties.
 */
import { requireBuiltin } from '../../native/builtin.ts';

export interface UserWord {
  /** The surface form, as the tokenizer reads it: normalized, if the bundle has a normalizer. */
  readonly surface: string;
  readonly leftId: number;
  readonly rightId: number;
  /** 16 bits, signed. The lower it is, the sooner the word wins. */
  readonly cost: number;
  /** IPADIC's features, at least seven; the base form is the seventh. */
  readonly features: readonly string[];
  /** The tokens that the word becomes, at least two. Their surface forms make the word's. Empty: it is one token. */
  readonly segments: readonly UserSegment[];
}

export interface UserSegment {
  readonly surface: string;
  readonly features: readonly string[];
}

/** UTF-16 units of a surface form. The native engine's search keeps the words of so many positions. */
export const MAX_SURFACE = 63;

export class UserDictionary {
  readonly words: readonly UserWord[];
  readonly #indices = new Map<string, number[]>();
  readonly #longest: number;

  constructor(words: readonly UserWord[]) {
    this.words = words;
    words.forEach(({ surface }, index) => {
      const same = this.#indices.get(surface);
      if (same === undefined) this.#indices.set(surface, [index]);
      else same.push(index);
    });
    this.#longest = words.reduce((longest, { surface }) => Math.max(longest, surface.length), 0);
  }

  /** The SHA-256 of `format()`, in hexadecimal. */
  get sha256(): string {
    return requireBuiltin('node:crypto').createHash('sha256').update(this.format()).digest('hex');
  }

  /** The indices in `words` of the words of a surface form. */
  indicesOf(surface: string): readonly number[] {
    return this.#indices.get(surface) ?? [];
  }

  /** Calls `visit` with the length of each surface form that begins at `start` and ends by `limit`, short ones first. */
  eachPrefix(text: string, start: number, limit: number, visit: (length: number) => void): void {
    for (let length = 1; length <= Math.min(this.#longest, limit - start); length++)
      if (this.#indices.has(text.slice(start, start + length))) visit(length);
  }

  /**
   * These words and those of `others`, which win: a surface form in both has the words of `others` only.
   */
  with(others: UserDictionary): UserDictionary {
    const kept = this.words.filter(({ surface }) => others.indicesOf(surface).length === 0);
    return new UserDictionary([...kept, ...others.words]);
  }

  /**
   * The words as text, one on each line, with tabs between the fields: surface form, left id, right id, cost, features
   * (with commas between them), and for each segment its surface form and its features.
   */
  format(): string {
    return this.words
      .map(({ surface, leftId, rightId, cost, features, segments }) => {
        const parts = segments.flatMap((segment) => [segment.surface, joinFeatures(segment.features)]);
        return `${[surface, leftId, rightId, cost, joinFeatures(features), ...parts].join('\t')}\n`;
      })
      .join('');
  }

  /** Reads what `format` wrote. Throws an error that names the line. `file` is its name, for messages. */
  static parse(text: string, file: string): UserDictionary {
    const lines = text.split('\n');
    if (lines.pop() !== '' || lines.length === 0)
      throw new Error(`${file}: expected at least one word, and a line feed after each`);
    return new UserDictionary(lines.map((line, i) => parseWord(line, `${file}:${i + 1}`)));
  }
}

function joinFeatures(features: readonly string[]): string {
  return features.join(',');
}

function parseWord(line: string, place: string): UserWord {
  const [surface = '', left, right, cost, features = '', ...parts] = line.split('\t');
  const [leftId, rightId, costNumber] = [left, right, cost].map((text) =>
    /^-?\d{1,6}$/.test(`${text}`) ? Number(text) : Number.NaN,
  );
  const segments = Array.from({ length: parts.length >> 1 }, (_, i) => ({
    surface: parts[2 * i] as string,
    features: (parts[2 * i + 1] as string).split(','),
  }));
  const word = { surface, leftId, rightId, cost: costNumber, features: features.split(','), segments } as UserWord;
  const problem = parts.length % 2 === 0 ? problemOf(word) : 'a surface form and features for each segment';
  if (problem === undefined) return word;
  throw new Error(`${place}: expected ${problem}, received ${JSON.stringify(line)}`);
}

/** What is expected of a word and is not so; undefined if all is well. Both readers of words ask it. */
export function problemOf({ surface, leftId, rightId, cost, features, segments }: UserWord): string | undefined {
  if (surface === '') return 'a surface form';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: kuromoji cannot process U+0000
  if (/[\u0000\ud800-\udfff]/.test(surface)) return 'a surface form without characters beyond U+FFFF, such as emoji';
  if (surface.includes('\ue000')) return 'a surface form without U+E000, by which the tokenizer replaces emoji';
  if (/[\t\n\r]/.test(surface)) return 'a surface form without tabs and line breaks';
  if (surface.length > MAX_SURFACE) return `a surface form of at most ${MAX_SURFACE} characters`;
  if (/[、。]./.test(surface)) return 'a surface form with 、 or 。 at most at its end, because a sentence ends there';
  for (const [name, id] of [
    ['left', leftId],
    ['right', rightId],
  ] as const)
    if (!(Number.isInteger(id) && id >= 0 && id <= MAX_ID)) return `a ${name} id from 0 to ${MAX_ID}`;
  if (!(Number.isInteger(cost) && cost >= MIN_COST && cost <= MAX_COST))
    return `a cost from ${MIN_COST} to ${MAX_COST}`;
  if (features.length < MIN_FEATURES) return `at least ${MIN_FEATURES} features`;
  if (segments.length === 1) return 'two or more segments, or none';
  const joined = segments.map((segment) => segment.surface).join('');
  if (segments.some((segment) => segment.surface === '') || (segments.length > 0 && joined !== surface))
    return `segments that make the surface form ${surface} together`;
  return undefined;
}

/** The largest id of IPADIC 2.7.0, kuromoji 0.1.2's dictionary. */
export const MAX_ID = 1315;
export const MIN_COST = -(2 ** 15);
const MAX_COST = 2 ** 15 - 1;
/** Up to the base form. */
export const MIN_FEATURES = 7;
