/** Explanations of the reference engines: contributions in TypeScript (reference/contributions.ts). */
import { type Bundle, checkFeatureCount } from '../bundle/read.ts';
import { Contributions } from '../reference/contributions.ts';
import type { Token } from '../reference/tokenizer.ts';
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
    this.#explainer = new Explainer(manifest, vectorizer);
  }

  /** `tokens` are the text's tokens. */
  explain(text: string, tokens: readonly Token[]): Explanation {
    const row = this.#vectorizer.row(tokens.map(({ surface }) => surface));
    const { ofColumns, ...totals } = this.#contributions.of(row);
    const ends = tokens.map(({ end }) => end);
    return this.#explainer.explain(text, ends, { ...row, ...totals, contributions: ofColumns });
  }
}
