/** Tokens → words and single terms by term rules. term-rules.ts defines the rules. */
import type { PartOfSpeech, TermToken } from './parts-of-speech.ts';
import {
  CONTENT,
  NEGATED,
  type NegationException,
  type NegationRules,
  negationExceptionOf,
  PLAIN_SYMBOLS,
  PREFIXES,
  type TermRules,
} from './term-rules.ts';
import { isLongEnough, isWord, type Placed, wordPartsOf } from './word-parts.ts';

/** The words of a text. Its terms are the n-grams of each segment, and the single terms. */
export interface TextWords {
  readonly segments: readonly (readonly Placed[])[];
  readonly singles: readonly Placed[];
}

/** A word before its mark is known. */
interface Word extends Placed {
  readonly partOfSpeech: PartOfSpeech;
  isNegated: boolean;
}

/** Words without a symbol between them. */
interface Segment {
  readonly words: Word[];
  /** Whether a symbol with ？ or ? ends it. */
  endsWithQuestion: boolean;
}

/** The segments from one end of a sentence to the next. */
type Sentence = Segment[];

const SENTENCE_END = /[。！？!?\n]/;
const QUESTION = /[？?]/;
const WHITESPACE = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

export function readRuledTerms(tokens: Iterable<TermToken>, rules: TermRules, shortest: number): TextWords {
  const { sentences, symbols } = divide(tokens, shortest);
  if (rules.negation !== null) {
    for (const segment of sentences.flat()) markNegations(segment, rules.negation);
  }
  const singles = [
    ...(rules.symbols ? symbols : []),
    ...sentences.flatMap((sentence) => clauseTerms(sentence, rules.concessive)),
    ...(rules.last_sentence ? lastSentenceTerms(sentences) : []),
  ];
  return { segments: sentences.flat().map(({ words }) => words.map((word) => termOf(word))), singles };
}

/** The sentences that have a word, and the terms of the symbols. */
function divide(tokens: Iterable<TermToken>, shortest: number): { sentences: Sentence[]; symbols: Placed[] } {
  const sentences: Sentence[] = [];
  const symbols: Placed[] = [];
  let segment: Segment = { words: [], endsWithQuestion: false };
  let sentence: Sentence = [segment];
  for (const token of tokens) {
    const { surface, start, end } = token;
    const words = wordsOf(token, shortest);
    if (words !== undefined) {
      segment.words.push(...words);
      continue;
    }
    if (isSymbolTerm(surface)) symbols.push({ text: PREFIXES.symbol + surface, start, end });
    segment.endsWithQuestion = QUESTION.test(surface);
    segment = { words: [], endsWithQuestion: false };
    if (SENTENCE_END.test(surface)) {
      sentences.push(sentence);
      sentence = [];
    }
    sentence.push(segment);
  }
  sentences.push(sentence);
  return { sentences: sentences.filter((segments) => segments.some(({ words }) => words.length > 0)), symbols };
}

/** The words of a token; undefined if it is a symbol. */
function wordsOf(token: TermToken, shortest: number): Word[] | undefined {
  const parts = wordPartsOf(token.surface);
  if (parts.length === 0) return undefined;
  const word = { partOfSpeech: token.partOfSpeech, isNegated: false };
  const base = parts.length === 1 && token.base !== undefined && isWord(token.base) ? token.base : undefined;
  return parts
    .map(({ text, start, end }) => ({
      ...word,
      text: base ?? text,
      start: token.start + start,
      end: token.start + end,
    }))
    .filter(({ text }) => isLongEnough(text, shortest));
}

/** A lone surrogate cannot be written to a file, so it makes no term. */
function isSymbolTerm(surface: string): boolean {
  return !PLAIN_SYMBOLS.includes(surface) && !WHITESPACE.test(surface) && !hasLoneSurrogate(surface);
}

function hasLoneSurrogate(text: string): boolean {
  return /\p{Surrogate}/u.test(text);
}

function markNegations(segment: Segment, { scope, negators, through, exceptions }: NegationRules): void {
  const { words } = segment;
  const phrases = exceptions.map((phrase) => negationExceptionOf(phrase) as NegationException);
  words.forEach(({ text, partOfSpeech }, i) => {
    const isNegator = Object.hasOwn(negators, text) && negators[text]?.includes(partOfSpeech);
    if (!isNegator || phrases.some((phrase) => isException(phrase, segment, i))) return;
    for (let k = i - 1; k >= 0 && k >= i - scope; k--) {
      const word = words[k] as Word;
      if (word.partOfSpeech === 'conjunctive particle' && !through.includes(word.text)) break;
      word.isNegated = !word.isNegated;
    }
  });
}

function isException(
  { before, after, endsWithQuestion }: NegationException,
  segment: Segment,
  negator: number,
): boolean {
  const { words } = segment;
  const has = (expected: string, k: number) => words[k]?.text === expected;
  const end = negator + 1 + after.length;
  return (
    before.every((word, k) => has(word, negator - before.length + k)) &&
    after.every((word, k) => has(word, negator + 1 + k)) &&
    (!endsWithQuestion || (end === words.length && segment.endsWithQuestion))
  );
}

function clauseTerms(sentence: Sentence, concessive: readonly string[]): Placed[] {
  const words = sentence.flatMap((segment) => segment.words);
  const last = words.findLastIndex(
    ({ text, partOfSpeech }) => partOfSpeech === 'conjunctive particle' && concessive.includes(text),
  );
  if (last <= 0) return [];
  return words.flatMap((word, i) => contentTerm(word, i < last ? PREFIXES.before : PREFIXES.after));
}

function lastSentenceTerms(sentences: readonly Sentence[]): Placed[] {
  if (sentences.length < 2) return [];
  const words = (sentences.at(-1) as Sentence).flatMap((segment) => segment.words);
  return words.flatMap((word) => contentTerm(word, PREFIXES.last));
}

function contentTerm(word: Word, prefix: string): Placed[] {
  return CONTENT.includes(word.partOfSpeech) ? [termOf(word, prefix)] : [];
}

function termOf({ text, start, end, isNegated }: Word, prefix = ''): Placed {
  return { text: `${prefix}${text}${isNegated ? NEGATED : ''}`, start, end };
}
