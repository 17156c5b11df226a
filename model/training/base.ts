/**
 * Training on a base: a bundle whose linear leaf is where the new one starts. The new model has the base's terms with
 * their idf, and the new terms of the reviews.
 */
import { BundleError, type Manifest } from '../bundle/manifest.ts';
import { readBundle } from '../bundle/read.ts';
import { type Review, starRangeOf } from '../io/reviews.ts';
import { parseModel } from '../reference/model-text.ts';
import { ScoreMap, type ScoreRange, scoreMapOf } from '../reference/score-range.ts';
import type { UserDictionary } from '../reference/user-dictionary.ts';
import { compareCodePoints, Vectorizer } from '../reference/vectorizer.ts';
import type { LinearModel } from './ridge.ts';
import type { FittedTerms } from './vectorizer-fit.ts';

export interface BaseModel {
  /** The bundle's folder. */
  readonly path: string;
  readonly manifest: Manifest;
  readonly vectorizer: Vectorizer;
  readonly userDictionary?: UserDictionary;
  readonly leaf: LinearModel;
  /** Raw sum → score. Its pieces are those of the base, whose bounds of the raw sums are not those of a new model. */
  readonly scoreMap: ScoreMap;
  readonly scoreRange: ScoreRange;
  /** Of the end map that the new model gets (end-map.ts); undefined for the default. */
  readonly tailShare: number | undefined;
}

/** Rejects with a BundleError if the folder holds no bundle, or one whose model is not a linear leaf alone. */
export async function readBase(path: string): Promise<BaseModel> {
  const { manifest, modelText, vectorizer, userDictionary } = await readBundle(path);
  const { linearLeaf, treeCount } = parseModel(modelText);
  if (linearLeaf === undefined || treeCount !== 1) {
    const received = linearLeaf === undefined ? `${treeCount} trees without one` : `one and ${treeCount - 1} trees`;
    throw new BundleError(
      `${path}: expected a base with a linear model alone, received ${received}. Add --base none to train from nothing`,
    );
  }
  return {
    path,
    manifest,
    vectorizer,
    ...(userDictionary && { userDictionary }),
    leaf: {
      weights: linearLeaf.coefficients.map((coefficient) => (Number.isNaN(coefficient) ? 0 : coefficient)),
      intercept: linearLeaf.constant,
    },
    scoreMap: scoreMapOf(manifest),
    scoreRange: manifest.scoreRange,
    tailShare: tailShareOf(manifest),
  };
}

function tailShareOf({ training }: Manifest): number | undefined {
  const { ridge } = training;
  if (typeof ridge !== 'object' || ridge === null || !('tailShare' in ridge)) return undefined;
  return typeof ridge.tailShare === 'number' ? ridge.tailShare : undefined;
}

/** More reviews with stars outside the base's range are another range of stars. Fewer are mistakes. */
const MAX_MISTAKES = 0.1;

/**
 * The range of a model on this base: the base's, if the stars of the reviews are within it, else that of the reviews.
 * Throws if only some reviews have stars outside the base's range, and names one.
 */
export function rangeOnBase(reviews: readonly Review[], { scoreRange: [low, high] }: BaseModel): ScoreRange {
  const range = starRangeOf(reviews);
  const outside = [...reviews.entries()].filter(([, { stars }]) => stars < low || stars > high);
  const [first] = outside;
  if (first === undefined) return [low, high];
  if (outside.length > MAX_MISTAKES * reviews.length) return range;
  const [index, { stars }] = first;
  throw new Error(
    `Expected stars from ${low} to ${high}, as the base has them, received others in ${outside.length} of ${reviews.length} reviews, first ${stars} in review ${index + 1}. Correct the stars, or add --base none to train from ${range.join(' to ')}`,
  );
}

/** The base with its scores mapped linearly to another range. */
export function baseInRange(base: BaseModel, range: ScoreRange): BaseModel {
  const [low, high] = base.scoreRange;
  if (low === range[0] && high === range[1]) return base;
  const factor = (range[1] - range[0]) / (high - low);
  const mapped = (stars: number) => range[0] + (stars - low) * factor;
  const { leaf } = base;
  const { raw, scores, slopes } = base.scoreMap;
  return {
    ...base,
    leaf: { weights: leaf.weights.map((weight) => weight * factor), intercept: mapped(leaf.intercept) },
    scoreMap: ScoreMap.endMap({
      raw: Array.from(raw, mapped),
      scores: Array.from(scores, mapped),
      slopes: Array.from(slopes),
    }),
    scoreRange: range,
  };
}

/** The idf of the base's terms is larger and smaller by their consistency (consistency.ts); 0.7 is typical. */
export const NEW_TERM_FACTOR = 0.7;

/** The base's vectorizer with new terms: those of `own` that it lacks. Their idf is smaller, as the base's are. */
export function extendVectorizer({ parameters, tables }: Vectorizer, own: FittedTerms): Vectorizer {
  const terms: string[] = [];
  const idf = new Float64Array(tables.terms.length + own.terms.length);
  let [i, k] = [0, 0];
  while (i < tables.terms.length || k < own.terms.length) {
    const [known, other] = [tables.terms[i], own.terms[k]];
    const order = known === undefined ? 1 : other === undefined ? -1 : compareCodePoints(known, other);
    idf[terms.length] = order <= 0 ? (tables.idf[i] as number) : NEW_TERM_FACTOR * (own.idf[k] as number);
    terms.push((order <= 0 ? known : other) as string);
    if (order <= 0) i++;
    if (order >= 0) k++;
  }
  return new Vectorizer(parameters, { terms, idf: idf.slice(0, terms.length), logarithms: tables.logarithms });
}

/** The base's leaf on the columns of a vectorizer that has all its terms. New terms have weight 0. */
export function leafOn({ vectorizer, leaf }: BaseModel, extended: Vectorizer): LinearModel {
  const weights = new Float64Array(extended.columnCount);
  const { terms } = vectorizer.tables;
  let column = 0; // of the base; both have the order by code point
  extended.tables.terms.forEach((term, place) => {
    if (term === terms[column]) weights[place] = leaf.weights[column++] as number;
  });
  return { weights, intercept: leaf.intercept };
}
