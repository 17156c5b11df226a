/**
 * Trains on parts of the reviews on a base, without a new vectorizer for each part. The rows of all reviews are made once
 * by the final vectorizer, and changed to those of each part: a part lacks some new terms, and the others have another
 * idf. A fit then takes hundredths of a second. With a vectorizer of its own, which has all terms of the base, it takes
 * nearly half a second. The scores are those of `learn`, up to rounding.
 */
import type { CsrMatrix, SparseRow } from '../../native/rows.ts';
import type { Review } from '../io/reviews.ts';
import { type ScoreRange, scoreMapOf } from '../reference/score-range.ts';
import type { Vectorizer } from '../reference/vectorizer.ts';
import type { LoadedExtractor } from '../scoring/feature-extractor.ts';
import { type BaseModel, NEW_TERM_FACTOR } from './base.ts';
import { weightFunctionOf, weightsOfPart } from './class-weights.ts';
import { endMapOf } from './end-map.ts';
import { fitOnBase } from './fit-on-base.ts';
import { type LearnOptions, trainingSetOf } from './learn.ts';
import { MatrixBuilder } from './matrix-builder.ts';
import { reachOf } from './raw-bounds.ts';
import { predictLinear } from './ridge.ts';
import type { Split } from './split.ts';
import { TextPasses } from './text-passes.ts';
import { idfOf } from './vectorizer-fit.ts';

/** Trains on a part, and scores its held-out reviews. */
export type PartScorer = (part: Split) => Promise<Float64Array>;

interface Model {
  readonly base: BaseModel;
  /** Of the final model: each term that a part adds to the base is in it. Its norm is l2. */
  readonly vectorizer: Vectorizer;
}

/** The parts have only reviews of `splits`. */
export async function partsOnBase(
  extractor: LoadedExtractor,
  splits: readonly Split[],
  { base, vectorizer }: Model,
  scoreRange: ScoreRange,
  { leaf, classWeights, vectorizer: { min_df }, seed, signal }: LearnOptions,
): Promise<PartScorer> {
  const rows = await PartRows.of(extractor, splits, { base, vectorizer });
  return async ({ training, heldOut }) => {
    const factors = rows.factorsOf(training, min_df);
    const weights = weightsOfPart(classWeights, training);
    const weightOf = weights && weightFunctionOf(weights, training);
    const set = trainingSetOf(training, rows.matrixOf(training, factors), weightOf);
    const context = { alpha: leaf?.alpha ?? 'auto', seed, ...(signal && { signal }) } as const;
    const { model, tailShare } = await fitOnBase(base, vectorizer, set, training, context);
    const reach = reachOf({ coefficients: model.weights });
    const endMap = endMapOf(scoreRange, [model.intercept - reach, model.intercept + reach], tailShare);
    const scoreMap = scoreMapOf({ scoreRange, ...(endMap && { endMap }) });
    return predictLinear(model, rows.matrixOf(heldOut, factors)).map((sum) => scoreMap.score(sum));
  };
}

/** The rows of all reviews by the final vectorizer. */
class PartRows {
  readonly #vectorizer: Vectorizer;
  readonly #matrix: CsrMatrix;
  readonly #rowOf: ReadonlyMap<Review, number>;
  /** 1 for the column of a term that the base does not have, else 0. */
  readonly #isNew: Uint8Array;

  private constructor(matrix: CsrMatrix, reviews: readonly Review[], { base, vectorizer }: Model) {
    this.#vectorizer = vectorizer;
    this.#matrix = matrix;
    this.#rowOf = new Map(reviews.map((review, row) => [review, row]));
    this.#isNew = Uint8Array.from(vectorizer.tables.terms, (term) =>
      Number(base.vectorizer.columnOf(term) === undefined),
    );
  }

  static async of(extractor: LoadedExtractor, splits: readonly Split[], model: Model): Promise<PartRows> {
    const reviews = [...new Set(splits.flatMap(({ training, heldOut }) => [...training, ...heldOut]))];
    const texts = reviews.map(({ text }) => text);
    return new PartRows(
      await new TextPasses(extractor, texts.length, {}).matrixOf(texts, model.vectorizer),
      reviews,
      model,
    );
  }

  /** For each column, the idf after a training on the part divided by the final idf; 0 if the part lacks the term. */
  factorsOf(part: readonly Review[], minTexts: number): Float64Array {
    const texts = new Uint32Array(this.#isNew.length);
    for (const review of part)
      for (const column of this.#cellsOf(review).columns) texts[column] = (texts[column] as number) + 1;
    const { tables, parameters } = this.#vectorizer;
    return Float64Array.from(this.#isNew, (isNew, column) => {
      if (isNew === 0) return 1;
      const count = texts[column] as number;
      if (count < minTexts) return 0;
      return (NEW_TERM_FACTOR * idfOf(count, part.length, parameters.smooth_idf)) / (tables.idf[column] as number);
    });
  }

  /** The rows of reviews, each cell multiplied by the factor of its column, and then of norm 1 again. */
  matrixOf(reviews: readonly Review[], factors: Float64Array): CsrMatrix {
    const builder = new MatrixBuilder();
    for (const review of reviews) {
      const { columns, values } = this.#cellsOf(review);
      const factorOf = (cell: number) => factors[columns[cell] as number] as number;
      const cells = Array.from(columns.keys()).filter((cell) => factorOf(cell) !== 0);
      const scaled = Float64Array.from(cells, (cell) => (values[cell] as number) * factorOf(cell));
      const norm = Math.sqrt(scaled.reduce((sum, value) => sum + value * value, 0));
      builder.add({
        columns: Int32Array.from(cells, (cell) => columns[cell] as number),
        values: scaled.map((value) => value / norm),
      });
    }
    return builder.matrix(factors.length);
  }

  #cellsOf(review: Review): SparseRow {
    const row = this.#rowOf.get(review) as number;
    const { rowStarts, columns, values } = this.#matrix;
    const [start, end] = [rowStarts[row], rowStarts[row + 1]];
    return { columns: columns.subarray(start, end), values: values.subarray(start, end) };
  }
}
