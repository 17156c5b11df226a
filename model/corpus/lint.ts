/**
 * What a corpus that is well formed may still have wrong: the same said twice, a word of two minds, stars out of balance,
 * what is too long or strange, a real name. Each rule takes the corpus and gives a complaint for each offence; none reads a file.
 */
import { type Corpus, type Domain, domains } from './read.ts';

export const limits = {
  sentences: 4000,
  words: 2000,
  characters: 120,
  /** Of character bigrams (Dice 1945), from which on two texts say the same. */
  similarity: 0.9,
  /** Of a domain's sentences that are not neutral, those of one number of stars. */
  starShare: [0.15, 0.3],
  neutralShare: [0.02, 0.15],
} as const;

export function lintCorpus(corpus: Corpus): string[] {
  return [sameTexts, nearDuplicates, wordsOfTwoMinds, outOfBalance, tooLong, strangeCharacters, realNames].flatMap(
    (rule) => rule(corpus),
  );
}

/** A text without punctuation and spaces, the width of its characters, their case and the size of its kana. */
export function fold(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\p{P}\p{Z}]/gu, '')
    .replace(/[ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ]/g, (kana) => LARGE_KANA.get(kana) as string);
}

const LARGE_KANA: ReadonlyMap<string, string> = new Map(
  Array.from('ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ', (kana, i) => [
    kana,
    'あいうえおつやゆよわアイウエオツヤユヨワカケ'.charAt(i),
  ]),
);

export function sameTexts({ sentences }: Corpus): string[] {
  const first = new Map<string, string>();
  return sentences.flatMap(({ text }) => {
    const key = fold(text);
    const before = first.get(key);
    if (before === undefined) first.set(key, text);
    return before === undefined
      ? []
      : [`${text}: expected each text once, ${before} differs in punctuation or size only`];
  });
}

export function nearDuplicates({ sentences }: Corpus): string[] {
  const texts = [...new Map(sentences.map(({ text }) => [fold(text), text])).values()];
  return similarPairs(texts.map(fold), limits.similarity).map(
    ([i, j]) => `${texts[j]}: expected texts that differ, ${texts[i]} says nearly the same`,
  );
}

/**
 * The pairs [i, j], i < j, of texts whose sets of bigrams A and B have 2|A ∩ B| ≥ t (|A| + |B|). Then |A ∩ B| ≥ t/(2 − t) |A|,
 * so that both hold one of their rarest |A| − ⌈t/(2 − t) |A|⌉ + 1 in common: only such pairs are compared (Chaudhuri 2006).
 */
export function similarPairs(texts: readonly string[], threshold: number): [number, number][] {
  const sets = texts.map(bigramsOf);
  const counts = new Map<string, number>();
  for (const bigram of sets.flatMap((set) => [...set])) counts.set(bigram, (counts.get(bigram) ?? 0) + 1);
  const countOf = (bigram: string) => counts.get(bigram) as number;
  const holders = new Map<string, number[]>();
  return sets.flatMap((set, j) => {
    const rarestFirst = [...set].sort((a, b) => countOf(a) - countOf(b) || (a < b ? -1 : 1));
    const common = Math.ceil((threshold / (2 - threshold)) * set.size - 1e-9);
    const rarest = rarestFirst.slice(0, set.size - common + 1);
    const candidates = new Set(rarest.flatMap((bigram) => holders.get(bigram) ?? []));
    for (const bigram of rarest) holders.set(bigram, [...(holders.get(bigram) ?? []), j]);
    return [...candidates]
      .filter((i) => similarity(sets[i] as Set<string>, set) >= threshold)
      .map((i): [number, number] => [i, j]);
  });
}

/** The pairs of neighbouring characters; a text of one character or none is its own. */
export function bigramsOf(text: string): Set<string> {
  const characters = [...text];
  if (characters.length < 2) return new Set([text]);
  return new Set(characters.slice(1).map((character, i) => `${characters[i]}${character}`));
}

export function similarity(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  return (2 * [...a].filter((bigram) => b.has(bigram)).length) / (a.size + b.size);
}

/** A word may be of several classes, but not of several polarities. */
export function wordsOfTwoMinds({ words }: Corpus): string[] {
  const first = new Map<string, number>();
  return words.flatMap(({ text, polarity }) => {
    const before = first.get(fold(text)) ?? polarity;
    first.set(fold(text), before);
    return before === polarity ? [] : [`${text}: expected one polarity, received ${before} and ${polarity}`];
  });
}

