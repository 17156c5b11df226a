/**
 * Imports a model made in Python: LightGBM's model.txt and the JSON of its vectorizer → a bundle with new golden
 * scores. Checks everything that the two files contain, and that an engine serves the bundle. If a check fails, the
 * model is refused before anything is written to its folder.
 */
import { type Booster, lightgbmVersion } from '../../native/index.ts';
import { goldenTexts } from '../bundle/goldens.ts';
import { BundleError, type Manifest } from '../bundle/manifest.ts';
import { checkModelName } from '../bundle/model-name.ts';
import { type Destination, writeBundle } from '../bundle/write.ts';
import { type Model, parseModel } from '../reference/model-text.ts';
import { ScoreMap } from '../reference/score-range.ts';
import { tokenizerIdentity } from '../reference/tokenizer-identity.ts';
import { Forest } from '../reference/trees.ts';
import type { Vectorizer } from '../reference/vectorizer.ts';
import { loadFeatureExtractor } from '../scoring/feature-extractor.ts';
import { engineReports } from '../scoring/inspect.ts';
import type { ExportedVectorizer } from './exported-vectorizer.ts';
import { boosterOfModel } from './model-file.ts';
import { rawBoundsOf } from './raw-bounds.ts';

export interface ImportOptions {
  readonly name: string;
  /** The command that made the bundle, for its manifest. */
  readonly command: string;
  /** The name of the model text's file, for messages. */
  readonly modelFile: string;
  /**
   * Scores are clamped to it. If undefined, it is the range of sums that the model can reach, so that no score changes.
   */
  readonly scoreRange?: readonly [number, number];
  readonly onNotice?: (notice: string) => void;
}

/**
 * Writes the bundle. `modelText` comes from `decodeModelFile`. Throws if LightGBM or the gate in model-file.ts
 * refuses the model, if the model and the vectorizer do not fit, or if no engine can serve the model.
 */
export async function importModel(
  to: Destination,
  modelText: string,
  exported: ExportedVectorizer,
  { name, command, modelFile, scoreRange, onNotice = () => {} }: ImportOptions,
): Promise<Manifest> {
  checkModelName(name);
  const { vectorizer, ...imported } = exported;
  const model = readModel(modelText, modelFile);
  checkColumns(modelText, model.columnCount, vectorizer, modelFile);
  if (exported.dtype === 'float32' && /^is_linear=1$/m.test(modelText))
    throw new Error(
      `${modelFile}: expected trees with constant leaves, because the vectorizer computed float32 rows and hoshi computes doubles, which move every score of a linear leaf. Fit the vectorizer with dtype=numpy.float64 and train again`,
    );
  const range = scoreRange ?? scoreBoundsOf(model, vectorizer, modelFile);
  if (scoreRange === undefined)
    onNotice(
      `scores are not clamped to stars; the model can give ${range.join(' to ')}. To clamp them, add --range 1,5`,
    );
  if (exported.dtype === 'float32')
    onNotice(
      'the vectorizer computed float32 rows, hoshi computes doubles, which differ by at most 1e-6. A score differs only where a value is that close to a threshold',
    );
  const extractor = await loadFeatureExtractor({}, onNotice);
  const scoreMap = ScoreMap.clampTo(range);
  const goldens = goldenTexts.map((text) => {
    const row = vectorizer.row(extractor.tokens(text).tokens);
    return { text, score: scoreMap.score(model.predict(row)) };
  });
  const end = range.find((limit) => goldens.every(({ score }) => score === limit));
  if (end !== undefined)
    onNotice(`all golden texts get the score ${end}; check that the model gives scores from ${range.join(' to ')}`);
  const parts = {
    manifest: {
      name,
      scoreRange: range,
      made: { command, imported },
      tokenizer: await tokenizerIdentity(),
      training: { parameters: boostingParametersIn(modelText) },
      lightgbm: lightgbmVersion,
      measures: {},
    },
    modelText,
    vectorizer,
    goldens,
  };
  return writeBundle(to, parts, async (folder) => {
    await checkIsServed(folder, modelFile, onNotice);
    return {};
  });
}

interface ImportedModel {
  readonly columnCount: number;
  /** Undefined if only the engines with LightGBM can serve the trees. */
  readonly trees: Model | undefined;
  /** The reason why the engines native and js refuse the trees; empty if they accept them. */
  readonly refusal: string;
  predict(row: Parameters<Forest['predict']>[0]): number;
}

