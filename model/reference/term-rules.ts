/**
 * The term rules of a bundle: how tokens become terms that say what a word means, not how it is inflected. They are
 * part of the vectorizer's settings (`rules`). Without rules the words are the surface forms, as scikit-learn sees them.
 *
 * - Word: each `\w+` part of a token. If a token has one part, and its base form is `\w+`, the word is the base form.
 *   A token without `\w` is a symbol. It ends a segment; n-grams stay inside segments. A symbol that contains 。 ！ ？ ! ?
 *   or a line feed also ends a sentence.
 * - Negation mark ¬: a negator toggles the mark of up to `scope` words before it in its segment, back to a conjunctive
 *   particle that is not in `through`. So a double negation cancels. `exceptions` are phrases that do not negate.
 * - Clauses: in a sentence with a concessive particle, the content words before its last one are also terms with the
 *   prefix `A:`, those after it with `B:`.
 * - Last sentence: the content words of the last of several sentences are also terms with the prefix `L:`.
 * - Symbols: a symbol is a term with the prefix `S:`, except 。 、 . , and whitespace.
 */
import type { Checks } from '../io/checks.ts';
import { isObject } from '../io/checks.ts';
import { PARTS_OF_SPEECH, type PartOfSpeech } from './parts-of-speech.ts';

export interface TermRules {
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
  /** Base forms of conjunctive particles that do not end the scope. */
  readonly through: readonly string[];
  /**
   * Phrases around a negator that do not negate: base forms with spaces between them, `_` for the negator. A last `？`
   * means that a symbol with ？ or ? ends the segment there, as in `じゃ _ ？`.
   */
  readonly exceptions: readonly string[];
}

/** The parts of speech of content words. */
export const CONTENT: readonly PartOfSpeech[] = ['noun', 'verb', 'adjective', 'adverb', 'auxiliary'];

export const NEGATED = '¬';
export const PREFIXES = { before: 'A:', after: 'B:', last: 'L:', symbol: 'S:' } as const;

/** The symbols that are no terms. */
export const PLAIN_SYMBOLS: readonly string[] = ['。', '、', '.', ','];

/** A phrase that does not negate, as base forms before and after the negator. */
export interface NegationException {
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** Whether a symbol with ？ or ? has to end the segment after `after`. */
  readonly endsWithQuestion: boolean;
}

/** Parses a phrase of `exceptions`. Undefined if it does not have exactly one `_`, or `？` before its end. */
export function negationExceptionOf(phrase: string): NegationException | undefined {
  const words = phrase.split(' ');
  const endsWithQuestion = words.at(-1) === '？';
  if (endsWithQuestion) words.pop();
  const at = words.indexOf('_');
  const isPhrase = at >= 0 && at === words.lastIndexOf('_') && words.length > 1 - Number(endsWithQuestion);
  if (!isPhrase || words.some((word) => word === '' || word === '？')) return undefined;
  return { before: words.slice(0, at), after: words.slice(at + 1), endsWithQuestion };
}

/** The rules that `hoshi train` uses unless it is told otherwise. */
export const defaultTermRules: TermRules = {
  negation: {
    scope: 6,
    negators: {
      ない: ['auxiliary', 'adjective'],
      ん: ['auxiliary'],
      ぬ: ['auxiliary'],
      ず: ['auxiliary'],
      まい: ['auxiliary'],
      無い: ['adjective', 'noun'],
      無し: ['adjective', 'noun'],
      なし: ['adjective', 'noun'],
    },
    through: ['て', 'で', 'ば'],
    exceptions: [],
  },
  concessive: ['が', 'けど', 'けれど', 'けれども', 'ものの', 'のに', 'ど', 'ながら'],
  last_sentence: true,
  symbols: true,
};

/** Adds a problem for each rule that is missing or not as expected. `path` goes before its name. */
export function checkTermRules(checks: Checks, rules: unknown, path: string): void {
  checks.expect(isObject(rules), path, 'an object of term rules', rules);
  if (!isObject(rules)) return;
  const { negation, concessive, last_sentence, symbols } = rules;
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
  checks.expect(isListOfWords(through), `${path}.through`, 'a list of words', through);
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
