import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkLeafParameters } from '../../../model/training/leaf-parameters.ts';

const hint = 'For trees only, add --ridge none';

test('parameters of a plain sum of trees are accepted', () => {
  checkLeafParameters({});
  checkLeafParameters({ objective: 'regression_l1', boosting: 'dart', reg_sqrt: false, eta: 0.1 });
  checkLeafParameters({ app: 'mse', boosting_type: 'gbdt', num_leaves: 7 });
});

for (const [what, parameters, message] of [
  [
    'an objective with a link',
    { objective: 'poisson' },
    `Expected an objective of regression, regression_l1, huber, fair, quantile or mape, because the model has a linear leaf, received objective=poisson. ${hint}`,
  ],
  ['class probabilities by an alias', { app: 'multiclass' }, /received app=multiclass\./],
  ['an objective that LightGBM does not know', { loss: 'x' }, /received loss=x\./],
  [
    'a random forest',
    { boost: 'rf' },
    `Expected a sum of trees, because the model has a linear leaf, received boost=rf. ${hint}`,
  ],
  [
    'labels under a square root',
    { reg_sqrt: true },
    /^Error: Expected labels that are not transformed, .* reg_sqrt=true\./,
  ],
  ['labels under a square root, as the command line gives it', { reg_sqrt: 'true' }, /received reg_sqrt=true/],
] as const)
  test(`${what} is refused`, () => {
    assert.throws(() => checkLeafParameters(parameters), message instanceof RegExp ? message : { message });
  });