/** Reads the model by LightGBM, and by hoshi's own trees if they can serve it. Throws if LightGBM refuses it. */
function readModel(modelText: string, file: string): ImportedModel {
  const booster: Booster = boosterOfModel(modelText, file);
  const { columnCount } = booster;
  try {
    const trees = parseModel(modelText);
    const forest = new Forest(trees);
    return { columnCount, trees, refusal: '', predict: (row) => forest.predict(row) };
  } catch (error) {
    const refusal = `the engines native and js: ${(error as Error).message}`;
    return { columnCount, trees: undefined, refusal, predict: (row) => booster.predict(row) };
  }
}

/**
 * Loads the bundle, which is still in its temporary folder, with every engine. Each has to reproduce the golden scores.
 * Throws the reasons of all engines if none serves it. A notice names each engine that does not.
 */
async function checkIsServed(folder: string, file: string, onNotice: (notice: string) => void): Promise<void> {
  const reports = await engineReports(folder);
  const reasons = reports.flatMap(({ engine, refusal }) =>
    refusal === undefined ? [] : [`engine ${engine} cannot serve this model: ${refusal.message}`],
  );
  // A BundleError is more than an engine's limit: no engine is then tried in its place.
  const isBroken = reports.some(({ refusal }) => refusal instanceof BundleError);
  if (isBroken || reasons.length === reports.length)
    throw new Error(`${file}: expected a model that an engine can serve; ${reasons.join('; ')}`);
  for (const reason of reasons) onNotice(reason);
}

/**
 * Checks that the model has one column per term, and that its column names are column numbers or the terms in their
 * order.
 */
function checkColumns(modelText: string, columnCount: number, vectorizer: Vectorizer, file: string): void {
  const { terms } = vectorizer.tables;
  if (columnCount !== terms.length) {
    throw new Error(
      `${file}: expected max_feature_idx=${terms.length - 1}, one feature per term of the vectorizer's ${terms.length} terms, received ${columnCount - 1}`,
    );
  }
  const names = /^feature_names=(.*)$/m.exec(modelText)?.[1]?.split(' ') ?? [];
  let namings: ((column: number) => string)[] = [
    (column) => `Column_${column}`, // LightGBM's name of an unnamed column
    String, // the names that prune.ts writes
    (column) => (terms[column] as string).replaceAll(' ', '_'), // LightGBM writes spaces as underscores
  ];
  terms.forEach((_, column) => {
    const fitting = namings.filter((nameOf) => nameOf(column) === names[column]);
    if (fitting.length === 0) {
      const expected = namings.map((nameOf) => nameOf(column)).join(' or ');
      throw new Error(
        `${file}: expected feature_names[${column}] to be ${expected}, in the vectorizer's order of terms and in one style for all, received ${names[column]}`,
      );
    }
    namings = fitting;
  });
}

/** The range of sums that the model can reach. */
function scoreBoundsOf(
  { trees: model, refusal }: ImportedModel,
  { parameters: { norm } }: Vectorizer,
  file: string,
): readonly [number, number] {
  if (model === undefined)
    throw new Error(
      `${file}: expected --range, because only the engines native-lightgbm and lightgbm can serve these trees; ${refusal}`,
    );
  if ((model.linearLeaf?.count ?? 0) > 0 && norm !== 'l2')
    throw new Error(
      `${file}: expected --range, because the first tree is a linear leaf, and only rows with norm=l2 bound its scores; the vectorizer has norm=${norm ?? 'None'}`,
    );
  const range = rawBoundsOf(model);
  if (!range.every(Number.isFinite))
    throw new Error(`${file}: expected --range, because the scores of this model have no finite bound`);
  if (range[0] < range[1]) return range;
  throw new Error(
    `${file}: expected trees that give different scores, received trees that give ${range[0]} to every row`,
  );
}

/** The LightGBM parameters that the manifest records. */
const RECORDED_PARAMETERS = [
  'boosting',
  'objective',
  'num_iterations',
  'learning_rate',
  'num_leaves',
  'max_depth',
  'min_data_in_leaf',
  'bagging_fraction',
  'bagging_freq',
  'feature_fraction',
  'lambda_l1',
  'lambda_l2',
  'max_bin',
  'seed',
];

/** Reads the recorded parameters from the end of LightGBM's model text. */
function boostingParametersIn(modelText: string): Record<string, string> {
  const written = new Map(Array.from(modelText.matchAll(/^\[(\w+): (.*)\]$/gm), ([, name, value]) => [name, value]));
  return Object.fromEntries(
    RECORDED_PARAMETERS.flatMap((name) => {
      const value = written.get(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
