/**
 * Inflects a Japanese word into the forms that short verdicts use. The word classes and endings follow school grammar
 * (学校文法): i-adjectives, na-adjectives, nouns, godan, ichidan and suru verbs.
 */
import type { WordClass } from './read.ts';

export interface Forms {
  /** 楽しい, 最高だ, 傑作だ, 笑う */
  readonly plain: string;
  /** 楽しいです, 最高です, 笑います */
  readonly polite: string;
  /** 楽しかった, 最高だった, 笑った */
  readonly past: string;
  /** 楽しかったです, 最高でした, 笑いました */
  readonly politePast: string;
  /** 楽しくない, 最高ではない, 笑わない */
  readonly negative: string;
  /** 楽しくなかった, 最高ではなかった, 笑わなかった */
  readonly negativePast: string;
  /** 楽しくないです, 最高じゃないです, 笑いません */
  readonly politeNegative: string;
  /** 楽しくて, 最高で, 笑って */
  readonly te: string;
  /** Before は and ない: 楽しく, 最高で, 笑い */
  readonly stem: string;
  /** 楽しすぎる, 最高すぎる; undefined for a word that does not take すぎる */
  readonly excessive: string | undefined;
}

/** Throws if the word does not end as its class requires. */
export function inflect(word: string, wordClass: WordClass): Forms {
  switch (wordClass) {
    case 'i-adjective':
      return iAdjective(word);
    case 'na-adjective':
      return copula(word, `${word}すぎる`);
    case 'noun':
      return copula(word, undefined);
    case 'verb-godan':
      return godan(word);
    case 'verb-ichidan':
      return ichidan(word);
    case 'verb-suru':
      return suru(word);
  }
}

function iAdjective(word: string): Forms {
  if (!word.endsWith('い')) throw new Error(`Expected an i-adjective to end in い, received ${word}`);
  // いい and its compounds inflect as よい: 格好いい → 格好よくない. かわいい is not such a compound.
  const stem = word.endsWith('いい') && !word.endsWith('かわいい') ? `${word.slice(0, -2)}よ` : word.slice(0, -1);
  return {
    plain: word,
    polite: `${word}です`,
    past: `${stem}かった`,
    politePast: `${stem}かったです`,
    negative: `${stem}くない`,
    negativePast: `${stem}くなかった`,
    politeNegative: `${stem}くないです`,
    te: `${stem}くて`,
    stem: `${stem}く`,
    excessive: `${stem}すぎる`,
  };
}

function copula(word: string, excessive: string | undefined): Forms {
  return {
    plain: `${word}だ`,
    polite: `${word}です`,
    past: `${word}だった`,
    politePast: `${word}でした`,
    negative: `${word}ではない`,
    negativePast: `${word}ではなかった`,
    politeNegative: `${word}じゃないです`,
    te: `${word}で`,
    stem: `${word}で`,
    excessive,
  };
}

/** Last kana of a godan verb → the kana before ない, the kana before ます, and the endings with た and て (音便). */
const GODAN: Readonly<Record<string, readonly [a: string, i: string, ta: string, te: string]>> = {
  う: ['わ', 'い', 'った', 'って'],
  つ: ['た', 'ち', 'った', 'って'],
  る: ['ら', 'り', 'った', 'って'],
  ぶ: ['ば', 'び', 'んだ', 'んで'],
  む: ['ま', 'み', 'んだ', 'んで'],
  ぬ: ['な', 'に', 'んだ', 'んで'],
  く: ['か', 'き', 'いた', 'いて'],
  ぐ: ['が', 'ぎ', 'いだ', 'いで'],
  す: ['さ', 'し', 'した', 'して'],
};

function godan(word: string): Forms {
  const root = word.slice(0, -1);
  const endings = GODAN[word.slice(-1)];
  if (endings === undefined)
    throw new Error(`Expected a godan verb to end in one of ${Object.keys(GODAN).join('')}, received ${word}`);
  // The negation of ある is ない: 味がある → 味がない.
  if (word.endsWith('ある')) {
    const before = word.slice(0, -2);
    return {
      ...verb(word, before, `${before}あり`, `${before}あった`, `${before}あって`),
      negativePast: `${before}なかった`,
    };
  }
  const [a, i, ta, te] = /(?:行|い)く$/.test(word) ? ['か', 'き', 'った', 'って'] : endings;
  return verb(word, `${root}${a}`, `${root}${i}`, `${root}${ta}`, `${root}${te}`);
}

function ichidan(word: string): Forms {
  if (!word.endsWith('る')) throw new Error(`Expected an ichidan verb to end in る, received ${word}`);
  const root = word.slice(0, -1);
  return verb(word, root, root, `${root}た`, `${root}て`);
}

function suru(word: string): Forms {
  if (!word.endsWith('する')) throw new Error(`Expected a suru verb to end in する, received ${word}`);
  const root = word.slice(0, -2);
  // 愛する inflects like a godan verb in す. Other verbs of one kanji and する, such as 損する, do not.
  if (word === '愛する') return verb(word, '愛さ', '愛し', '愛した', '愛して');
  return verb(word, `${root}し`, `${root}し`, `${root}した`, `${root}して`);
}

function verb(plain: string, beforeNai: string, beforeMasu: string, past: string, te: string): Forms {
  return {
    plain,
    polite: `${beforeMasu}ます`,
    past,
    politePast: `${beforeMasu}ました`,
    negative: `${beforeNai}ない`,
    negativePast: `${beforeNai}なかった`,
    politeNegative: `${beforeMasu}ません`,
    te,
    stem: beforeMasu,
    excessive: undefined,
  };
}