/** `general` and `phrase` stand beside the other domains in a review: their stars may be of any share. */
export function outOfBalance({ sentences, words }: Corpus): string[] {
  const subjects = domains.filter((domain) => domain !== 'general' && domain !== 'phrase');
  return [
    ...atLeast(sentences.length, limits.sentences, 'sentences'),
    ...atLeast(words.length, limits.words, 'words'),
    ...within(shareOf(sentences, isNeutral), limits.neutralShare, 'all: the neutral share'),
    ...subjects.flatMap((domain) =>
      outOfBalanceIn(
        domain,
        sentences.filter((sentence) => sentence.domain === domain),
      ),
    ),
  ];
}

function outOfBalanceIn(domain: Domain, sentences: Corpus['sentences']): string[] {
  const said = sentences.filter((sentence) => !isNeutral(sentence));
  return [
    ...within(shareOf(sentences, isNeutral), limits.neutralShare, `${domain}: the neutral share`),
    ...[1, 2, 3, 4, 5].flatMap((given) =>
      within(
        shareOf(said, ({ stars }) => stars === given),
        limits.starShare,
        `${domain}: the share of ${given} stars`,
      ),
    ),
  ];
}

function isNeutral({ stars }: { stars: number }): boolean {
  return stars === 0;
}

function shareOf<T>(values: readonly T[], is: (value: T) => boolean): number {
  return values.length === 0 ? 0 : values.filter(is).length / values.length;
}

function atLeast(count: number, least: number, what: string): string[] {
  return count >= least ? [] : [`all: expected at least ${least} ${what}, received ${count}`];
}

function within(share: number, [least, most]: readonly [number, number], what: string): string[] {
  return share >= least && share <= most ? [] : [`${what}: expected ${least} to ${most}, received ${share.toFixed(3)}`];
}

export function tooLong({ sentences, words }: Corpus): string[] {
  return [...sentences, ...words].flatMap(({ text }) => {
    const length = [...text].length;
    if (length <= limits.characters) return [];
    return [`${text}: expected at most ${limits.characters} characters, received ${length}`];
  });
}

/** Kana, kanji, Latin letters, digits and the marks of ordinary reviews: no emoji, no half-width kana, nothing invisible. */
const STRANGE = /[^ぁ-ゖァ-ヺー々〇\u4e00-\u9fffA-Za-z0-9０-９ 。、！？!?….・「」『』（）().,：:〜★☆♪♡◎○△&%-]/u;

export function strangeCharacters({ sentences, words }: Corpus): string[] {
  return [...sentences, ...words].flatMap(({ text }) => {
    const strange = STRANGE.exec(text)?.[0];
    return strange === undefined ? [] : [`${text}: expected no ${JSON.stringify(strange)}`];
  });
}

/** Of works, people and companies; the corpus is of none. Not here: what is a word, too (ワンピース, シャープ). */
const NAMES =
  `アマゾン グーグル アップル ヤフー メルカリ ソニー パナソニック トヨタ ホンダ ユニクロ ニトリ ダイソー コストコ スタバ
  スターバックス マクドナルド セブンイレブン ローソン ファミマ ディズニー ピクサー ジブリ マーベル ネットフリックス ユーチューブ
  ツイッター インスタ ウィンドウズ プレステ ポケモン マリオ ドラクエ ゴジラ ガンダム ドラえもん ドラゴンボール エヴァンゲリオン
  ハリー・ポッター スター・ウォーズ タイタニック ミシュラン 楽天市場 任天堂 無印良品 佐川急便 ヤマト運輸 日本郵便 食べログ じゃらん
  東映 吉本興業 鬼滅の刃 千と千尋 君の名は 黒澤明 宮崎駿 小津安二郎 是枝裕和 北野武 村上春樹 東野圭吾 夏目漱石
  Amazon Google Apple iPhone iPad LINE Netflix YouTube Twitter Instagram Sony Switch USJ`.split(/\s+/);

// A name of katakana or Latin letters ends where these end: オンライン holds no name.
const NAME = new RegExp(NAMES.map((name) => `(?<!${letterLike(name)})${name}(?!${letterLike(name)})`).join('|'), 'i');

function letterLike(name: string): string {
  return /^[ァ-ヺー・]+$/.test(name) ? '[ァ-ヺー]' : /^[a-z]+$/i.test(name) ? '[a-z]' : '[]';
}

export function realNames({ sentences, words }: Corpus): string[] {
  return [...sentences, ...words].flatMap(({ text }) => {
    const name = NAME.exec(text)?.[0];
    return name === undefined ? [] : [`${text}: expected no real name, received ${name}`];
  });
}
