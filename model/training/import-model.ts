/**
 * Imports a model made in Python: LightGBM's model.txt and the JSON of its vectorizer → a bundle with new golden
 * scores. Checks everything that the two files contain. If a check fails, the model is refused before anything is
 * written.
 */
import { Booster, lightgbmVersion } from '../../native/index.ts';
import { goldenTexts } from '../bundle/goldens.ts';
import type { Manifest } from '../bundle/manifest.ts';
import { type Destination, writeBundle } from '../bundle/write.ts';
import { type Model, parseModel } from '../reference/model-text.ts';
import { ScoreMap } from '../reference/score-range.ts';
import { tokenizerIdentity } from '../reference/tokenizer-identity.ts';
import { Forest } from '../reference/trees.ts';
import type { Vectorizer } from '../reference/vectorizer.ts';
import { loadFeatureExtractor } from '../scoring/feature-extractor.ts';
import type { ExportedVectorizer } from './exported-vectorizer.ts';
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
 * Writes the bundle. Throws if the model and the vectorizer do not fit, or if no engine can serve the model.
 */
export async function importModel(
  to: Destination,
  modelText: string,
  exported: ExportedVectorizer,
  { name, command, modelFile, scoreRange, onNotice = () => {} }: ImportOptions,
): Promise<Manifest> {
  const { vectorizer, ...imported } = exported;
  const model = loadWithFirstEngine(modelText, modelFile);
  checkColumns(modelText, model.columnCount, vectorizer, modelFile);
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
  return writeBundle(to, {
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

/** Loads the model with the first engine that can serve it. Throws the reasons of all engines if none can. */
function loadWithFirstEngine(modelText: string, file: string): ImportedModel {
  const refusals: string[] = [];
  try {
    const trees = parseModel(modelText);
    const forest = new Forest(trees);
    return { columnCount: trees.columnCount, trees, refusal: '', predict: (row) => forest.predict(row) };
  } catch (error) {
    refusals.push(`the engines native and js: ${(error as Error).message}`);
  }
  try {
    const booster = Booster.fromModelText(modelText);
    return {
      columnCount: booster.columnCount,
      trees: undefined,
      refusal: refusals.join('; '),
      predict: (row) => booster.predict(row),
    };
  } catch (error) {
    refusals.push(`the engines native-lightgbm and lightgbm: ${(error as Error).message}`);
  }
  throw new Error(`${file}: expected a model that an engine can serve, but no engine can; ${refusals.join('; ')}`);
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
