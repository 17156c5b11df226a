/**
 * Fits a vectorizer on all cores: each worker thread counts the terms of a part of the texts (counting-worker.ts), and
 * the counts are added. The sums do not depend on the parts, so the vocabulary is the same for any number of threads.
 */
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { Interrupted } from '../io/interrupted.ts';
import type { UserWord } from '../reference/user-dictionary.ts';
import type { VectorizerParameters } from '../reference/vectorizer.ts';
import type { TextSettings } from '../scoring/feature-extractor.ts';
import type { CountedTerms } from './term-counter.ts';
import { VectorizerFit } from './vectorizer-fit.ts';

/** A thread takes a third of a second to start. */
const MIN_TEXTS_PER_THREAD = 4000;
const BATCH_TEXTS = 512;

/** `words` are those of the user dictionary of `settings`, which no thread can send to another. */
export interface CountingTask {
  readonly settings: Omit<TextSettings, 'userDictionary'>;
  readonly words: readonly UserWord[];
  readonly parameters: VectorizerParameters;
}

/** From the main thread: texts to count, or the request for the counts. */
export type CountingRequest = { readonly texts: readonly string[] } | 'finish';
/** From a worker: that a batch is counted, or all counts. */
export type CountingReply = 'counted' | CountedTerms;

/** The number of threads that are worth it for so many texts. */
export function threadsFor(texts: number): number {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(texts / MIN_TEXTS_PER_THREAD)));
}

/**
 * `onCounted` gets the number of texts of each batch when it is counted. Rejects with Interrupted once the signal is
 * aborted.
 */
export async function countOnThreads(
  texts: readonly string[],
  { userDictionary, ...settings }: TextSettings,
  parameters: VectorizerParameters,
  threads: number,
  { onCounted, signal }: { readonly onCounted: (texts: number) => void; readonly signal?: AbortSignal },
): Promise<VectorizerFit> {
  let next = 0;
  const task: CountingTask = { settings, words: userDictionary?.words ?? [], parameters };
  const workers = Array.from({ length: threads }, () => startWorker(task));
  const countPart = async (worker: Worker): Promise<CountedTerms> => {
    const ask = async (request: CountingRequest) => {
      worker.postMessage(request);
      const [reply] = (await once(worker, 'message', signal && { signal })) as [CountingReply];
      return reply;
    };
    while (next < texts.length) {
      const batch = texts.slice(next, next + BATCH_TEXTS);
      next += batch.length;
      await ask({ texts: batch });
      onCounted(batch.length);
    }
    return (await ask('finish')) as CountedTerms;
  };
  try {
    const fit = new VectorizerFit(parameters);
    for (const counted of await Promise.all(workers.map(countPart))) fit.addCounts(counted);
    return fit;
  } catch (error) {
    Interrupted.throwIf(signal);
    throw error;
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function startWorker(task: CountingTask): Worker {
  return new Worker(new URL('./counting-worker.js', import.meta.url), { workerData: task });
}
