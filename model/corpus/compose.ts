/**
 * Composes labelled reviews from the authored corpus. The same corpus, seed and
 * counts give the same bytes on every machine.
 */

import { chance, createRandom, pick, type Random } from '../math/random.ts';
import { type Forms, inflect } from './inflect.ts';
import { type Corpus, type CorpusWord, type Domain, isNeutral, type Sentence } from './read.ts';

export interface ComposedReview {
  /** In [1, 5], in steps of 0.1. */
  readonly stars: number;
  readonly text: string;
  readonly kind: 'sentences' | 'sentence' | 'words' | 'contrast' | 'rating';
}

export interface CompositionCounts {
  /** Reviews of one to eight sentences of one subject and one number of stars, some of them neutral. */
  readonly sentences: number;
  /** Whether to add a review for each sentence of the corpus. */
  readonly eachSentence: boolean;
  /** Short reviews of one to three inflected words. */
  readonly words: number;
  /** Reviews of two sentences with opposite stars, joined by a contrastive particle or conjunction. */
  readonly contrasts: number;
  /** Short reviews that name points or stars; none if undefined. */
  readonly ratings?: number;
}

export const defaultCounts: CompositionCounts = {
  sentences: 2500,
  eachSentence: true,
  words: 4000,
  contrasts: 400,
  ratings: 200,
};

/**
 * The reviews of each kind, in the order of `CompositionCounts`. Throws if the corpus lacks a kind of sentence or word
 * that is needed.
 */
export function composeReviews(
  corpus: Corpus,
  options: { seed: number; counts?: CompositionCounts },
): ComposedReview[] {
  const { seed, counts = defaultCounts } = options;
  const random = createRandom(seed);
  const sentences = indexSentences(corpus.sentences);
  const words = indexWords(corpus.words);
  const repeat = (count: number, compose: () => ComposedReview) => Array.from({ length: count }, compose);
  return [
    ...repeat(counts.sentences, () => reviewOfSentences(random, sentences)),
    ...(counts.eachSentence ? corpus.sentences.map(reviewOfOneSentence) : []),
    ...repeat(counts.words, () => reviewOfWords(random, words)),
    ...repeat(counts.contrasts, () => reviewWithContrast(random, sentences)),
    ...repeat(counts.ratings ?? 0, () => reviewOfRating(random)),
  ];
}

// ---------------------------------------------------------------------------------------------------- sentences

