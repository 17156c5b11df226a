/**
 * Labelled reviews made of the corpus: of sentences of one star, of single sentences, of words in their forms, of contrasts.
 * The same corpus, seed and counts give the same bytes on every machine.
 */

import { chance, createRandom, pick, type Random } from '../math/random.ts';
import { type Forms, inflect } from './inflect.ts';
import type { Corpus, CorpusWord, Domain, Sentence } from './read.ts';

export interface ComposedReview {
  /** In [1, 5]; not only whole stars. */
  readonly stars: number;
  readonly text: string;
  readonly kind: 'sentences' | 'sentence' | 'words' | 'contrast';
}

export interface CompositionCounts {
  /** Reviews of one to six sentences of one star and domain, with neutral ones between. */
  readonly sentences: number;
  /** Whether each sentence of the corpus stands alone once, too. */
  readonly eachSentence: boolean;
  /** Short reviews of one to three words in their forms. */
  readonly words: number;
  /** Two sentences of different stars, joined by a contrast. */
  readonly contrasts: number;
}

export const defaultCounts: CompositionCounts = { sentences: 2500, eachSentence: true, words: 4000, contrasts: 400 };

export function composeReviews(
  corpus: Corpus,
  options: { seed: number; counts?: CompositionCounts },
): ComposedReview[] {
  const { seed, counts = defaultCounts } = options;
  const random = createRandom(seed);
  const of = indexSentences(corpus.sentences);
  const words = indexWords(corpus.words);
  const times = (count: number, make: () => ComposedReview) => Array.from({ length: count }, make);
  return [
    ...times(counts.sentences, () => ofSentences(random, of)),
    ...(counts.eachSentence ? corpus.sentences.map(alone) : []),
    ...times(counts.words, () => ofWords(random, words)),
    ...times(counts.contrasts, () => contrast(random, of)),
  ];
}

/** As a TSV file that the command line reads. */
export function formatReviews(reviews: readonly ComposedReview[]): string {
  return ['stars\ttext', ...reviews.map(({ stars, text }) => `${stars}\t${text}`), ''].join('\n');
}

// ---------------------------------------------------------------------------------------------------- sentences

interface SentenceIndex {
  readonly texts: ReadonlyMap<string, readonly string[]>;
  /** What a review may be of. */
  readonly subjects: readonly Domain[];
}

function indexSentences(sentences: readonly Sentence[]): SentenceIndex {
  const texts = new Map<string, string[]>();
  for (const { stars, domain, text } of sentences) {
    const key = `${stars} ${domain}`;
    texts.set(key, [...(texts.get(key) ?? []), text]);
  }
  const present = new Set(sentences.map(({ domain }) => domain));
  return { texts, subjects: SUBJECTS.filter((domain) => present.has(domain)) };
}

/** What a review is of; films come first. */
const SUBJECTS: readonly Domain[] = [
  ...Array<Domain>(7).fill('movie'),
  ...Array<Domain>(6).fill('product'),
  ...([
    'book',
    'book',
    'service',
    'service',
    'hotel',
    'hotel',
    'restaurant',
    'restaurant',
    'app',
    'game',
    'shop',
  ] as const),
];

function ofSentences(random: Random, of: SentenceIndex): ComposedReview {
  const stars = 1 + random.below(5);
  const subject = pick(random, of.subjects);
  const count = 1 + random.below(6);
  const neutralPercent = 25 + random.below(16);
  const sentences = Array.from({ length: count }, (_, i) => {
    // The first sentence always says something: a review of neutral ones alone would carry a label out of nowhere.
    const isNeutral = i > 0 && chance(random, neutralPercent);
    return complete(random, pickSentence(random, of, isNeutral ? 0 : stars, subject));
  });
  return { stars, text: join(random, rotate(random, sentences)), kind: 'sentences' };
}

function pickSentence(random: Random, { texts }: SentenceIndex, stars: number, subject: Domain): string {
  const roll = random.below(100);
  const domain = roll < 65 ? subject : roll < 82 ? 'general' : 'phrase';
  return pick(random, texts.get(`${stars} ${domain}`) ?? texts.get(`${stars} ${subject}`) ?? []);
}

function rotate(random: Random, sentences: readonly string[]): string[] {
  const first = random.below(sentences.length);
  return [...sentences.slice(first), ...sentences.slice(0, first)];
}

/** Phrases end like sentences: with 。 or now and then with ！. */
function complete(random: Random, sentence: string): string {
  if (/[。！？!?…♪]$/.test(sentence)) return sentence;
  return `${sentence}${chance(random, 15) ? '！' : '。'}`;
}

function join(random: Random, sentences: readonly string[]): string {
  return sentences.join(chance(random, 12) ? ' ' : '');
}

function alone({ stars, text }: Sentence): ComposedReview {
  return { stars: stars === 0 ? 3 : stars, text, kind: 'sentence' };
}

// ---------------------------------------------------------------------------------------------------- contrasts

const CONTRASTS: readonly string[] = ['けど、', 'が、', 'けれど、', 'のに、'];
const TURNS: readonly string[] = ['しかし', 'ただ、', 'でも', 'とはいえ、', 'ただし', 'それでも'];

