/**
 * Checks LightGBM parameters before the long work: LightGBM gets them with a few rows that have the stars of the reviews,
 * and boosts one round. So it refuses unknown names, wrong values and unsuitable objectives at once.
 */
import { NativeError, parameterName, type RoundMetrics, type TrainingSet, trainBooster } from '../../native/index.ts';
import type { Review } from '../io/reviews.ts';
import { checkLeafParameters } from './leaf-parameters.ts';
import { boostingParametersOf, type LearnOptions } from './learn.ts';
import type { BoostingParameters } from './presets.ts';

/** LightGBM's main names of parameters that list columns. The columns are known only when the vocabulary is fitted. */
const OF_COLUMNS: readonly string[] = [
  'categorical_feature',
  'cegb_penalty_feature_coupled',
  'cegb_penalty_feature_lazy',
  'feature_contri',
  'interaction_constraints',
  'max_bin_by_feature',
  'monotone_constraints',
];
const MIN_ROWS = 100;

/** Rejects if the reviews cannot be learned with the parameters. The message names the one that is refused. */
export async function checkBoostingParameters(reviews: readonly Review[], options: LearnOptions): Promise<void> {
  const parameters = boostingParametersOf(options);
  const hasLeaf = options.leaf !== undefined;
  if (hasLeaf) checkLeafParameters(parameters);
  const stars = [...new Set(reviews.map((review) => review.stars))];
  for (const [alias, value] of Object.entries(parameters)) checkOne(alias, `${value}`, stars);
  const rows = rowsWith(stars, hasLeaf);
  await checkMetrics(options, rows);
  const refusal = await refusalOf(parameters, rows);
  if (refusal === undefined) return;
  for (const [alias, value] of Object.entries(options.boosting)) {
    const ofOne = await refusalOf(boostingParametersOf({ ...options, boosting: { [alias]: value } }), rows);
    if (ofOne !== undefined) throw new Error(`LightGBM refuses ${alias}=${value} (--set): ${ofOne}`);
  }
  throw new Error(`LightGBM refuses these parameters together (--set): ${refusal}`);
}

function checkOne(alias: string, value: string, stars: readonly number[]): void {
  const name = parameterName(alias);
  const expected =
    name !== undefined && OF_COLUMNS.includes(name)
      ? 'no parameter of single columns, because their numbers are not known before the training'
      : name === 'early_stopping_round'
        ? '--patience for early stopping'
        : name === 'objective' && value === 'binary' && stars.some((each) => each !== 0 && each !== 1)
          ? 'reviews with 0 and 1 stars for the objective binary, or another objective'
          : undefined;
  if (expected !== undefined) throw new Error(`Expected ${expected}, received ${alias}=${value} (--set)`);
}

const NO_METRIC: readonly string[] = ['none', 'na', 'null', 'custom']; // LightGBM 4.7.0 config.cpp ParseMetrics

/** LightGBM ignores a metric that it does not know. Then nothing would stop the training early. */
async function checkMetrics(options: LearnOptions, training: TrainingSet): Promise<void> {
  for (const [alias, value] of Object.entries(options.boosting)) {
    if (parameterName(alias) !== 'metric') continue;
    for (const metric of `${value}`.split(',')) {
      const parameters = boostingParametersOf({ ...options, boosting: { [alias]: metric } });
      let count = 0;
      const onRound = ({ metrics }: RoundMetrics) => {
        count = Object.keys(metrics).length;
      };
      await trainBooster({ training, parameters, rounds: 1, onRound }).catch(() => {
        count = 1; // LightGBM refuses it with a reason of its own
      });
      if (count === 0 && !NO_METRIC.includes(metric))
        throw new Error(`Expected a metric of LightGBM, received ${alias}=${value} (--set)`);
    }
  }
}

/** LightGBM's reason to refuse the parameters; undefined if it accepts them. */
async function refusalOf(parameters: BoostingParameters, training: TrainingSet): Promise<string | undefined> {
  try {
    await trainBooster({ training, validation: training, parameters, rounds: 1 });
    return undefined;
  } catch (error) {
    if (!(error instanceof NativeError)) throw error;
    return error.message.replace(/^LightGBM: /, '').replace(/ at \S+, line \d+ \.$/, ''); // a line of LightGBM's source
  }
}

/** Rows of two columns. Each number of stars occurs. */
function rowsWith(stars: readonly number[], hasLeaf: boolean): TrainingSet {
  const rowCount = Math.ceil(MIN_ROWS / stars.length) * stars.length;
  const labels = Float64Array.from({ length: rowCount }, (_, row) => stars[row % stars.length] as number);
  const matrix = {
    rowStarts: Int32Array.from({ length: rowCount + 1 }, (_, row) => 2 * row),
    columns: Int32Array.from({ length: 2 * rowCount }, (_, cell) => cell % 2),
    values: Float64Array.from({ length: 2 * rowCount }, (_, cell) => 1 + (cell % 7)),
    columnCount: 2,
  };
  return { matrix, labels, ...(hasLeaf && { initScores: new Float64Array(rowCount) }) };
}
