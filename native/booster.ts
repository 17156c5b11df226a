/**
 * The typed face of LightGBM's boosters. Arguments are checked here, so that the C++ below may assume them; what is wrong
 * comes back as a NativeError that says what was expected, where, and what came. No call ends the process.
 */

import * as types from 'node:util/types';
import { checkInteger, checkMatrix, checkRow, lengthOf } from './checks.ts';
import { argumentError, call, callAsync } from './errors.ts';
import { loadAddon } from './load.ts';
import type { CsrMatrix, SparseRow } from './rows.ts';

export const lightgbmVersion = '4.7.0';

/** Rows with what they should give. Labels are held as 32-bit floats by LightGBM. */
export interface TrainingSet {
  readonly matrix: CsrMatrix;
  readonly labels: Float32Array | Float64Array;
  /** ≥ 0, one a row; 1 each if not given. */
  readonly weights?: Float32Array | Float64Array;
}

export interface RoundMetrics {
  /** 1-based. */
  readonly round: number;
  readonly rounds: number;
  /** Trees so far: as many as rounds, unless a round found nothing to split. */
  readonly trees: number;
  /** By the metric's name, on each set that there is. */
  readonly metrics: Readonly<Record<string, { readonly training: number; readonly validation?: number }>>;
}

export interface TrainBoosterOptions {
  readonly training: TrainingSet;
  readonly validation?: TrainingSet;
  /** By LightGBM's names. Those that name files, machines or several outputs are refused. */
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
  /** Rounds at most, in [1, 1,000,000]. */
  readonly rounds: number;
  /** Called after each round; `false` stops. */
  // biome-ignore lint/suspicious/noConfusingVoidType: a callback that returns nothing goes on
  readonly onRound?: (metrics: RoundMetrics) => boolean | void | Promise<boolean | void>;
}

interface NativeBooster {
  readonly columnCount: number;
  readonly treeCount: number;
  update(hasValidation: boolean): Promise<Float64Array>;
  metricNames(): string[];
  predict(columns: Int32Array, values: Float64Array): number;
  predictBatch(matrix: CsrMatrix): Promise<Float64Array>;
  contributions(columns: Int32Array, values: Float64Array): Float64Array;
  modelText(rounds: number): string;
}

interface NativeTrainingSet {
  readonly matrix: CsrMatrix;
  readonly labels: Float32Array;
  readonly weights: Float32Array;
}

interface BoosterAddon {
  fromModelText(text: string): NativeBooster;
  forTraining(
    training: NativeTrainingSet,
    validation: NativeTrainingSet | undefined,
    parameters: string,
  ): Promise<NativeBooster>;
  parameterAliases(): string;
}

let loaded: BoosterAddon | undefined;

function addon(): BoosterAddon {
  loaded ??= loadAddon('hoshi_lightgbm') as BoosterAddon;
  return loaded;
}

/** A trained model. It is immutable, and may predict while batches of it are under way. */
export class Booster {
  readonly columnCount: number;
  readonly treeCount: number;
  readonly #native: NativeBooster;

  private constructor(native: NativeBooster) {
    this.#native = native;
    this.columnCount = native.columnCount;
    this.treeCount = native.treeCount;
  }

  /** Reads LightGBM's text format. The text is checked whole before LightGBM, which trusts it, sees it. */
  static fromModelText(text: string): Booster {
    if (typeof text !== 'string') throw argumentError('the model', 'a string', text);
    return new Booster(call(() => addon().fromModelText(text)));
  }

