/** What the shipped model is made of: counts, seeds and parameters, each found by measurement (model/stars/README.md). */
import type { TrainOptions } from '../train.ts';
import { defaultVectorizerParameters } from '../vectorizer.ts';
import { composeReviews, defaultCounts } from './compose.ts';
import type { Corpus } from './read.ts';

const SEED = 1;
const FURTHER_SEED = 2;
const FURTHER = { sentences: 6000, eachSentence: false, words: 2000, contrasts: 0 };

export function starsRecipe(corpus: Corpus): { reviews: { stars: number; text: string }[]; options: TrainOptions } {
  const further = composeReviews(corpus, { seed: FURTHER_SEED, counts: FURTHER }).map(({ text }) => text);
  return {
    reviews: composeReviews(corpus, { seed: SEED, counts: defaultCounts }),
    options: {
      name: 'stars',
      command: 'make train',
      seed: SEED,
      vectorizer: defaultVectorizerParameters,
      boosting: {},
      rounds: 800,
      validationShare: 0,
      patience: 50,
      teacher: { alpha: 1, tolerance: 1e-8, maxIterations: 500, texts: further },
    },
  };
}
