/**
 * The TypeScript interface of LightGBM's boosters. This file checks every argument and throws a NativeError with the
 * code `argument`, so the C++ code may assume valid ones. LightGBM's own errors have the code `lightgbm`. No call ends
 * the process.
 */

import * as types from 'node:util/types';
import { checkArray, checkInteger, checkMatrix, checkRow, checkRows, lengthOf } from './checks.ts';
import { argumentError, call, callAsync, NativeError } from './errors.ts';
import { loadAddon } from './load.ts';
import type { CsrMatrix, SparseRow, TrainingRows } from './rows.ts';

export const lightgbmVersion = '4.7.0';

/** Rows with their labels. LightGBM stores labels and weights as 32-bit floats. */
export interface TrainingSet {
  readonly matrix: TrainingRows;
  /** One for each row. */
  readonly labels: Float32Array | Float64Array;
  /** One for each row, ≥ 0. The default is 1. */
  readonly weights?: Float32Array | Float64Array;
  /**
   * One for each row: the predictions that boosting starts from, LightGBM's `init_score`. The trees learn what these
   * predictions leave over, and do not contain them.
   */
  readonly initScores?: Float64Array;
}

export interface RoundMetrics {
  /** 1-based. Round 0 has the metrics of the init scores, and no tree. */
  readonly round: number;
  readonly rounds: number;
  /** The number of trees so far: one for each round that found a split. */
  readonly trees: number;
  /** Metric → its value on each set. */
  readonly metrics: Readonly<Record<string, { readonly training: number; readonly validation?: number }>>;
}

export interface TrainBoosterOptions {
  readonly training: TrainingSet;
  readonly validation?: TrainingSet;
  /** By LightGBM's names or aliases. Parameters for files, machines or several outputs are refused. */
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
  /** The maximum number of rounds, in [1, 1,000,000]. */
  readonly rounds: number;
  /** Called after each round; with init scores, also before the first one. The training stops if it returns `false`. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a callback may return nothing
  readonly onRound?: (metrics: RoundMetrics) => boolean | void | Promise<boolean | void>;
}

interface BoosterHandle {
  readonly columnCount: number;
  readonly treeCount: number;
  update(hasValidation: boolean): Promise<Float64Array>;
  evaluate(hasValidation: boolean): Float64Array;
  metricNames(): string[];
  predict(columns: Int32Array, values: Float64Array): number;
  predictBatch(matrix: CsrMatrix): Promise<Float64Array>;
  contributions(columns: Int32Array, values: Float64Array): Float64Array;
  modelText(rounds: number): string;
}

interface CheckedTrainingSet {
  readonly matrix: TrainingRows;
  readonly labels: Float32Array;
  readonly weights: Float32Array;
  readonly initScores: Float64Array;
}

interface BoosterAddon {
  fromModelText(text: string): BoosterHandle;
  forTraining(
    training: CheckedTrainingSet,
    validation: CheckedTrainingSet | undefined,
    parameters: string,
  ): Promise<BoosterHandle>;
  parameterAliases(): string;
  returnFreedBlocks(): void;
  fitRidges(
    rows: TrainingRows,
    labels: Float64Array,
    sampleWeights: readonly Float64Array[],
    starts: readonly Float64Array[],
    alpha: number,
    tolerance: number,
    maxIterations: number,
    threads: number,
  ): Promise<{ readonly weights: Float64Array; readonly intercept: number }[]>;
}

let loaded: BoosterAddon | undefined;

/** Loads the addon at the first call. */
export function boosterAddon(): BoosterAddon {
  loaded ??= loadAddon('hoshi_lightgbm') as BoosterAddon;
  return loaded;
}

/**
 * Throws a NativeError with the code `addon` that says how to get LightGBM, unless it is built. For programs that need
 * LightGBM only after long work.
 */
export function checkLightgbm(): void {
  try {
    boosterAddon();
  } catch (error) {
    const { message } = error as Error;
    throw new NativeError(
      'addon',
      `training and imports need LightGBM, which is not built here. To build it, run \`make lightgbm\` in a checkout of hoshi; it takes about three minutes. ${message}`,
      { cause: error },
    );
  }
}

/** A trained model. It is immutable; `predict` may be called while a `predictBatch` runs. */
export class Booster {
  readonly columnCount: number;
  readonly treeCount: number;
  readonly #handle: BoosterHandle;

  private constructor(handle: BoosterHandle) {
    this.#handle = handle;
    this.columnCount = handle.columnCount;
    this.treeCount = handle.treeCount;
  }

  /**
   * Reads LightGBM's text format. Because LightGBM trusts its input, the whole text is checked before LightGBM gets it.
   * Throws a NativeError with the code `model` if a check fails.
   */
  static fromModelText(text: string): Booster {
    if (typeof text !== 'string') throw argumentError('the model', 'a string', text);
    return new Booster(call(() => boosterAddon().fromModelText(text)));
  }

