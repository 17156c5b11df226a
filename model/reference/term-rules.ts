/**
 * The term rules of a bundle: how tokens become terms that say what a word means, not how it is inflected. They are
 * part of the vectorizer's settings (`rules`). Without rules the words are the surface forms, as scikit-learn sees them.
 *
 * - Word: each `\w+` part of a token. If a token has one part, and its base form is `\w+`, the word is the base form.
 *   A token without `\w` is a symbol. It ends a segment; n-grams stay inside segments. A symbol that contains 。 ！ ？ ! ?
 *   or a line feed also ends a sentence.
 * - Spelling: a word of `spellings` becomes another one, before all other rules. Their words are spelled alike, too. The
 *   length that `token_pattern` asks for is that of the word before.
 * - Negation mark ¬: a negator toggles the mark of up to `scope` words before it in its segment, back to a conjunctive
 *   particle that `through` does not pass. So a double negation cancels. `exceptions` are phrases that do not negate.
 * - Clauses: in a sentence with a concessive particle that is not its first word, the content words before the last such
 *   particle are also terms with the prefix `A:`, those after it with `B:`.
 * - Last sentence: the content words of the last of several sentences are also terms with the prefix `L:`.
 * - Symbols: a symbol is a term with the prefix `S:`, except 。 、 . , and symbols that contain whitespace or a lone
 *   surrogate.
 */
import { type Checks, isObject } from '../io/checks.ts';
import { PARTS_OF_SPEECH, type PartOfSpeech } from './parts-of-speech.ts';
import { isWord } from './word-parts.ts';

export interface TermRules {
  /** Base form → the base form that stands for it. Words with one meaning and several spellings become one term. */
  readonly spellings: Readonly<Record<string, string>>;
  /** null: no marks. */
  readonly negation: NegationRules | null;
  /** Base forms of concessive particles. They count only as conjunctive particles. Empty: no clauses. */
  readonly concessive: readonly string[];
  readonly last_sentence: boolean;
  readonly symbols: boolean;
}

export interface NegationRules {
  /** The maximum number of words that one negator marks. */
  readonly scope: number;
  /** Base form → the parts of speech in which the word negates. */
  readonly negators: Readonly<Record<string, readonly PartOfSpeech[]>>;
  /** Conjunctive particles that do not end the scope if one of the words `before` follows: 食べていない. */
  readonly through: { readonly particles: readonly string[]; readonly before: readonly string[] };
  /**
   * Phrases around a negator that do not negate, as in `しれる|知れる ます? _`: base forms with spaces between them and
   * `_` for the negator. `a|b` is one of several words, `.` any word. `?` after them means none or one, `*` up to 8. A
   * last `？` means that a symbol with ？ or ? ends the segment there.
   */
  readonly exceptions: readonly string[];
}

/** The parts of speech of content words. */
export const CONTENT: readonly PartOfSpeech[] = ['noun', 'verb', 'adjective', 'adverb', 'auxiliary'];

export const NEGATED = '¬';
export const PREFIXES = { before: 'A:', after: 'B:', last: 'L:', symbol: 'S:' } as const;

const PLAIN_SYMBOLS: readonly string[] = ['。', '、', '.', ','];
const WHITESPACE = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** Whether a symbol is a term. A lone surrogate cannot be written to a file, so it makes none. */
export function isSymbolTerm(symbol: string): boolean {
  return !PLAIN_SYMBOLS.includes(symbol) && !WHITESPACE.test(symbol) && !/\p{Surrogate}/u.test(symbol);
}

/** The word that stands for `word`. */
export function spelled(word: string, spellings: TermRules['spellings']): string {
  return Object.hasOwn(spellings, word) ? (spellings[word] as string) : word;
}

/** A phrase that does not negate. Both lists begin beside the negator. */
export interface NegationException {
  readonly before: readonly PhraseElement[];
  readonly after: readonly PhraseElement[];
  /** Whether a symbol with ？ or ? has to end the segment after `after`. */
  readonly endsWithQuestion: boolean;
}

export interface PhraseElement {
  /** Any of these words; any word at all if the list is empty. */
  readonly words: readonly string[];
  /** How often it occurs. */
  readonly min: number;
  readonly max: number;
}