/** What comes last weighs most. */
function contrast(random: Random, of: SentenceIndex): ComposedReview {
  const subject = pick(random, of.subjects);
  const [first, last] = chance(random, 50)
    ? [4 + random.below(2), 1 + random.below(2)]
    : [1 + random.below(2), 4 + random.below(2)];
  const before = pickSentence(random, of, first, subject);
  const after = complete(random, pickSentence(random, of, last, subject));
  const isClause = /(?:です|ます|た|い|る)。?$/.test(before);
  const text =
    isClause && chance(random, 50)
      ? `${before.replace(/。$/, '')}${pick(random, CONTRASTS)}${after}`
      : `${complete(random, before)}${pick(random, TURNS)}${after}`;
  return { stars: round(0.35 * first + 0.65 * last), text, kind: 'contrast' };
}

// -------------------------------------------------------------------------------------------------------- words

interface InflectedWord {
  readonly word: CorpusWord;
  readonly forms: Forms;
}

function indexWords(words: readonly CorpusWord[]): Map<number, InflectedWord[]> {
  const index = new Map<number, InflectedWord[]>();
  for (const word of words) {
    const inflected = { word, forms: inflect(word.text, word.wordClass) };
    index.set(word.polarity, [...(index.get(word.polarity) ?? []), inflected]);
  }
  return index;
}

const STRONG: readonly string[] = [
  'とても',
  '本当に',
  '最高に',
  'めちゃくちゃ',
  'すごく',
  '非常に',
  'かなり',
  'とにかく',
  '心から',
  'ものすごく',
];
const STRONG_BAD: readonly string[] = ['本当に', 'とにかく', 'かなり', '非常に', 'ひたすら', 'あまりに', 'すごく'];
const WEAK: readonly string[] = ['少し', 'ちょっと', 'やや', 'まあまあ', 'それなりに', 'わりと'];
const NOT_AT_ALL: readonly string[] = ['全く', '全然', 'ちっとも', 'まったく', '少しも'];
const NOT_VERY: readonly string[] = ['あまり', 'それほど', 'そこまで', '思ったほど'];
const ENDS: readonly string[] = ['。', '。', '！', '！！', '', '…'];

/** One to three words of one direction; the label is the mean of theirs. */
function ofWords(random: Random, words: ReadonlyMap<number, readonly InflectedWord[]>): ComposedReview {
  const isGood = chance(random, 50);
  const count = 1 + random.below(3);
  const clauses = Array.from({ length: count }, () => {
    const polarity = (isGood ? 1 : -1) * (chance(random, 55) ? 2 : 1);
    return clause(random, pick(random, words.get(polarity) ?? []));
  });
  const stars = clauses.reduce((sum, part) => sum + part.stars, 0) / count;
  return { stars: round(stars), text: clauses.map(({ text }) => text).join(''), kind: 'words' };
}

function clause(random: Random, { word, forms }: InflectedWord): { stars: number; text: string } {
  const { polarity, text } = word;
  const isGood = polarity > 0;
  const end = pick(random, ENDS) || '。';
  const roll = random.below(100);
  if (roll < 22) return { stars: starsOf(polarity), text: `${isNominal(word) ? text : forms.plain}${end}` };
  if (roll < 50)
    return {
      stars: starsOf(polarity),
      text: `${pick(random, [forms.polite, forms.past, forms.politePast, forms.plain, forms.te])}${end}`,
    };
  if (roll < 64) {
    const intensifier = pick(random, isGood ? STRONG : STRONG_BAD);
    return {
      stars: isGood ? Math.min(5, starsOf(polarity) + 0.5) : Math.max(1, starsOf(polarity) - 0.5),
      text: `${intensifier}${pick(random, [forms.polite, forms.past, forms.plain])}${end}`,
    };
  }
  if (roll < 72)
    return {
      stars: isGood ? starsOf(polarity) - 1 : starsOf(polarity) + 1,
      text: `${pick(random, WEAK)}${pick(random, [forms.polite, forms.past, forms.plain])}${end}`,
    };
  if (roll < 88) return negated(random, polarity, forms, end);
  if (roll < 94 && forms.excessive !== undefined && polarity !== 1)
    return { stars: starsOf(polarity), text: `${forms.excessive}${end}` };
  return {
    stars: starsOf(polarity),
    text: `${forms.plain}${pick(random, ['と思います', 'と思った', 'と感じた', 'と言える'])}。`,
  };
}

function negated(random: Random, polarity: number, forms: Forms, end: string): { stars: number; text: string } {
  const form = pick(random, [forms.negative, forms.negativePast, forms.politeNegative]);
  if (polarity < 0)
    return {
      stars: polarity === -2 ? 3.6 : 3.5,
      text: `${chance(random, 30) ? pick(random, NOT_VERY) : ''}${form}${end}`,
    };
  if (chance(random, 35)) return { stars: 1.2, text: `${pick(random, NOT_AT_ALL)}${form}${end}` };
  if (chance(random, 30)) return { stars: 2.4, text: `${pick(random, NOT_VERY)}${form}${end}` };
  return { stars: 1.8, text: `${form}${end}` };
}

function isNominal({ wordClass }: CorpusWord): boolean {
  return wordClass === 'noun' || wordClass === 'na-adjective';
}

/** −2 → 1, −1 → 2, 1 → 4, 2 → 5 */
function starsOf(polarity: number): number {
  return polarity + 3;
}

/** To a tenth of a star. */
function round(stars: number): number {
  return Math.round(stars * 10) / 10;
}
