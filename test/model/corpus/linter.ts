/**
 * A linter for the authored corpus. `read.ts` checks the form of the files; this checks the content: duplicates, words
 * with two polarities, the balance of the stars and of everyday words, long texts, unusual characters and real names. Each rule takes the
 * corpus and returns one complaint per violation. No rule reads a file.
 */
import { type Corpus, type Domain, domains, isNeutral, isSubject } from '../../../model/corpus/read.ts';

export const limits = {
  sentences: 4000,
  words: 2000,
  /** In code points. */
  textLength: 120,
  /** Dice similarity of the character bigrams (Dice 1945). Texts at or above it count as near-duplicates. */
  similarity: 0.9,
  /** The share of one number of stars among the sentences of a domain that are not neutral. */
  starShare: [0.15, 0.3],
  neutralShare: [0.02, 0.15],
  /** The mean stars of the sentences that contain a word of EVERYDAY_WORDS, if at least so many do. */
  meanStars: [2.3, 3.7],
  wordSentences: 20,
} as const;

export function lintCorpus(corpus: Corpus): string[] {
  const rules = [
    duplicates,
    nearDuplicates,
    conflictingWords,
    imbalances,
    oneSidedWords,
    longTexts,
    unusualCharacters,
    realNames,
  ];
  return rules.flatMap((rule) => rule(corpus));
}