interface SentenceIndex {
  /** Sentences by `${stars} ${domain}`. */
  readonly texts: ReadonlyMap<string, readonly string[]>;
  /** The entries of SUBJECTS that the corpus has. */
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

/** A review draws its subject from this list. A subject that occurs twice in it is drawn twice as often. */
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

function reviewOfSentences(random: Random, index: SentenceIndex): ComposedReview {
  const stars = 1 + random.below(5);
  const subject = pick(random, index.subjects);
  const count = 1 + random.below(8);
  const neutralPercent = 25 + random.below(16);
  const sentences = Array.from({ length: count }, (_, i) => {
    // The first sentence drawn is never neutral: a review of only neutral sentences would have an arbitrary label.
    const addsNeutral = i > 0 && chance(random, neutralPercent);
    if (addsNeutral && chance(random, NUMBER_PERCENT)) return countSentence(random);
    return withEnd(random, pickSentence(random, index, addsNeutral ? 0 : stars, subject));
  });
  return { stars, text: join(random, rotate(random, sentences)), kind: 'sentences' };
}

/** Of the neutral sentences. Without these, numbers would have the stars of the ratings that name them. */
const NUMBER_PERCENT = 35;
const COUNT_SENTENCES: readonly string[] = [
  'N回目です。',
  'N個買いました。',
  'N人で行きました。',
  'N年前に買いました。',
  '使い始めてNか月。',
  '使ってN週間です。',
  'N泊しました。',
  'N日に届きました。',
  'N月のことです。',
  'N時に着きました。',
  'N階の部屋でした。',
  'N巻まで読みました。',
  'N話まで見ました。',
  '今はレベルNです。',
  'バージョンはNです。',
  'N円でした。',
  'N本入り。',
  '身長はNセンチです。',
  'N歳の子がいます。',
  'N分ほど歩きます。',
];

/** A neutral sentence with a number. */
function countSentence(random: Random): string {
  const number = chance(random, 70) ? 1 + random.below(10) : 1 + random.below(100);
  const text = chance(random, 85) ? numeral(random, number) : `${1 + random.below(9)}.${random.below(10)}`;
  return pick(random, COUNT_SENTENCES).replace('N', text);
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

/** Ends a phrase like a sentence: with 。, or in 15 of 100 cases with ！. */
function withEnd(random: Random, sentence: string): string {
  if (HAS_END.test(sentence)) return sentence;
  return `${sentence}${chance(random, 15) ? '！' : '。'}`;
}

const HAS_END = /[。！？!?…♪]$/;

function join(random: Random, sentences: readonly string[]): string {
  return sentences.join(chance(random, 12) ? ' ' : '');
}

function reviewOfOneSentence({ stars, text }: Sentence): ComposedReview {
  return { stars: isNeutral({ stars }) ? 3 : stars, text, kind: 'sentence' };
}

// ---------------------------------------------------------------------------------------------------- contrasts

const CONTRASTIVE_PARTICLES: readonly string[] = ['けど、', 'が、', 'けれど、', 'のに、'];
const CONTRASTIVE_CONJUNCTIONS: readonly string[] = ['しかし', 'ただ、', 'でも', 'とはいえ、', 'ただし', 'それでも'];

/** The second sentence counts more than the first: 0.65 of the label. */
function reviewWithContrast(random: Random, index: SentenceIndex): ComposedReview {
  const subject = pick(random, index.subjects);
  const [first, last] = chance(random, 50)
    ? [4 + random.below(2), 1 + random.below(2)]
    : [1 + random.below(2), 4 + random.below(2)];
  const before = pickSentence(random, index, first, subject);
  const after = withEnd(random, pickSentence(random, index, last, subject));
  const isClause = /(?:です|ます|た|い|る)。?$/.test(before);
  const text =
    isClause && chance(random, 50)
      ? `${before.replace(/。$/, '')}${pick(random, CONTRASTIVE_PARTICLES)}${after}`
      : `${withEnd(random, before)}${pick(random, CONTRASTIVE_CONJUNCTIONS)}${after}`;
  return { stars: roundToTenth(0.35 * first + 0.65 * last), text, kind: 'contrast' };
}

// ------------------------------------------------------------------------------------------------------ ratings

/** Points or stars, as people write them: 85点, 星ふたつ, ★★★☆☆. */
function reviewOfRating(random: Random): ComposedReview {
  const end = chance(random, 60) ? '。' : '';
  const roll = random.below(100);
  if (roll < 45) {
    const points = chance(random, 70) ? 5 * random.below(21) : random.below(101);
    const text = pick(random, OF_100).replace('N', numeral(random, points));
    return { stars: roundToTenth(1 + points / 25), text: `${text}${end}`, kind: 'rating' };
  }
  if (roll < 60) {
    const points = random.below(11);
    const text = pick(random, OF_10).replace('N', numeral(random, points));
    return { stars: roundToTenth(1 + points / 2.5), text: `${text}${end}`, kind: 'rating' };
  }
  const stars = 1 + random.below(5);
  if (roll < 70) return { stars, text: `${'★'.repeat(stars)}${'☆'.repeat(5 - stars)}`, kind: 'rating' };
  if (roll < 80 && stars < 5)
    return { stars: stars + 0.5, text: `${pick(random, OF_5).replace('N', `${stars}.5`)}${end}`, kind: 'rating' };
  if (roll < 90)
    return { stars, text: `${pick(random, COUNTED).replace('N', COUNTS[stars - 1] as string)}${end}`, kind: 'rating' };
  return { stars, text: `${pick(random, OF_5).replace('N', numeral(random, stars))}${end}`, kind: 'rating' };
}

const OF_100: readonly string[] = [
  'N点',
  'N点です',
  'N点くらい',
  '評価はN点',
  '100点満点でN点',
  '百点満点中N点',
  '百点満点ならN点',
  '点数をつけるならN点',
  'N点をつけます',
  '私の中ではN点',
];
const OF_10: readonly string[] = ['10点満点でN点', '10点中N点', '十点満点ならN点', 'N/10', '10段階でN'];
const OF_5: readonly string[] = ['星N', '☆N', 'N/5', '5つ星のうちN', '評価N', '評価：N', '星はN', '五段階でN', '星N個'];
const COUNTED: readonly string[] = ['星N', '星はN', '星N、以上です', '星をNつけます', '五つ星のうちN'];
const COUNTS: readonly string[] = ['ひとつ', 'ふたつ', 'みっつ', 'よっつ', 'いつつ'];
const DIGITS = '〇一二三四五六七八九';

/** A number from 0 to 100 in digits, in full-width digits or in kanji. */
function numeral(random: Random, number: number): string {
  const roll = random.below(100);
  if (roll < 60 || number === 0) return `${number}`;
  if (roll < 70) return `${number}`.replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0));
  if (number === 100) return '百';
  const [tens, ones] = [Math.floor(number / 10), number % 10];
  return `${tens > 1 ? DIGITS[tens] : ''}${tens > 0 ? '十' : ''}${ones > 0 ? DIGITS[ones] : ''}`;
}

