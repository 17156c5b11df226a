import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defaultVectorizerParameters } from '../../../model/reference/vectorizer.ts';
import { checkBoostingParameters } from '../../../model/training/boosting-parameters.ts';
import type { LearnOptions } from '../../../model/training/learn.ts';
import { type BoostingParameters, presetNames } from '../../../model/training/presets.ts';

const reviewsOf = (...stars: number[]) => stars.map((each) => ({ stars: each, text: '良い' }));
const five = reviewsOf(1, 2, 3, 4, 5);

function check(
  boosting: BoostingParameters,
  { reviews = five, ...others }: Partial<LearnOptions> & { reviews?: typeof five } = {},
) {
  return checkBoostingParameters(reviews, {
    seed: 1,
    vectorizer: defaultVectorizerParameters,
    boosting,
    patience: 5,
    ...others,
  });
}

describe('parameters for LightGBM', () => {
  test('the presets are accepted, with a linear leaf and without', async () => {
    for (const preset of presetNames) {
      await check({}, { preset });
      await check({}, { preset, leaf: { alpha: 1 } });
    }
  });

  test('sensible ones are accepted, also by another name, and with metrics that exist', async () => {
    await check({ eta: 0.5, min_child_samples: 3, num_leaves: '7' });
    await check({ metric: 'mae,huber' });
    await check({ metric: 'none' });
    await check({ objective: 'poisson' });
    await check({ objective: 'binary' }, { reviews: reviewsOf(0, 1) });
    await check({ boosting: 'dart' }, { leaf: { alpha: 1 } });
  });

  const refused: readonly (readonly [boosting: BoostingParameters, message: RegExp])[] = [
    [{ num_leafs: 5 }, /LightGBM refuses num_leafs=5 \(--set\): .*received "num_leafs"$/],
    [
      { learning_rate: 0 },
      /^Error: LightGBM refuses learning_rate=0 \(--set\): Check failed: \(learning_rate\) > \(0.0\)$/,
    ],
    [{ eta: 0.1, num_leaves: 1 }, /^Error: LightGBM refuses num_leaves=1 \(--set\): /],
    [{ device_type: 'gpu' }, /GPU Tree Learner was not enabled in this build/],
    [{ objective: 'lambdarank' }, /LightGBM refuses objective=lambdarank \(--set\): /],
    [{ objective: 'binary' }, /Expected reviews with 0 and 1 stars for the objective binary, or another objective/],
    [{ boosting: 'fast' }, /^Error: LightGBM refuses boosting=fast \(--set\): /],
    [{ metric: 'aucc' }, /Expected a metric of LightGBM, received metric=aucc/],
    [{ metrics: 'l1,x' }, /Expected a metric of LightGBM, received metrics=l1,x/],
    [{ cat_feature: '0' }, /Expected no parameter of single columns, .* received cat_feature=0/],
    [{ early_stopping: 5 }, /Expected --patience for early stopping, received early_stopping=5/],
    [{ force_col_wise: true }, /force_col_wise/],
  ];
  for (const [boosting, message] of refused) {
    test(`refused: ${JSON.stringify(boosting)}`, () => assert.rejects(check(boosting), message));
  }

  test('stars decide: an objective for positive labels refuses others', async () => {
    await assert.rejects(
      check({ objective: 'poisson' }, { reviews: reviewsOf(-1, 5) }),
      /LightGBM refuses objective=poisson/,
    );
    await assert.rejects(
      check({ objective: 'gamma' }, { reviews: reviewsOf(-1, 5) }),
      /LightGBM refuses objective=gamma/,
    );
  });
});
