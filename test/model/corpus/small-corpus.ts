/** A small corpus for tests that split composed texts into sentences. Each sentence names its origin. */
import type { CompositionCounts } from '../../../model/corpus/compose.ts';
import { type Corpus, type CorpusWord, domains, type Sentence } from '../../../model/corpus/read.ts';

export const noReviews: CompositionCounts = { sentences: 0, eachSentence: false, words: 0, contrasts: 0 };

/**
 * Two sentences per number of stars and domain, such as 〔5 movie 1〕です。 Phrases have no end mark, and sentences
 * about products end in ！.
 */
export const markedSentences: Sentence[] = domains.flatMap((domain) =>
  [0, 1, 2, 3, 4, 5].flatMap((stars) =>
    (stars === 0 && domain === 'phrase' ? [] : [1, 2]).map((number) => ({
      stars,
      domain,
      text: `〔${stars} ${domain} ${number}〕${domain === 'phrase' ? 'い' : domain === 'product' ? '！' : 'です。'}`,
    })),
  ),
);

/** One word of each polarity. */
export const fourWords: CorpusWord[] = [
  { polarity: 2, wordClass: 'i-adjective', text: '楽しい' },
  { polarity: 1, wordClass: 'i-adjective', text: '安い' },
  { polarity: -1, wordClass: 'i-adjective', text: 'つまらない' },
  { polarity: -2, wordClass: 'i-adjective', text: 'ひどい' },
];

export const smallCorpus: Corpus = { sentences: markedSentences, words: fourWords };