// -------------------------------------------------------------------------------------------------------- words

interface InflectedWord {
  readonly word: CorpusWord;
  readonly forms: Forms;
}

/** The words by polarity. */
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

/** One to three words that are all positive or all negative. The label is the mean of their stars. */
function reviewOfWords(random: Random, words: ReadonlyMap<number, readonly InflectedWord[]>): ComposedReview {
  const isGood = chance(random, 50);
  const count = 1 + random.below(3);
  const clauses = Array.from({ length: count }, () => {
    const polarity = (isGood ? 1 : -1) * (chance(random, 55) ? 2 : 1);
    return composeClause(random, pick(random, words.get(polarity) ?? []));
  });
  const stars = clauses.reduce((sum, clause) => sum + clause.stars, 0) / count;
  return { stars: roundToTenth(stars), text: clauses.map(({ text }) => text).join(''), kind: 'words' };
}

/** One word in a random form, perhaps with an adverb or a negation, and the stars that it then expresses. */
function composeClause(random: Random, { word, forms }: InflectedWord): { stars: number; text: string } {
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
  if (roll < 88 && !deniesSomething(text)) return composeNegation(random, polarity, forms, end);
  if (roll < 94 && forms.excessive !== undefined && polarity !== 1 && !deniesSomething(text))
    return { stars: starsOf(polarity), text: `${forms.excessive}${end}` };
  return {
    stars: starsOf(polarity),
    text: `${forms.plain}${pick(random, ['と思います', 'と思った', 'と感じた', 'と言える'])}。`,
  };
}

/**
 * Whether the word itself negates: 無駄がない, 飽きさせない. People write neither 無駄がなくない nor 無駄がなすぎる. Adjectives in
 * ない that negate nothing, such as つまらない, are listed.
 */
function deniesSomething(word: string): boolean {
  return word.endsWith('ない') && !ADJECTIVES_IN_NAI.test(word);
}

const ADJECTIVES_IN_NAI =
  /(?:切|(?<!の)少|足り|つまら|つまん|くだら|下ら|情け|なさけ|危|あぶ|アブ|きた|はした|甲斐|ふがい|頼り|たより|許|もと|味気|あじけ|っけ|素っ気|つた|だらし|えげつ)ない$/;

function composeNegation(random: Random, polarity: number, forms: Forms, end: string): { stars: number; text: string } {
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

function roundToTenth(stars: number): number {
  return Math.round(stars * 10) / 10;
}
