/** Tokens → words and single terms by term rules. term-rules.ts defines the rules. */
import type { PartOfSpeech, TermToken } from './parts-of-speech.ts';
import {
  CONTENT,
  isSymbolTerm,
  NEGATED,
  type NegationException,
  type NegationRules,
  negationExceptionOf,
  PREFIXES,
  spelled,
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

export function readRuledTerms(tokens: Iterable<TermToken>, rules: TermRules, shortest: number): TextWords {
  const { sentences, symbols } = divide(tokens, shortest, rules.spellings);
  if (rules.negation !== null) {
    const negation = spelledNegation(rules.negation, rules.spellings);
    for (const segment of sentences.flat()) markNegations(segment, negation);
  }
  const concessive = rules.concessive.map((word) => spelled(word, rules.spellings));
  const singles = [
    ...(rules.symbols ? symbols : []),
    ...sentences.flatMap((sentence) => clauseTerms(sentence, concessive)),
    ...(rules.last_sentence ? lastSentenceTerms(sentences) : []),
  ];
  return { segments: sentences.flat().map(({ words }) => words.map((word) => termOf(word))), singles };
}

/** The sentences that have a word, and the terms of the symbols. */
function divide(
  tokens: Iterable<TermToken>,
  shortest: number,
  spellings: TermRules['spellings'],
): { sentences: Sentence[]; symbols: Placed[] } {
  const sentences: Sentence[] = [];
  const symbols: Placed[] = [];
  let segment: Segment = { words: [], endsWithQuestion: false };
  let sentence: Sentence = [segment];
  for (const token of tokens) {
    const { surface, start, end } = token;
    const words = wordsOf(token, shortest, spellings);
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
function wordsOf(token: TermToken, shortest: number, spellings: TermRules['spellings']): Word[] | undefined {
  const parts = wordPartsOf(token.surface);
  if (parts.length === 0) return undefined;
  const word = { partOfSpeech: token.partOfSpeech, isNegated: false };
  const base = parts.length === 1 && token.base !== undefined && isWord(token.base) ? token.base : undefined;
  return parts
    .filter(({ text }) => isLongEnough(base ?? text, shortest))
    .map(({ text, start, end }) => ({
      ...word,
      text: spelled(base ?? text, spellings),
      start: token.start + start,
      end: token.start + end,
    }));
}

interface Negation {
  readonly scope: number;
  /** The word and the part of speech of each negator. */
  readonly negators: readonly (readonly [word: string, part: PartOfSpeech])[];
  readonly particles: readonly string[];
  readonly before: readonly string[];
  readonly exceptions: readonly NegationException[];
}

/** The rules with their words as the text's words are spelled. */
function spelledNegation(rules: NegationRules, spellings: TermRules['spellings']): Negation {
  const all = (words: readonly string[]) => words.map((word) => spelled(word, spellings));
  const ofElements = (elements: NegationException['before']) =>
    elements.map((element) => ({ ...element, words: all(element.words) }));
  return {
    scope: rules.scope,
    negators: Object.entries(rules.negators).flatMap(([word, parts]) =>
      parts.map((part) => [spelled(word, spellings), part] as const),
    ),
    particles: all(rules.through.particles),
    before: all(rules.through.before),
    exceptions: rules.exceptions.map((phrase) => {
      const exception = negationExceptionOf(phrase) as NegationException;
      return { ...exception, before: ofElements(exception.before), after: ofElements(exception.after) };
    }),
  };
}

function markNegations(segment: Segment, { scope, negators, particles, before, exceptions }: Negation): void {
  const { words } = segment;
  words.forEach(({ text, partOfSpeech }, i) => {
    if (!negators.some(([word, part]) => word === text && part === partOfSpeech)) return;
    if (exceptions.some((phrase) => isException(phrase, segment, i))) return;
    for (let k = i - 1; k >= 0 && k >= i - scope; k--) {
      const word = words[k] as Word;
      const isPassed = particles.includes(word.text) && before.includes((words[k + 1] as Word).text);
      if (word.partOfSpeech === 'conjunctive particle' && !isPassed) break;
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
  if (endsOf(before, words, negator - 1, -1).size === 0) return false;
  const ends = endsOf(after, words, negator + 1, 1);
  return endsWithQuestion ? segment.endsWithQuestion && ends.has(words.length) : ends.size > 0;
}

/** The places after all matches of the elements, from `start` on in steps of 1 or −1. */
function endsOf(
  elements: NegationException['before'],
  words: readonly Word[],
  start: number,
  step: 1 | -1,
): ReadonlySet<number> {
  let places = new Set([start]);
  for (const { words: expected, min, max } of elements) {
    const next = new Set(min === 0 ? places : []);
    for (let count = 1; count <= max; count++) {
      const isMatch = (at: number) => {
        const word = words[at];
        return word !== undefined && (expected.length === 0 || expected.includes(word.text));
      };
      places = new Set([...places].filter(isMatch).map((at) => at + step));
      for (const place of places) next.add(place);
    }
    places = next;
  }
  return places;
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
