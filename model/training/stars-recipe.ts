/**
 * The recipe of the shipped model: counts, seeds and parameters, and the text of its model card. Each value was found
 * by measurement. `make train` must give the same bytes, so the values and the card text change only together with the
 * model.
 */

import { NORMALIZER_STEPS } from '../../native/index.ts';
import { composeReviews } from '../corpus/compose.ts';
import type { Corpus } from '../corpus/read.ts';
import { defaultTermRules } from '../reference/default-term-rules.ts';
import { defaultVectorizerParameters } from '../reference/vectorizer.ts';
import type { TrainOptions } from './train.ts';

const SEED = 1;
const REVIEW_COUNTS = { sentences: 20_000, eachSentence: true, words: 12_000, contrasts: 4000, ratings: 400 };
const TERMS = 45_000;

const ABOUT = `Tells how many stars a Japanese review gives, from 1 to 5: of films first, then of products, hotels and the like. It is the model
that hoshi ships, learned from the authored corpus (model/corpus) alone; no review was copied into it. Its licence is
CC0, as the corpus's.

On 3,000 real reviews of products (1,000 each of 1, 3 and 5 stars; for measuring only, no part of this project), with 95 %
intervals of the bootstrap: AUC of 1 against 5 stars 0.979 (0.973 to 0.983), of 1 against 3 stars 0.843, of 3 against 5 stars 0.860;
Spearman 0.783 (0.769 to 0.796), RMSE 1.03 stars (1.01 to 1.06); mean scores 1.91, 2.90 and 4.00. Scores below 3 for reviews of 1
star, and of 3 or more for reviews of 5 stars, count as correct: 93 % are. \`bin/hoshi eval\` prints these measures for any file of reviews.

On the sentences of a domain, by a model that learned from the others alone (\`bin/hoshi train-corpus --cross domain\`):

| without    | sentences | AUC                    | Spearman               | mean scores of 1 … 5 stars |
| ---------- | --------- | ---------------------- | ---------------------- | -------------------------- |
| movie      | 8223      | 0.902 (0.892 to 0.912) | 0.653 (0.638 to 0.667) | 2.37 2.54 3.10 3.74 3.84   |
| product    | 4593      | 0.942 (0.932 to 0.952) | 0.712 (0.695 to 0.730) | 2.08 2.46 2.96 3.59 3.81   |
| app        | 970       | 0.960 (0.941 to 0.977) | 0.761 (0.727 to 0.792) | 1.89 2.29 2.93 3.55 3.85   |
| game       | 1054      | 0.973 (0.960 to 0.984) | 0.766 (0.739 to 0.792) | 2.03 2.35 3.01 3.66 4.01   |
| book       | 1189      | 0.966 (0.953 to 0.979) | 0.770 (0.742 to 0.796) | 2.00 2.33 2.87 3.73 3.96   |
| service    | 1549      | 0.960 (0.945 to 0.973) | 0.749 (0.722 to 0.773) | 1.97 2.32 2.90 3.51 3.91   |
| hotel      | 1613      | 0.961 (0.948 to 0.974) | 0.765 (0.741 to 0.790) | 1.96 2.37 3.03 3.75 3.92   |
| restaurant | 1669      | 0.969 (0.958 to 0.979) | 0.776 (0.755 to 0.797) | 1.98 2.37 2.98 3.71 3.99   |
| shop       | 1001      | 0.973 (0.956 to 0.986) | 0.794 (0.764 to 0.819) | 1.85 2.35 2.94 3.64 3.98   |

Learning curve on the same real reviews (\`bin/hoshi train-corpus --curve reviews.tsv\`): AUC 0.964 with an eighth of the sentences, 0.970
with a quarter, 0.975 with a half, 0.979 with all.

What was tried, on the same reviews and on two tables of difficult texts (\`test/model/tricky*.tsv\`):

- Terms weighed by how consistently their reviews are rated: Spearman +0.005, and a neutral sentence moves half as many scores by 0.5 stars or more.
- Longer tails of the end map with a larger stretch: 15 more of 613 difficult texts within their ranges, MAE +0.07 stars.
- No term of a number alone, and neutral sentences with numbers: 1か月使いました no longer has the stars of 星1.
- No gain: a term for each kanji of a word, a term for the polarity of a listed word, clauses across a conjunction at the start of a sentence,
  other shares of neutral sentences, twice as many composed reviews, another power of the idf.

Where it fails: neighbouring stars are hard to tell apart. A review that praises much and then names one fatal defect often gets too
much; so do plain facts without a word of feeling that no sentence of the corpus resembles. Irony is read by its words. A neutral
sentence still moves some scores by 0.5 stars or more. A text without a known word, or in another language, gets about 3.`;

/** The reviews and options for `train`. On these reviews, trees after the linear leaf improve nothing. */
export function starsRecipe(corpus: Corpus): { reviews: { stars: number; text: string }[]; options: TrainOptions } {
  return {
    reviews: composeReviews(corpus, { seed: SEED, counts: REVIEW_COUNTS }),
    options: {
      name: 'stars',
      command: 'make train',
      seed: SEED,
      normalizer: NORMALIZER_STEPS,
      vectorizer: { ...defaultVectorizerParameters, max_features: null, min_df: 2, rules: defaultTermRules },
      leaf: { alpha: 3, leavesOutNumbers: true, consistencyFloor: 0.2, terms: TERMS, stretch: 2, tailShare: 7 / 16 },
      boosting: {},
      rounds: 0,
      validationShare: 0,
      patience: 50,
      about: ABOUT,
      prune: true,
    },
  };
}
