/**
 * Passes over texts: the work of training that visits every text. Texts are tokenized anew in each pass, so that no
 * tokens are kept in memory. Many texts are tokenized on all cores; the results do not depend on their number. The
 * progress covers all passes of one training together. Between texts the event loop handles other events, such as a
 * signal.
 */
import { setImmediate } from 'node:timers/promises';
import type { CsrMatrix } from '../../native/index.ts';
import { Interrupted } from '../io/interrupted.ts';
import type { Vectorizer, VectorizerParameters } from '../reference/vectorizer.ts';
import type { LoadedExtractor } from '../scoring/feature-extractor.ts';
import { countOnThreads, threadsFor } from './counting.ts';
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
const BATCH_TEXTS = 1024;

export class TextPasses {
  readonly #extractor: LoadedExtractor;
  readonly #total: number;
  readonly #options: PassOptions;
  #done = 0;

  /** `total` is the number of texts that all passes visit together. */
  constructor(extractor: LoadedExtractor, total: number, options: PassOptions) {
    this.#extractor = extractor;
    this.#total = total;
    this.#options = options;
  }

  /** One pass that fits a vectorizer. Throws if a parameter is out of range. */
  async fitVectorizer(texts: readonly string[], parameters: VectorizerParameters): Promise<VectorizerFit> {
    const threads = threadsFor(texts.length);
    if (threads > 1) {
      const onCounted = (count: number) => this.#advance(count);
      const { signal } = this.#options;
      return countOnThreads(texts, this.#extractor.settings, parameters, threads, {
        onCounted,
        ...(signal && { signal }),
      });
    }
    const fit = new VectorizerFit(parameters);
    await this.#visit(texts, (text) => fit.add(this.#extractor.tokens(text).tokens));
    return fit;
  }

  /** One pass that returns the rows of the texts, in their order. */
  async matrixOf(texts: readonly string[], vectorizer: Vectorizer): Promise<CsrMatrix> {
    const threads = threadsFor(texts.length);
    if (threads > 1 && this.#extractor.rowBatches !== undefined)
      return this.#stack(texts, vectorizer.columnCount, threads, this.#extractor.rowBatches(vectorizer));
    const rowOf = this.#extractor.rows(vectorizer);
    const builder = new MatrixBuilder();
    await this.#visit(texts, (text) => builder.add(rowOf(text)));
    return builder.matrix(vectorizer.columnCount);
  }

  /** The rows of batches, as many of which are in progress as there are threads. */
  async #stack(
    texts: readonly string[],
    columnCount: number,
    threads: number,
    rowsOf: (texts: readonly string[]) => Promise<CsrMatrix>,
  ): Promise<CsrMatrix> {
    const builder = new MatrixBuilder();
    const inProgress: Promise<CsrMatrix>[] = [];
    const takeFirst = async () => {
      const rows = (await inProgress.shift()) as CsrMatrix;
      builder.addRows(rows);
      this.#advance(rows.rowStarts.length - 1);
      Interrupted.throwIf(this.#options.signal);
    };
    for (let start = 0; start < texts.length; start += BATCH_TEXTS) {
      if (inProgress.length === threads) await takeFirst();
      inProgress.push(rowsOf(texts.slice(start, start + BATCH_TEXTS)));
    }
    while (inProgress.length > 0) await takeFirst();
    return builder.matrix(columnCount);
  }

  #advance(count: number): void {
    this.#done += count;
    this.#options.onProgress?.(this.#done, this.#total);
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
