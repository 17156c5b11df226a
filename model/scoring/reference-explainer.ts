/** Explanations of the reference engines: contributions in TypeScript (reference/contributions.ts). */
import { type Bundle, checkFeatureCount } from '../bundle/read.ts';
import { Contributions } from '../reference/contributions.ts';
import type { NormalizedTokens } from '../reference/normalized-tokens.ts';
import type { Vectorizer } from '../reference/vectorizer.ts';
import { Explainer, type Explanation, orUnexplainable, type TermOccurrence } from './explain.ts';

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
    this.#explainer = new Explainer(manifest, (column) => vectorizer.tables.terms[column] as string);
  }

  /** The tokens are those of the text. */
  explain(text: string, { tokens, normalized }: NormalizedTokens): Explanation {
    const row = this.#vectorizer.row(tokens);
    const { ofColumns, ...totals } = this.#contributions.of(row);
    const occurrences = Array.from(
      this.#vectorizer.occurrences(tokens),
      ({ column, start, end }): TermOccurrence => [
        column,
        normalized.starts[start] as number,
        normalized.ends[end - 1] as number,
      ],
    );
    return this.#explainer.explain(text, { ...row, ...totals, contributions: ofColumns }, occurrences);
  }
}
