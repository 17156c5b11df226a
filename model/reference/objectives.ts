/**
 * The objectives of a LightGBM model text, and how each turns the sum of the trees into the output. LightGBM 4.7.0 is
 * the law: include/LightGBM/config.h (`ParseObjectiveAlias`) and the `ConvertOutput` of src/objective/*.hpp.
 */

/** What a model's output is, given the sum x of its trees. */
export interface ObjectiveOutput {
  /** The output is sign(x) · x² (`reg_sqrt`) instead of x. */
  readonly isSquared: boolean;
}

/** The objectives whose output is x, or with the option `sqrt` its square. */
const WITH_SQRT = ['regression', 'regression_l1', 'fair', 'quantile', 'mape'] as const;
/** The objectives whose output is x. `huber` ignores the option `sqrt`; `custom` is a function of the Python program. */
const IDENTITY = ['huber', 'lambdarank', 'rank_xendcg', 'custom'] as const;

/** An alias stands alone: with options after it, LightGBM does not know it. native/model_text.cc has the same list. */
const ALIASES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    regression: ['regression_l2', 'mean_squared_error', 'mse', 'l2', 'l2_root', 'root_mean_squared_error', 'rmse'],
    regression_l1: ['mean_absolute_error', 'l1', 'mae'],
    mape: ['mean_absolute_percentage_error'],
    rank_xendcg: ['xendcg', 'xe_ndcg', 'xe_ndcg_mart', 'xendcg_mart'],
    custom: ['none', 'null', 'na'],
    cross_entropy: ['xentropy'],
    cross_entropy_lambda: ['xentlambda'],
  }).flatMap(([name, aliases]) => aliases.map((alias) => [alias, name])),
);

/**
 * The output for the text after `objective=`; undefined if the header has no such line. Throws for an objective whose
 * output needs exp or a sigmoid, or that is not known.
 */
export function outputOf(objective: string | undefined): ObjectiveOutput {
  if (objective === undefined) return { isSquared: false };
  const [name = '', ...options] = (ALIASES.get(objective) ?? objective).split(' ');
  if (WITH_SQRT.some((one) => one === name)) return { isSquared: options.includes('sqrt') };
  if (IDENTITY.some((one) => one === name)) return { isSquared: false };
  throw new Error(`model: expected an objective of ${[...WITH_SQRT, ...IDENTITY].join(', ')}, received ${name}`);
}
