/**
 * Passes over texts: the work of training that visits every text. Texts are tokenized anew in each pass, so that no
 * tokens are kept in memory. Many texts are tokenized on all cores; the results do not depend on their number. The
 * progress covers all passes of one training together. Between texts the event loop handles other events, such as a
 * signal.
 */
import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import type { CsrMatrix, NativeTermCounter, TrainingRows } from '../../native/index.ts';
import { Interrupted } from '../io/interrupted.ts';
import type { Vectorizer, VectorizerParameters } from '../reference/vectorizer.ts';
import type { LoadedExtractor } from '../scoring/feature-extractor.ts';
import { freeGarbage } from './garbage.ts';
import { MatrixBuilder } from './matrix-builder.ts';
import { PackedRowsBuilder, unpacked } from './packed-rows.ts';
import { NativeTermCounts } from './term-counter.ts';
import { checkParameters, FittedVectorizer, VectorizerFit } from './vectorizer-fit.ts';

export interface PassOptions {
  /** The number of texts visited so far, and by all passes together. Called every 256 texts and after each pass. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Once it is aborted, a pass rejects with Interrupted. */
  readonly signal?: AbortSignal;
}

/** The number of texts to visit before the event loop handles other events. */
const TEXTS_PER_TURN = 256;
/** Rows of one batch share a scratch as large as the vocabulary. */
const TEXTS_PER_ROW_BATCH = 1024;
/** For fewer texts, the extractor decides whether its vocabulary is worth compiling. */
const MIN_TEXTS_IN_BATCHES = 8000;
/** 240 MB: the rows of some 300,000 reviews. */
const MAX_CELLS_UNPACKED = 20_000_000;

export class TextPasses {
  readonly #extractor: LoadedExtractor;
  readonly #total: number;
  readonly #options: PassOptions;
  /** Their vocabularies are compiled. */
  readonly #ofManyTexts = new WeakSet<Vectorizer>();
  #done = 0;

  /** `total` is the number of texts that all passes visit together. */
  constructor(extractor: LoadedExtractor, total: number, options: PassOptions) {
    this.#extractor = extractor;
    this.#total = total;
    this.#options = options;
  }

  /** One pass that fits a vectorizer. Throws if a parameter is out of range. */
  async fitVectorizer(texts: readonly string[], parameters: VectorizerParameters): Promise<FittedVectorizer> {
    checkParameters(parameters);
    const counter = this.#extractor.termCounter?.(parameters);
    if (counter !== undefined) return this.#fitNatively(texts, parameters, counter);
    const fit = new VectorizerFit(parameters);
    await this.#visit(texts, (text) => fit.add(this.#extractor.tokens(text).tokens));
    return fit;
  }

  async #fitNatively(
    texts: readonly string[],
    parameters: VectorizerParameters,
    counter: NativeTermCounter,
  ): Promise<FittedVectorizer> {
    const count = async (batch: readonly string[]) => {
      await counter.count(batch);
      return batch.length;
    };
    await this.#inBatches(texts, TEXTS_PER_TURN, count, (counted) => this.#advance(counted));
    const kept = await counter.kept(parameters.min_df);
    return new FittedVectorizer(parameters, new NativeTermCounts(kept, parameters.min_df));
  }

  /** One pass that returns the rows of the texts, in their order. */
  async matrixOf(texts: readonly string[], vectorizer: Vectorizer): Promise<CsrMatrix> {
    return unpacked(await this.trainingRowsOf(texts, vectorizer));
  }

  /** The same rows. Very many are packed: they take half the memory then, and a ridge regression twice the time. */
  async trainingRowsOf(texts: readonly string[], vectorizer: Vectorizer): Promise<TrainingRows> {
    const { countBatches } = this.#extractor;
    const isWorthIt = texts.length >= MIN_TEXTS_IN_BATCHES || this.#ofManyTexts.has(vectorizer);
    if (countBatches !== undefined && isWorthIt) {
      this.#ofManyTexts.add(vectorizer);
      freeGarbage(texts.length);
      const builder = new PackedRowsBuilder(vectorizer, texts.length);
      const countsOf = countBatches(vectorizer); // compiles the vocabulary
      freeGarbage(texts.length);
      await this.#inBatches(texts, TEXTS_PER_ROW_BATCH, countsOf, (counts) => {
        builder.add(counts);
        this.#advance(counts.rowStarts.length - 1);
      });
      const rows = builder.rows();
      return rows.columns.length > MAX_CELLS_UNPACKED ? rows : unpacked(rows);
    }
    const builder = new MatrixBuilder();
    const rowOf = this.#extractor.rows(vectorizer);
    await this.#visit(texts, (text) => builder.add(rowOf(text)));
    return builder.matrix(vectorizer.columnCount);
  }

  /** Takes the results of batches, in order. As many batches are in progress as there are threads. */
  async #inBatches<Result>(
    texts: readonly string[],
    size: number,
    work: (batch: readonly string[]) => Promise<Result>,
    take: (result: Result) => void,
  ): Promise<void> {
    const inProgress: Promise<Result>[] = [];
    const takeFirst = async () => {
      take((await inProgress.shift()) as Result);
      Interrupted.throwIf(this.#options.signal);
    };
    try {
      for (let start = 0; start < texts.length; start += size) {
        if (inProgress.length === availableParallelism()) await takeFirst();
        inProgress.push(work(texts.slice(start, start + size)));
      }
      while (inProgress.length > 0) await takeFirst();
    } finally {
      await Promise.allSettled(inProgress);
    }
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
