/**
 * Term rules by the head of model/reference/term-rules.ts, slow and obvious. A text becomes one string: `word/part` and
 * a tab for each word, `;` or `?` after a segment, and a line feed after a sentence. Each mark is decided on its own.
 */
import type { TermToken } from '../../model/reference/parts-of-speech.ts';
import type { NegationRules, TermRules } from '../../model/reference/term-rules.ts';
import { isLongEnough, isWord, wordPartsOf } from '../../model/reference/word-parts.ts';

const PARTICLE = 'conjunctive particle';
const CONTENT = ['noun', 'verb', 'adjective', 'adverb', 'auxiliary'];

/** All terms of a text, sorted. `shortest` is the minimum number of characters of a word. */
export function ruledTermsByDefinition(
  tokens: readonly TermToken[],
  rules: TermRules,
  shortest: number,
  [smallest, largest]: readonly [number, number],
): string[] {
  const spellings = new Map(Object.entries(rules.spellings));
  const spell = (word: string) => spellings.get(word) ?? word;
  const text = tokens.map((token) => wordsOrEnd(token, spell, shortest)).join('');
  const sentences = text
    .split('\n')
    .filter((sentence) => sentence.includes('/'))
    .map((sentence) => sentence.split(/(?<=[;?])/).map((segment) => segmentOf(segment, rules.negation, spell)));
  const terms = sentences.flat().flatMap((words) => {
    const texts = words.map(({ term }) => term);
    const sizes = [...texts.keys()].map((i) => i + 1).filter((n) => n >= smallest && n <= largest);
    return sizes.flatMap((n) => texts.slice(n - 1).map((_, first) => texts.slice(first, first + n).join(' ')));
  });
  for (const sentence of sentences) {
    const words = sentence.flat();
    const concessive = rules.concessive.map((word) => `${spell(word)}/${PARTICLE}`);
    const last = Math.max(...concessive.map((word) => words.map(({ tagged }) => tagged).lastIndexOf(word)));
    if (last > 0) terms.push(...prefixed('A:', words.slice(0, last)), ...prefixed('B:', words.slice(last + 1)));
  }
  if (rules.last_sentence && sentences.length > 1) terms.push(...prefixed('L:', (sentences.at(-1) ?? []).flat()));
  if (rules.symbols)
    terms.push(
      ...tokens
        .map(({ surface }) => surface)
        .filter(isSymbolTerm)
        .map((s) => `S:${s}`),
    );
  return terms.sort();
}

function wordsOrEnd({ surface, base, partOfSpeech }: TermToken, spell: (word: string) => string, shortest: number) {
  const parts = wordPartsOf(surface).map(({ text }) => text);
  if (parts.length === 0) return `${/[？?]/.test(surface) ? '?' : ';'}${/[。！？!?\n]/.test(surface) ? '\n' : ''}`;
  const words = parts.length === 1 && base !== undefined && isWord(base) ? [base] : parts;
  return words
    .filter((word) => isLongEnough(word, shortest))
    .map((word) => `${spell(word)}/${partOfSpeech}\t`)
    .join('');
}

function isSymbolTerm(surface: string): boolean {
  return wordPartsOf(surface).length === 0 && !/^[。、.,]$|\p{White_Space}|\p{Surrogate}/u.test(surface);
}

interface TaggedWord {
  /** `word/part` */
  readonly tagged: string;
  /** The word with its mark. */
  readonly term: string;
}

function prefixed(prefix: string, words: readonly TaggedWord[]): string[] {
  return words.filter(({ tagged }) => CONTENT.includes(tagged.split('/')[1] ?? '')).map(({ term }) => prefix + term);
}

function segmentOf(segment: string, negation: NegationRules | null, spell: (word: string) => string): TaggedWord[] {
  const tagged = segment.split('\t').slice(0, -1);
  const words = tagged.map((word) => word.split('/')[0] as string);
  const isMarked = negation === null ? () => false : marksOf(tagged, words, negation, segment.endsWith('?'), spell);
  return tagged.map((word, i) => ({ tagged: word, term: `${words[i]}${isMarked(i) ? '¬' : ''}` }));
}

/** Whether word i has a mark: an odd number of negators reach it. */
function marksOf(
  tagged: readonly string[],
  words: readonly string[],
  { scope, negators, through, exceptions }: NegationRules,
  isQuestion: boolean,
  spell: (word: string) => string,
): (i: number) => boolean {
  const isOneOf = (list: readonly string[], word: string | undefined) => list.some((one) => spell(one) === word);
  const isBarrier = (k: number) =>
    tagged[k] === `${words[k]}/${PARTICLE}` &&
    !(isOneOf(through.particles, words[k]) && isOneOf(through.before, words[k + 1]));
  const tags = Object.entries(negators).flatMap(([word, parts]) => parts.map((part) => `${spell(word)}/${part}`));
  const negating = [...words.keys()].filter((k) => {
    const isPhrase = (phrase: string) => isException(phrase, words.slice(0, k), words.slice(k + 1), isQuestion, spell);
    return tags.includes(tagged[k] as string) && !exceptions.some(isPhrase);
  });
  const reaches = (k: number, i: number) => {
    for (let between = i; between < k; between++) if (isBarrier(between)) return false;
    return k > i && k - i <= scope;
  };
  return (i) => negating.filter((k) => reaches(k, i)).length % 2 === 1;
}

function isException(
  phrase: string,
  before: readonly string[],
  after: readonly string[],
  isQuestion: boolean,
  spell: (word: string) => string,
): boolean {
  const [elementsBefore = [], elementsAfter = []] = phrase.split('_').map((side) => side.split(' ').filter(Boolean));
  const needsQuestion = elementsAfter.at(-1) === '？';
  const rests = restsOf(needsQuestion ? elementsAfter.slice(0, -1) : elementsAfter, after, spell);
  const isAfter = needsQuestion ? isQuestion && rests.some((rest) => rest.length === 0) : rests.length > 0;
  return isAfter && restsOf(elementsBefore.toReversed(), before.toReversed(), spell).length > 0;
}

/** The words that are left after each way to match the elements with the first words. */
function restsOf(
  [element, ...others]: readonly string[],
  words: readonly string[],
  spell: (word: string) => string,
): (readonly string[])[] {
  if (element === undefined) return [words];
  const [, alternatives = '', times] = /^(.*?)([?*]?)$/.exec(element) ?? [];
  const isMatch = (word: string) => alternatives === '.' || alternatives.split('|').map(spell).includes(word);
  const counts = { '': [1], '?': [0, 1], '*': [0, 1, 2, 3, 4, 5, 6, 7, 8] }[times as '' | '?' | '*'];
  return counts
    .filter((count) => count <= words.length && words.slice(0, count).every(isMatch))
    .flatMap((count) => restsOf(others, words.slice(count), spell));
}
