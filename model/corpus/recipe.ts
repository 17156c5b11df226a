/** What the shipped model is made of: counts, seeds and parameters, each found by measurement; and what its card says. */
import type { TrainOptions } from '../train.ts';
import { defaultVectorizerParameters } from '../vectorizer.ts';
import { composeReviews } from './compose.ts';
import { mixTexts } from './mix.ts';
import type { Corpus } from './read.ts';

const SEED = 1;
const MIX_SEED = 2;
const COUNTS = { sentences: 8000, eachSentence: true, words: 12_000, contrasts: 400 };
const MOST_PARTS = 12;
/** How much is learned: by the shipped model, and by those that only tell what a part of the corpus is worth. */
const EFFORTS = { whole: { mixtures: 300_000, rounds: 600 }, light: { mixtures: 60_000, rounds: 300 } };

const ABOUT = `Tells how many stars a Japanese review gives, from 1 to 5: of films first, then of products, hotels and the like. It is the model
that hoshi ships, learned from the authored corpus (model/corpus) alone; no review was copied into it. Its licence is
CC0, as the corpus's.

On 3,000 real reviews of products (1,000 each of 1, 3 and 5 stars; for measuring only, no part of this project), with 95 %
intervals of the bootstrap: AUC of 1 against 5 stars 0.952 (0.944 to 0.961), Spearman 0.708 (0.689 to 0.726), RMSE 1.17 stars
(1.14 to 1.19); mean scores 2.00, 2.91 and 3.89.

Where it fails: neighbouring stars are hard to tell apart. What is praised by saying that something is absent (無駄がない,
不満を感じない) is often read by its words alone; so are irony, 〜とは言えない, and concessions whose weight lies in the second half. Plain
description is not always worth 3. Points (95点) and dialects are mostly unknown to it. A text without a known word, or in another
language, gets about 3.`;

export function starsRecipe(
  corpus: Corpus,
  effort: keyof typeof EFFORTS = 'whole',
): { reviews: { stars: number; text: string }[]; options: TrainOptions } {
  const { mixtures, rounds } = EFFORTS[effort];
  const reviews = composeReviews(corpus, { seed: SEED, counts: COUNTS });
  const parts = reviews.filter(({ kind }) => kind === 'sentence' || kind === 'words').map(({ text }) => text);
  const texts = mixTexts(parts, { seed: MIX_SEED, count: mixtures, most: MOST_PARTS });
  return {
    reviews,
    options: {
      name: 'stars',
      command: 'make train',
      seed: SEED,
      vectorizer: { ...defaultVectorizerParameters, max_features: null, min_df: 2 },
      boosting: { num_leaves: 127, min_data_in_leaf: 20, learning_rate: 0.2, feature_fraction: 0.1 },
      rounds,
      validationShare: 0,
      patience: 50,
      about: ABOUT,
      compact: true,
      teacher: { alpha: 3, tolerance: 1e-6, maxIterations: 500, spread: 2, terms: 12_000, texts },
    },
  };
}
