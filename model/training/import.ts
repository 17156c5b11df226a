/**
 * A model made in Python, LightGBM's model.txt and the JSON of its vectorizer → a bundle, with golden scores of its own.
 * Everything that one can tell without its makers is checked: what does not fit is refused before anything is written.
 */
import { Booster, lightgbmVersion } from '../../native/index.ts';
import { goldenTexts } from '../bundle/goldens.ts';
import type { Manifest } from '../bundle/manifest.ts';
import { writeBundle } from '../bundle/write.ts';
import { type Model, parseModel } from '../reference/model-text.ts';
import { clampScore } from '../reference/score-range.ts';
import { tokenizerIdentity } from '../reference/tokenizer-identity.ts';
import { Forest } from '../reference/trees.ts';
import type { Vectorizer } from '../reference/vectorizer.ts';
import { loadFeatureExtractor } from '../scoring/feature-extractor.ts';
import type { ExportedVectorizer } from './exported-vectorizer.ts';

export interface ImportOptions {
  readonly name: string;
  /** How the bundle was made, for its manifest. */
  readonly command: string;
  /** The model text's file, for messages. */
  readonly modelFile: string;
  /** Scores are held within it; where it is not given, within what the trees can add up to, so that none is changed. */
  readonly scoreRange?: readonly [number, number];
  readonly onNotice?: (notice: string) => void;
}

export async function importModel(
  path: string,
  modelText: string,
  exported: ExportedVectorizer,
  { name, command, modelFile, scoreRange, onNotice = () => {} }: ImportOptions,
): Promise<Manifest> {
  const { vectorizer, ...imported } = exported;
  const model = readModel(modelText, modelFile);
  checkColumns(modelText, model.columnCount, vectorizer, modelFile);
  const range = scoreRange ?? rangeOf(model, modelFile);
  if (scoreRange === undefined)
    onNotice(`scores are not held within stars: the trees give ${range.join(' to ')}; --range 1,5 would hold them`);
  if (exported.dtype === 'float32')
    onNotice(
      'the vectorizer computes in float32, rows here in doubles: within 1e-6 of its own; a score differs where a value is that close to a threshold',
    );
  const stages = await loadFeatureExtractor(onNotice);
  return writeBundle(path, {
    manifest: {
      name,
      scoreRange: range,
      made: { command, imported },
      tokenizer: await tokenizerIdentity(),
      training: { parameters: trainingParametersOf(modelText) },
      lightgbm: lightgbmVersion,
      measures: {},
    },
    modelText,
    vectorizer,
    goldens: goldenTexts.map((text) => {
      const row = vectorizer.row(stages.surfaces(text));
      return { text, score: clampScore(range, model.predict(row)) };
    }),
  });
}

interface ImportedModel {
  readonly columnCount: number;
  /** Undefined where only LightGBM can take the trees, with the reason. */
  readonly trees: Model | undefined;
  readonly refusal: string;
  predict(row: Parameters<Forest['predict']>[0]): number;
}

/** The trees by the first of our engines that takes them; throws what each has against them if none does. */
function readModel(modelText: string, file: string): ImportedModel {
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
    refusals.push(`the engine lightgbm: ${(error as Error).message}`);
  }
  throw new Error(`${file}: expected a model that an engine can serve, none can; ${refusals.join('; ')}`);
}

/** The trees have to have a column for each term, all named in one way: by their numbers, or by the terms in their order. */
function checkColumns(modelText: string, columnCount: number, vectorizer: Vectorizer, file: string): void {
  const { terms } = vectorizer.tables;
  if (columnCount !== terms.length) {
    throw new Error(
      `${file}: expected max_feature_idx=${terms.length - 1}, one feature for each of the vectorizer's ${terms.length} terms, received ${columnCount - 1}`,
    );
  }
  const names = /^feature_names=(.*)$/m.exec(modelText)?.[1]?.split(' ') ?? [];
  let namings: ((column: number) => string)[] = [
    (column) => `Column_${column}`, // what LightGBM calls a column without a name
    String, // what compact.ts does
    (column) => (terms[column] as string).replaceAll(' ', '_'), // as LightGBM writes it
  ];
  terms.forEach((_, column) => {
    const fitting = namings.filter((nameOf) => nameOf(column) === names[column]);
    if (fitting.length === 0) {
      const expected = namings.map((nameOf) => nameOf(column)).join(' or ');
      throw new Error(
        `${file}: expected feature_names[${column}] to be ${expected}, as the vectorizer has its terms and in one way for all, received ${names[column]}`,
      );
    }
    namings = fitting;
  });
}

/** The least and the most that the trees can add up to: rounding keeps order, so no sum is beyond these. */
function rangeOf({ trees: model, refusal }: ImportedModel, file: string): readonly [number, number] {
  if (model === undefined)
    throw new Error(`${file}: expected --range, since only LightGBM knows what these trees give; ${refusal}`);
  const bound = (ofTree: (leaves: Float64Array) => number): number => {
    let sum = 0;
    for (const { leafValue } of model.trees) sum += ofTree(leafValue);
    if (model.isAveraged) sum /= model.trees.length;
    return model.isSquared ? Math.sign(sum) * sum * sum : sum;
  };
  const range = [
    bound((leaves) => leaves.reduce((least, value) => Math.min(least, value))),
    bound((leaves) => leaves.reduce((most, value) => Math.max(most, value))),
  ] as const;
  if (range[0] < range[1]) return range;
  throw new Error(`${file}: expected trees that tell rows apart, received some that give ${range[0]} to each`);
}

const TOLD_PARAMETERS = [
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

/** What made the trees what they are, of the parameters that LightGBM writes at the model's end. */
function trainingParametersOf(modelText: string): Record<string, string> {
  const written = new Map(Array.from(modelText.matchAll(/^\[(\w+): (.*)\]$/gm), ([, name, value]) => [name, value]));
  return Object.fromEntries(
    TOLD_PARAMETERS.flatMap((name) => {
      const value = written.get(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