  /** LightGBM's prediction of one row, by its fast call for single rows (`LGBM_BoosterPredictForCSRSingleRowFast`). */
  predict(row: SparseRow): number {
    const { columns, values } = checkRow(row, this.columnCount);
    return call(() => this.#handle.predict(columns, values));
  }

  /** The predictions of many rows. They are computed outside the event loop, from a copy of the rows. */
  async predictBatch(matrix: CsrMatrix): Promise<Float64Array> {
    const checked = checkMatrix(matrix, 'the matrix');
    if (checked.columnCount !== this.columnCount)
      throw argumentError('columnCount', `${this.columnCount}, the model's number of columns`, checked.columnCount);
    return callAsync(() => this.#handle.predictBatch(checked));
  }

  /**
   * The contribution of each column to the prediction (SHAP values, LightGBM's `pred_contrib`): `columnCount` + 1
   * numbers, of which the last is the base value. Tests compare reference/contributions.ts, which explains scores, with
   * these numbers.
   */
  contributions(row: SparseRow): Float64Array {
    const { columns, values } = checkRow(row, this.columnCount);
    return call(() => this.#handle.contributions(columns, values));
  }

  /** The model in LightGBM's text format, with only the first `rounds` rounds if given. */
  modelText(rounds?: number): string {
    if (rounds !== undefined) checkInteger(rounds, 1, 1_000_000, 'rounds');
    return call(() => this.#handle.modelText(rounds ?? 0));
  }
}

/**
 * Trains round by round, outside the event loop. The same input gives the same model, byte for byte. As in Python's
 * `train`, a round that finds no split adds no tree. The training then goes on, because the next round may draw other
 * columns. The training set and the validation set must both have init scores, or neither.
 */
export async function trainBooster(options: TrainBoosterOptions): Promise<Booster> {
  if (typeof options !== 'object' || options === null) throw argumentError('the options', 'an object', options);
  const { training, validation, parameters, rounds, onRound } = options;
  const trainingSet = checkTrainingSet(training, 'training');
  const validationSet = validation === undefined ? undefined : checkTrainingSet(validation, 'validation');
  if (validationSet !== undefined && validationSet.matrix.columnCount !== trainingSet.matrix.columnCount) {
    throw argumentError(
      'validation.matrix.columnCount',
      `${trainingSet.matrix.columnCount}, as in the training set`,
      validationSet.matrix.columnCount,
    );
  }
  const hasInitScores = trainingSet.initScores.length > 0;
  if (validationSet !== undefined && validationSet.initScores.length > 0 !== hasInitScores)
    throw argumentError(
      'validation.initScores',
      hasInitScores ? 'given, as in the training set' : 'absent, as in the training set',
      validation?.initScores,
    );
  checkInteger(rounds, 1, 1_000_000, 'rounds');
  if (onRound !== undefined && typeof onRound !== 'function') throw argumentError('onRound', 'a function', onRound);
  const booster = await callAsync(async () =>
    boosterAddon().forTraining(trainingSet, validationSet, parameterText(parameters, trainingSet.matrix.columnCount)),
  );
  const names = call(() => booster.metricNames());
  const hasValidation = validationSet !== undefined;
  for (let round = hasInitScores ? 0 : 1; round <= rounds; round++) {
    const values = await callAsync(async () =>
      round === 0 ? booster.evaluate(hasValidation) : booster.update(hasValidation),
    );
    const metrics = names.map((name, i) => {
      const validated = values[names.length + i];
      return [
        name,
        { training: values[i] as number, ...(validated === undefined ? {} : { validation: validated }) },
      ] as const;
    });
    const trees = booster.treeCount;
    if ((await onRound?.({ round, rounds, trees, metrics: Object.fromEntries(metrics) })) === false) break;
  }
  return Booster.fromModelText(call(() => booster.modelText(0)));
}

let nameOfAlias: ReadonlyMap<string, string> | undefined;

/** LightGBM's main name of a parameter, given that name or an alias; undefined if LightGBM does not know it. */
export function parameterName(alias: string): string | undefined {
  if (nameOfAlias === undefined) {
    const aliases = JSON.parse(call(() => boosterAddon().parameterAliases())) as Record<string, readonly string[]>;
    nameOfAlias = new Map(
      Object.entries(aliases).flatMap(([name, others]) => [name, ...others].map((alias) => [alias, name] as const)),
    );
  }
  return nameOfAlias.get(alias);
}

const DEFAULT_PARAMETERS = { verbosity: -1, num_threads: 1, deterministic: true, force_row_wise: true };

/** Parameters that read or write files, use other machines, or are set by the arguments of `trainBooster`. */
const REFUSED_PARAMETERS = new Set([
  'config',
  'task',
  'data',
  'valid',
  'num_iterations',
  'num_class',
  'input_model',
  'output_model',
  'output_result',
  'saved_feature_importance_type',
  'snapshot_freq',
  'save_binary',
  'convert_model',
  'convert_model_language',
  'num_machines',
  'local_listen_port',
  'time_out',
  'machine_list_filename',
  'machines',
  'forcedsplits_filename',
  'forcedbins_filename',
  'parser_config_file',
  'position',
  'weight_column',
  'label_column',
  'group_column',
  'ignore_column',
  'header',
  'two_round',
  'pre_partition',
  'start_iteration_predict',
  'num_iteration_predict',
]);

/** Lists of columns, such as "[0,1],[2]". LightGBM 4.7.0 ends the process if a column is out of range. */
const CONSTRAINTS = /^\[\d+(,\d+)*\](,\[\d+(,\d+)*\])*$/;

/** The parameters as LightGBM's C API takes them: `name=value` joined by spaces. */
function parameterText(parameters: TrainBoosterOptions['parameters'], columnCount: number): string {
  if (typeof parameters !== 'object' || parameters === null) throw argumentError('parameters', 'an object', parameters);
  const chosen = new Map<string, string | number | boolean>(Object.entries(DEFAULT_PARAMETERS));
  const named = new Set<string>();
  for (const [alias, value] of Object.entries(parameters)) {
    const name = parameterName(alias);
    if (name === undefined) throw argumentError('each name in parameters', 'a parameter of LightGBM', alias);
    if (REFUSED_PARAMETERS.has(name))
      throw argumentError(
        'each name in parameters',
        'a parameter that is not for files, machines, outputs or rounds',
        alias,
      );
    if (named.has(name)) throw argumentError(`${name} in parameters`, 'given once', alias);
    named.add(name);
    const isFine =
      typeof value === 'string'
        ? /^[^\s=\p{Cc}]+$/u.test(value)
        : typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
    if (!isFine)
      throw argumentError(`parameters.${alias}`, 'a finite number, a boolean, or a string without spaces and =', value);
    if (
      name === 'interaction_constraints' &&
      !(CONSTRAINTS.test(`${value}`) && `${value}`.match(/\d+/g)?.every((column) => Number(column) < columnCount))
    )
      throw argumentError(`parameters.${alias}`, `lists of columns below ${columnCount} as in "[0,1],[2]"`, value);
    chosen.set(name, value);
  }
  return Array.from(chosen, ([name, value]) => `${name}=${value}`).join(' ');
}

function checkTrainingSet(set: TrainingSet, name: string): CheckedTrainingSet {
  if (typeof set !== 'object' || set === null) throw argumentError(name, 'an object', set);
  const { labels, weights, initScores } = set;
  const matrix = checkRows(set.matrix, `${name}.matrix`);
  const rowCount = lengthOf(matrix.rowStarts) - 1;
  if (rowCount === 0) throw argumentError(`${name}.matrix`, 'a matrix with at least one row', 'an empty one');
  const floats = (values: Float32Array | Float64Array, what: string, lowest: number) => {
    if (!types.isFloat64Array(values) && !types.isFloat32Array(values))
      throw argumentError(what, 'a Float64Array or Float32Array', values);
    if (lengthOf(values) !== rowCount)
      throw argumentError(`${what}.length`, `${rowCount}, one for each row`, lengthOf(values));
    const copy = new Float32Array(values);
    const wrong = copy.findIndex((value) => !(Number.isFinite(value) && value >= lowest));
    if (wrong >= 0)
      throw argumentError(
        `${what}[${wrong}]`,
        lowest === 0 ? 'a finite number ≥ 0' : 'a finite 32-bit number',
        values[wrong],
      );
    return copy;
  };
  return {
    matrix,
    labels: floats(labels, `${name}.labels`, Number.NEGATIVE_INFINITY),
    weights: weights === undefined ? new Float32Array(0) : floats(weights, `${name}.weights`, 0),
    initScores: initScores === undefined ? new Float64Array(0) : checkInitScores(initScores, rowCount, name),
  };
}

/** Returns a copy. */
function checkInitScores(initScores: Float64Array, rowCount: number, name: string): Float64Array {
  checkArray(initScores, types.isFloat64Array, 'a Float64Array', `${name}.initScores`);
  const length = lengthOf(initScores);
  if (length !== rowCount) throw argumentError(`${name}.initScores.length`, `${rowCount}, one for each row`, length);
  const copy = new Float64Array(initScores);
  const wrong = copy.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) throw argumentError(`${name}.initScores[${wrong}]`, 'a finite number', copy[wrong]);
  return copy;
}