  /** LightGBM's prediction of one row, by its fast call for single rows. */
  predict(row: SparseRow): number {
    const { columns, values } = checkRow(row, this.columnCount);
    return call(() => this.#native.predict(columns, values));
  }

  /** The predictions of many rows, computed off the event loop on a copy of them. */
  async predictBatch(matrix: CsrMatrix): Promise<Float64Array> {
    const checked = checkMatrix(matrix, 'the matrix');
    if (checked.columnCount !== this.columnCount)
      throw argumentError('columnCount', `${this.columnCount}, as many as the model has`, checked.columnCount);
    return callAsync(() => this.#native.predictBatch(checked));
  }

  /** What each column adds to the prediction (SHAP values): `columnCount` + 1 numbers, the last is the base value. */
  contributions(row: SparseRow): Float64Array {
    const { columns, values } = checkRow(row, this.columnCount);
    return call(() => this.#native.contributions(columns, values));
  }

  /** LightGBM's text of the first `rounds` rounds, or of all. */
  modelText(rounds?: number): string {
    if (rounds !== undefined) checkInteger(rounds, 1, 1_000_000, 'rounds');
    return call(() => this.#native.modelText(rounds ?? 0));
  }
}

/**
 * Boosts round by round off the event loop; the same input gives the same model, byte for byte. As in Python's `train`, a
 * round that finds nothing to split adds no tree, and the next one, which may draw other columns, is tried all the same.
 */
export async function trainBooster(options: TrainBoosterOptions): Promise<Booster> {
  if (typeof options !== 'object' || options === null) throw argumentError('the options', 'an object', options);
  const { training, validation, parameters, rounds, onRound } = options;
  const trainingSet = checkTrainingSet(training, 'training');
  const validationSet = validation === undefined ? undefined : checkTrainingSet(validation, 'validation');
  if (validationSet !== undefined && validationSet.matrix.columnCount !== trainingSet.matrix.columnCount) {
    throw argumentError(
      'validation.matrix.columnCount',
      `${trainingSet.matrix.columnCount}, that of the training set`,
      validationSet.matrix.columnCount,
    );
  }
  checkInteger(rounds, 1, 1_000_000, 'rounds');
  if (onRound !== undefined && typeof onRound !== 'function') throw argumentError('onRound', 'a function', onRound);
  const booster = await callAsync(async () =>
    addon().forTraining(trainingSet, validationSet, parameterText(parameters, trainingSet.matrix.columnCount)),
  );
  const names = call(() => booster.metricNames());
  for (let round = 1; round <= rounds; round++) {
    const values = await callAsync(() => booster.update(validationSet !== undefined));
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

/** LightGBM's own name of a parameter that may go by an alias; undefined if it has none such. */
export function parameterName(alias: string): string | undefined {
  if (nameOfAlias === undefined) {
    const aliases = JSON.parse(call(() => addon().parameterAliases())) as Record<string, readonly string[]>;
    nameOfAlias = new Map(
      Object.entries(aliases).flatMap(([name, others]) => [name, ...others].map((alias) => [alias, name] as const)),
    );
  }
  return nameOfAlias.get(alias);
}

const DEFAULT_PARAMETERS = { verbosity: -1, num_threads: 1, deterministic: true, force_row_wise: true };

/** Parameters that would read or write files, talk to other machines, or are arguments here. */
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

/** Lists of columns, "[0,1],[2]". LightGBM 4.7.0 ends the process if one is out of range. */
const CONSTRAINTS = /^\[\d+(,\d+)*\](,\[\d+(,\d+)*\])*$/;

function parameterText(parameters: TrainBoosterOptions['parameters'], columnCount: number): string {
  if (typeof parameters !== 'object' || parameters === null) throw argumentError('parameters', 'an object', parameters);
  const chosen = new Map<string, string | number | boolean>(Object.entries(DEFAULT_PARAMETERS));
  const named = new Set<string>();
  for (const [alias, value] of Object.entries(parameters)) {
    const name = parameterName(alias);
    if (name === undefined) throw argumentError('parameters', "names of LightGBM's", alias);
    if (REFUSED_PARAMETERS.has(name))
      throw argumentError('parameters', 'none that names files, machines, outputs or rounds', alias);
    if (named.has(name)) throw argumentError('parameters', `${name} only once`, alias);
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

function checkTrainingSet(set: TrainingSet, name: string): NativeTrainingSet {
  if (typeof set !== 'object' || set === null) throw argumentError(name, 'an object', set);
  const { labels, weights } = set;
  const matrix = checkMatrix(set.matrix, `${name}.matrix`);
  const rowCount = lengthOf(matrix.rowStarts) - 1;
  if (rowCount === 0) throw argumentError(`${name}.matrix`, 'at least one row', 'none');
  const floats = (values: Float32Array | Float64Array, what: string, lowest: number) => {
    if (!types.isFloat64Array(values) && !types.isFloat32Array(values))
      throw argumentError(what, 'a Float64Array or Float32Array', values);
    if (lengthOf(values) !== rowCount)
      throw argumentError(`${what}.length`, `${rowCount}, one a row`, lengthOf(values));
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
  };
}