const MAX_REPEATS = 8;
/** Compiled phrases have one byte for the number of words. */
const MAX_ALTERNATIVES = 255;
/** No phrase reaches farther from its negator, in words. */
export const MAX_PHRASE_REACH = 63;

/** Parses a phrase of `exceptions`. Undefined if it is not one. */
export function negationExceptionOf(phrase: string): NegationException | undefined {
  const parts = phrase.split(' ');
  const endsWithQuestion = parts.at(-1) === '？';
  if (endsWithQuestion) parts.pop();
  const at = parts.indexOf('_');
  if (at < 0 || at !== parts.lastIndexOf('_') || parts.some((part) => part === '' || part === '？')) return undefined;
  const before = parts.slice(0, at).reverse().map(elementOf);
  const after = parts.slice(at + 1).map(elementOf);
  const reach = (elements: readonly PhraseElement[]) => elements.reduce((sum, { max }) => sum + max, 0);
  if (reach(before) > MAX_PHRASE_REACH || reach(after) > MAX_PHRASE_REACH) return undefined;
  if ([...before, ...after].some(({ words }) => words.length > MAX_ALTERNATIVES)) return undefined;
  return { before, after, endsWithQuestion };
}

function elementOf(part: string): PhraseElement {
  const suffix = part.at(-1);
  const words = suffix === '?' || suffix === '*' ? part.slice(0, -1) : part;
  return {
    words: words === '.' ? [] : words.split('|'),
    min: words === part ? 1 : 0,
    max: suffix === '*' ? MAX_REPEATS : 1,
  };
}

/** Adds a problem for each rule that is missing or not as expected. `path` goes before its name. */
export function checkTermRules(checks: Checks, rules: unknown, path: string): void {
  checks.expect(isObject(rules), path, 'an object of term rules', rules);
  if (!isObject(rules)) return;
  const { spellings, negation, concessive, last_sentence, symbols } = rules;
  const areSpellings =
    isObject(spellings) &&
    Object.values(spellings).every(
      (word) => typeof word === 'string' && isWord(word) && !Object.hasOwn(spellings, word),
    );
  checks.expect(areSpellings, `${path}.spellings`, 'words with the words that stand for them', spellings);
  checks.expect(isListOfWords(concessive), `${path}.concessive`, 'a list of words', concessive);
  checks.expect(typeof last_sentence === 'boolean', `${path}.last_sentence`, 'true or false', last_sentence);
  checks.expect(typeof symbols === 'boolean', `${path}.symbols`, 'true or false', symbols);
  checks.expect(negation === null || isObject(negation), `${path}.negation`, 'null or an object', negation);
  if (isObject(negation)) checkNegation(checks, negation, `${path}.negation`);
}

function checkNegation(checks: Checks, negation: Readonly<Record<string, unknown>>, path: string): void {
  const { scope, negators, through, exceptions } = negation;
  const isScope = Number.isSafeInteger(scope) && (scope as number) >= 1 && (scope as number) <= MAX_SCOPE;
  checks.expect(isScope, `${path}.scope`, `an integer from 1 to ${MAX_SCOPE}`, scope);
  const areNegators =
    isObject(negators) &&
    isListOfWords(Object.keys(negators)) &&
    Object.values(negators).every((parts) => Array.isArray(parts) && parts.every(isPartOfSpeech));
  checks.expect(areNegators, `${path}.negators`, 'words with lists of parts of speech', negators);
  const isThrough = isObject(through) && isListOfWords(through.particles) && isListOfWords(through.before);
  checks.expect(isThrough, `${path}.through`, '{ particles, before }, two lists of words', through);
  const arePhrases =
    Array.isArray(exceptions) &&
    exceptions.every((phrase) => typeof phrase === 'string' && negationExceptionOf(phrase) !== undefined);
  checks.expect(arePhrases, `${path}.exceptions`, 'a list of phrases with one _', exceptions);
}

const MAX_SCOPE = 64;

function isListOfWords(value: unknown): boolean {
  return Array.isArray(value) && value.every((word) => typeof word === 'string' && word !== '');
}

function isPartOfSpeech(value: unknown): boolean {
  return PARTS_OF_SPEECH.includes(value as PartOfSpeech);
}
