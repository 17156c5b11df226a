/** Checks that trees with given LightGBM parameters can follow a linear leaf. */
import { parameterName } from '../../native/index.ts';
import type { BoostingParameters } from './presets.ts';

// LightGBM 4.7.0 src/io/config.cpp ParseObjectiveAlias: the names of the objectives whose raw sum is the prediction.
const OBJECTIVES: readonly string[] = [
  'regression',
  'regression_l2',
  'mean_squared_error',
  'mse',
  'l2',
  'l2_root',
  'root_mean_squared_error',
  'rmse',
  'regression_l1',
  'l1',
  'mean_absolute_error',
  'mae',
  'huber',
  'fair',
  'quantile',
  'mape',
  'mean_absolute_percentage_error',
];

/**
 * Throws if the raw sum is not the prediction (an objective with a link or of classes, `reg_sqrt`), or if the trees are
 * averaged (random forests): a linear leaf cannot be the first term of such a sum.
 */
export function checkLeafParameters(parameters: BoostingParameters): void {
  for (const [alias, value] of Object.entries(parameters)) {
    const problem = problemOf(parameterName(alias), `${value}`);
    if (problem !== undefined)
      throw new Error(
        `Expected ${problem}, because the model has a linear leaf, received ${alias}=${value}. For trees only, add --ridge none`,
      );
  }
}

function problemOf(name: string | undefined, value: string): string | undefined {
  if (name === 'objective' && !OBJECTIVES.includes(value))
    return 'an objective of regression, regression_l1, huber, fair, quantile or mape';
  if (name === 'boosting' && ['rf', 'random_forest'].includes(value)) return 'a sum of trees';
  if (name === 'reg_sqrt' && value !== 'false' && value !== '0') return 'labels that are not transformed';
  return undefined;
}