/** The text without its differences in punctuation, spaces, character width, case and kana size. */
export function comparisonKey(text: string): string {
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

export function duplicates({ sentences }: Corpus): string[] {
  const first = new Map<string, string>();
  return sentences.flatMap(({ text }) => {
    const key = comparisonKey(text);
    const before = first.get(key);
    if (before === undefined) first.set(key, text);
    return before === undefined
      ? []
      : [`${text}: expected each text once, ${before} differs only in punctuation, width, case or kana size`];
  });
}

export function nearDuplicates({ sentences }: Corpus): string[] {
  const texts = [...new Map(sentences.map(({ text }) => [comparisonKey(text), text])).values()];
  return similarPairs(texts.map(comparisonKey), limits.similarity).map(
    ([i, j]) => `${texts[j]}: expected different texts, but ${texts[i]} is nearly the same`,
  );
}

/**
 * The pairs [i, j], i < j, of texts whose bigram sets A and B satisfy 2|A ∩ B| ≥ t (|A| + |B|). It follows that
 * |A ∩ B| ≥ t/(2 − t) |A|, and the same for B. So the |A| − ⌈t/(2 − t) |A|⌉ + 1 rarest bigrams of A and those of B have
 * at least one in common. Only such pairs are compared (prefix filtering, Chaudhuri 2006).
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

/** The pairs of adjacent characters. A text of zero or one character is its own single element. */
export function bigramsOf(text: string): Set<string> {
  const characters = [...text];
  if (characters.length < 2) return new Set([text]);
  return new Set(characters.slice(1).map((character, i) => `${characters[i]}${character}`));
}

/** The Dice coefficient, in [0, 1]. */
export function similarity(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  return (2 * [...a].filter((bigram) => b.has(bigram)).length) / (a.size + b.size);
}

/** A word may have several classes, but only one polarity. */
export function conflictingWords({ words }: Corpus): string[] {
  const first = new Map<string, number>();
  return words.flatMap(({ text, polarity }) => {
    const before = first.get(comparisonKey(text)) ?? polarity;
    first.set(comparisonKey(text), before);
    return before === polarity ? [] : [`${text}: expected one polarity, received ${before} and ${polarity}`];
  });
}

/**
 * The domains `general` and `phrase` are exempt: reviews of every domain use their sentences, so their stars need no
 * balance.
 */
export function imbalances({ sentences, words }: Corpus): string[] {
  const subjects = domains.filter(isSubject);
  return [
    ...atLeast(sentences.length, limits.sentences, 'sentences'),
    ...atLeast(words.length, limits.words, 'words'),
    ...within(shareOf(sentences, isNeutral), limits.neutralShare, 'all: the neutral share'),
    ...subjects.flatMap((domain) =>
      imbalancesOfDomain(
        domain,
        sentences.filter((sentence) => sentence.domain === domain),
      ),
    ),
  ];
}

function imbalancesOfDomain(domain: Domain, sentences: Corpus['sentences']): string[] {
  const opinions = sentences.filter((sentence) => !isNeutral(sentence));
  return [
    ...within(shareOf(sentences, isNeutral), limits.neutralShare, `${domain}: the neutral share`),
    ...[1, 2, 3, 4, 5].flatMap((given) =>
      within(
        shareOf(opinions, ({ stars }) => stars === given),
        limits.starShare,
        `${domain}: the share of ${given} stars`,
      ),
    ),
  ];
}

/**
 * Words that say nothing about the stars: intensifiers, people, and circumstances. A word that stands in good sentences
 * alone would make each text better that mentions it.
 */
const EVERYDAY_WORDS =
  `こんなに これほど ここまで とても すごく 本当に 非常に かなり めちゃくちゃ めっちゃ 実に 全然 全く まったく 絶対
  とにかく 結局 やはり もう また ずっと いつも 毎回 毎日 何度 二度 一度 初めて 久しぶり 今回 最後 最初 後半 前半 途中 ラスト
  友人 友達 家族 母 父 息子 娘 子ども 妻 夫 店員 従業員 スタッフ 先生 監督 主演 俳優 役者 脚本 音楽 映像 演出 物語 展開 原作 続編
  予約 注文 届い 届く 届き もらっ もらい 通っ 通う 泊まっ 歩い 駅 部屋 風呂 駐車場 朝食 料理 値段 サイズ 色 箱 電池 充電 画面 広告
  更新 設定 音 匂い 三日 一週間 二か月 半年 一年 時間 思っ 感じ ただ のに けど でも だけ ばかり しか まで ほど くらい もっと 少し
  ちょっと`.split(/\s+/);

export function oneSidedWords({ sentences }: Corpus): string[] {
  const opinions = sentences.filter((sentence) => !isNeutral(sentence));
  return EVERYDAY_WORDS.flatMap((word) => {
    const given = opinions.filter(({ text }) => text.includes(word)).map(({ stars }) => stars);
    if (given.length < limits.wordSentences) return [];
    const mean = given.reduce((sum, stars) => sum + stars, 0) / given.length;
    return within(mean, limits.meanStars, `${word}: the mean stars of its sentences`);
  });
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

export function longTexts({ sentences, words }: Corpus): string[] {
  return [...sentences, ...words].flatMap(({ text }) => {
    const length = [...text].length;
    if (length <= limits.textLength) return [];
    return [`${text}: expected at most ${limits.textLength} characters, received ${length}`];
  });
}

/**
 * Anything but kana, kanji, Latin letters, digits, common punctuation, emoji and the characters of kaomoji.
 */
const UNUSUAL =
  /[^ぁ-ゖァ-ヺー々〇\u4e00-\u9fffｦ-ﾟA-Za-z0-9０-９ 。、！？!?….・「」『』（）().,：:〜★☆♪♡◎○△×&%+#/>↓\p{Extended_Pictographic}^_*´｀゜￣ω∀≧≦ε;；дДз▽∇<／\\＼ヽ━-]/u;

/** The variation selector after an emoji. */
const EMOJI_STYLE = '\ufe0f';

export function unusualCharacters({ sentences, words }: Corpus): string[] {
  return [...sentences, ...words].flatMap(({ text }) => {
    const unusual = UNUSUAL.exec(text.replaceAll(EMOJI_STYLE, ''))?.[0];
    return unusual === undefined ? [] : [`${text}: expected no ${JSON.stringify(unusual)}`];
  });
}

/**
 * Names of works, people and companies. The corpus must contain none. Names that are also words (ワンピース, シャープ)
 * are left out.
 */
const NAMES =
  `アマゾン グーグル アップル ヤフー メルカリ ソニー パナソニック トヨタ ホンダ ユニクロ ニトリ ダイソー コストコ スタバ
  スターバックス マクドナルド セブンイレブン ローソン ファミマ ディズニー ピクサー ジブリ マーベル ネットフリックス ユーチューブ
  ツイッター インスタ ウィンドウズ プレステ ポケモン マリオ ドラクエ ゴジラ ガンダム ドラえもん ドラゴンボール エヴァンゲリオン
  ハリー・ポッター スター・ウォーズ タイタニック ミシュラン 楽天市場 任天堂 無印良品 佐川急便 ヤマト運輸 日本郵便 食べログ じゃらん
  東映 吉本興業 鬼滅の刃 千と千尋 君の名は 黒澤明 宮崎駿 小津安二郎 是枝裕和 北野武 村上春樹 東野圭吾 夏目漱石
  Amazon Google Apple iPhone iPad LINE Netflix YouTube Twitter Instagram Sony Switch USJ`.split(/\s+/);

// A katakana or Latin name matches only as a whole run of such letters, so オンライン does not match a name inside it.
const NAME = new RegExp(
  NAMES.map((name) => `(?<!${letterClassOf(name)})${name}(?!${letterClassOf(name)})`).join('|'),
  'i',
);

function letterClassOf(name: string): string {
  return /^[ァ-ヺー・]+$/.test(name) ? '[ァ-ヺー]' : /^[a-z]+$/i.test(name) ? '[a-z]' : '[]';
}

export function realNames({ sentences, words }: Corpus): string[] {
  return [...sentences, ...words].flatMap(({ text }) => {
    const name = NAME.exec(text)?.[0];
    return name === undefined ? [] : [`${text}: expected no real name, received ${name}`];
  });
}
