/**
 * Passes over texts: the work of training that visits every text. Texts are tokenized anew in each pass, so that no
 * tokens are kept in memory. The progress covers all passes of one training together. Between texts the event loop
 * handles other events, such as a signal.
 */
import { setImmediate } from 'node:timers/promises';
import type { CsrMatrix } from '../../native/index.ts';
import { Interrupted } from '../io/interrupted.ts';
import type { Vectorizer, VectorizerParameters } from '../reference/vectorizer.ts';
import type { FeatureExtractor } from '../scoring/feature-extractor.ts';
import { MatrixBuilder } from './matrix-builder.ts';
import { VectorizerFit } from './vectorizer-fit.ts';

export interface PassOptions {
  /** The number of texts visited so far, and by all passes together. Called every 256 texts and after each pass. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Once it is aborted, a pass rejects with Interrupted. */
  readonly signal?: AbortSignal;
}

/** The number of texts to visit before the event loop handles other events. */
const TEXTS_PER_TURN = 256;

export class TextPasses {
  readonly #extractor: FeatureExtractor;
  readonly #total: number;
  readonly #options: PassOptions;
  #done = 0;

  /** `total` is the number of texts that all passes visit together. */
  constructor(extractor: FeatureExtractor, total: number, options: PassOptions) {
    this.#extractor = extractor;
    this.#total = total;
    this.#options = options;
  }

  /** One pass that fits a vectorizer. Throws if a parameter is out of range. */
  async fitVectorizer(texts: Iterable<string>, parameters: VectorizerParameters): Promise<VectorizerFit> {
    const fit = new VectorizerFit(parameters);
    await this.#visit(texts, (text) => fit.add(this.#extractor.tokens(text).tokens));
    return fit;
  }

  /** One pass that returns the rows of the texts, in their order. */
  async matrixOf(texts: Iterable<string>, vectorizer: Vectorizer): Promise<CsrMatrix> {
    const rowOf = this.#extractor.rows(vectorizer);
    const builder = new MatrixBuilder();
    await this.#visit(texts, (text) => builder.add(rowOf(text)));
    return builder.matrix(vectorizer.columnCount);
  }

  async #visit(texts: Iterable<string>, visit: (text: string) => void): Promise<void> {
    const { onProgress, signal } = this.#options;
    for (const text of texts) {
      visit(text);
      if (++this.#done % TEXTS_PER_TURN !== 0) continue;
      onProgress?.(this.#done, this.#total);
      await setImmediate();
      Interrupted.throwIf(signal);
    }
    onProgress?.(this.#done, this.#total);
    Interrupted.throwIf(signal);
  }
}
