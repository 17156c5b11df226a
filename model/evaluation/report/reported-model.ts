/**
 * The data that a report shows about a model: explanations of scores, the share of unknown terms in a text, and the
 * importance of terms. The interface is small, so that tests can replace the model.
 */
import type { Bundle } from '../../bundle/read.ts';
import { type LinearLeaf, parseModel } from '../../reference/model-text.ts';
import { readableTerm } from '../../reference/readable-terms.ts';
import { readWords, termsOf } from '../../reference/terms.ts';
import type { Vectorizer } from '../../reference/vectorizer.ts';
import { type Explanation, UnexplainableError } from '../../scoring/explain.ts';
import { loadBundleExtractor } from '../../scoring/feature-extractor.ts';
import type { Scorer } from '../../scoring/scorer.ts';

/** LightGBM's two measures of feature importance, for one term. */
export interface TermImportance {
  readonly term: string;
  /** The number of nodes that split on the term. */
  readonly splits: number;
  /** The sum of LightGBM's split_gain over these nodes. Missing if the model does not keep it. */
  readonly gain?: number;
}

/** A term of the linear leaf. */
export interface TermCoefficient {
  readonly term: string;
  /** In stars, for a TF-IDF value of 1. */
  readonly coefficient: number;
}

export interface ReportedModel {
  readonly scoreRange: readonly [number, number];
  /** The terms that trees split on, by gain from the highest, or by splits if there is no gain. */
  importances(): TermImportance[];
  /** The terms of the linear leaf, by |coefficient| from the largest. Empty without a linear leaf. */
  coefficients(): TermCoefficient[];
  /** The share of a text's terms, in [0, 1], that the vocabulary does not have. NaN if the text has no term. */
  unknownShare(text: string): number;
  /** Missing if the model's scores are not a sum and cannot be explained. */
  readonly explain?: (text: string) => Promise<Explanation>;
}

/** `scorer` is loaded from the same bundle. `warn` gets a message for each part that the report must leave out. */
export async function reportedModelOf(
  bundle: Bundle,
  scorer: Scorer,
  warn: (message: string) => void,
): Promise<ReportedModel> {
  const extractor = await loadBundleExtractor(bundle, warn);
  const { vectorizer, manifest } = bundle;
  const { parameters } = vectorizer;
  return {
    scoreRange: manifest.scoreRange,
    importances: () => importancesOf(bundle),
    coefficients: () => coefficientsOf(bundle),
    unknownShare(text) {
      let [unknown, all] = [0, 0];
      for (const term of termsOf(readWords(extractor.tokens(text).tokens, parameters), parameters.ngram_range)) {
        all++;
        if (vectorizer.columnOf(term.text) === undefined) unknown++;
      }
      return unknown / all;
    },
    ...((await canExplain(scorer, warn)) ? { explain: (text: string) => scorer.explain(text) } : {}),
  };
}

async function canExplain(scorer: Scorer, warn: (message: string) => void): Promise<boolean> {
  try {
    await scorer.explain('');
    return true;
  } catch (error) {
    if (!(error instanceof UnexplainableError)) throw error;
    warn(`the report has no explanations: ${error.message}`);
    return false;
  }
}

/** Empty, too, if only LightGBM can read the model. */
function coefficientsOf({ modelText, vectorizer }: Bundle): TermCoefficient[] {
  const coefficients = linearLeafIn(modelText)?.coefficients ?? new Float64Array();
  const nameOf = nameFunctionOf(vectorizer);
  return Array.from(coefficients, (coefficient, column) => ({ term: nameOf(column), coefficient }))
    .filter(({ coefficient }) => !Number.isNaN(coefficient))
    .sort((a, b) => Math.abs(b.coefficient) - Math.abs(a.coefficient));
}

function linearLeafIn(modelText: string): LinearLeaf | undefined {
  try {
    return parseModel(modelText).linearLeaf;
  } catch {
    return undefined; // categorical splits or linear trees
  }
}

function nameFunctionOf({ tables, parameters }: Vectorizer): (column: number) => string {
  return (column) => readableTerm(tables.terms[column] as string, parameters.rules);
}

/** Reads the model's text, because the reference parser keeps no gain. */
function importancesOf({ modelText, vectorizer }: Bundle): TermImportance[] {
  const sums = new Map<number, { splits: number; gain: number }>();
  const nameOf = nameFunctionOf(vectorizer);
  let hasGain = true;
  for (const tree of modelText.split(/^(?=Tree=)/m).slice(1)) {
    const valuesOf = (name: string) =>
      (new RegExp(`^${name}=(.+)$`, 'm').exec(tree)?.[1] ?? '').split(' ').filter((value) => value !== '');
    const gains = valuesOf('split_gain');
    const columns = valuesOf('split_feature').map(Number);
    hasGain &&= gains.length === columns.length;
    columns.forEach((column, node) => {
      const sum = sums.get(column) ?? { splits: 0, gain: 0 };
      sum.splits++;
      sum.gain += Number(gains[node]);
      sums.set(column, sum);
    });
  }
  return Array.from(sums, ([column, { splits, gain }]): TermImportance => {
    const term = nameOf(column);
    return hasGain ? { term, splits, gain } : { term, splits };
  }).sort((a, b) => (b.gain ?? b.splits) - (a.gain ?? a.splits) || (a.term < b.term ? -1 : 1));
}
