/**
 * A model of the original's size: 450 trees of 270 leaves on 10,000 terms. It is trained once from composed reviews
 * and kept in build/bench/. It is only for measuring time; its scores have no meaning.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { composeReviews } from '../model/corpus/compose.ts';
import { readCorpus } from '../model/corpus/read.ts';
import { defaultVectorizerParameters } from '../model/reference/vectorizer.ts';
import { train } from '../model/training/train.ts';
import { lightgbmVersion } from '../native/index.ts';
import { packageRoot } from '../native/package-root.ts';

const recipe = {
  seed: 7,
  counts: { sentences: 20_000, eachSentence: true, words: 10_000, contrasts: 2000 },
  vectorizer: defaultVectorizerParameters,
  boosting: { num_leaves: 270, min_data_in_leaf: 5, learning_rate: 0.05 },
  rounds: 450,
};

/** The folder of its bundle. Trains the model if it is missing, which takes a few minutes. */
export async function largeModel(log: (message: string) => void): Promise<string> {
  const reviews = composeReviews(await readCorpus(), recipe);
  const made = JSON.stringify([recipe, lightgbmVersion, reviews.map(({ stars, text }) => [stars, text])]);
  const name = `large-${createHash('sha256').update(made).digest('hex').slice(0, 12)}`;
  const path = join(packageRoot, 'build', 'bench', name);
  if (!existsSync(join(path, 'manifest.json'))) {
    log(`training a model of the original's size into ${path}, once`);
    await train(path, reviews, {
      ...recipe,
      name: 'large',
      command: 'npm run bench',
      validationShare: 0,
      patience: 0,
      onRound: ({ round }) => {
        if (round % 50 === 0) log(`${round} of ${recipe.rounds} rounds`);
      },
    });
  }
  return path;
}
