/** Explanations of the reference engines: contributions in TypeScript (reference/contributions.ts). */
import type { ContributionTotals, ExplainedText } from '../../native/index.ts';
import type { SparseRow } from '../../native/rows.ts';
import { type Bundle, checkFeatureCount } from '../bundle/read.ts';
import { Contributions } from '../reference/contributions.ts';
import type { NormalizedTokens } from '../reference/normalized-tokens.ts';
import type { Vectorizer } from '../reference/vectorizer.ts';
import { Explainer, type Explanation, orUnexplainable } from './explain.ts';

/** Explains scores of one bundle, on the event loop. */
export class ReferenceExplainer {
  readonly #vectorizer: Vectorizer;
  readonly #contributions: Contributions;
  readonly #explainer: Explainer;

  /** Throws a BundleError, or an UnexplainableError if the model's scores are not a sum. */
  constructor({ path, manifest, modelText, vectorizer }: Bundle) {
    this.#vectorizer = vectorizer;
    this.#contributions = orUnexplainable(() => Contributions.fromModelText(modelText));
    checkFeatureCount(path, vectorizer.columnCount, this.#contributions.columnCount);
    this.#explainer = new Explainer(manifest);
  }

  /** The tokens are those of the text. */
  explain(text: string, { tokens, normalized }: NormalizedTokens): Explanation {
    const row = this.#vectorizer.row(tokens);
    const { ofColumns, ...totals } = this.#contributions.of(row);
    const spansOf = new Map<number, (readonly [start: number, end: number])[]>();
    for (const { column, start, end } of this.#vectorizer.occurrences(tokens)) {
      const spans = spansOf.get(column) ?? [];
      spans.push([normalized.starts[start] as number, normalized.ends[end - 1] as number]);
      spansOf.set(column, spans);
    }
    const spans = Array.from(row.columns, (column) => spansOf.get(column) ?? []);
    return this.#explainer.explain(text, { ...totals, ...this.#arranged(row, ofColumns, spans) });
  }

  /** native/explanation is the twin in C++. `spans` has the occurrences of each column of the row. */
  #arranged(
    { columns, values }: SparseRow,
    contributions: Float64Array,
    spans: readonly (readonly [start: number, end: number])[][],
  ): Omit<ExplainedText, keyof ContributionTotals> {
    const magnitude = (place: number) => Math.abs(contributions[place] as number) || 0;
    // The sort is stable.
    const places = Array.from(columns, (_, place) => place).sort((a, b) => magnitude(b) - magnitude(a));
    const arranged = places.map((place) =>
      (spans[place] as (typeof spans)[number]).sort((a, b) => a[0] - b[0] || a[1] - b[1]),
    );
    let occurrences = 0;
    return {
      terms: places.map((place) => this.#vectorizer.tables.terms[columns[place] as number] as string),
      values: Float64Array.from(places, (place) => values[place] as number),
      contributions: Float64Array.from(places, (place) => contributions[place] as number),
      offsets: Uint32Array.from(arranged.flat(2)),
      occurrenceEnds: Uint32Array.from(arranged, ({ length }) => (occurrences += length)),
    };
  }
}
