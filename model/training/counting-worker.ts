/** A worker thread of counting.ts: counts the terms of the texts that it gets. */
import { parentPort, workerData } from 'node:worker_threads';
import { UserDictionary } from '../reference/user-dictionary.ts';
import { loadFeatureExtractor } from '../scoring/feature-extractor.ts';
import type { CountingReply, CountingRequest, CountingTask } from './counting.ts';
import { VectorizerFit } from './vectorizer-fit.ts';

const { settings, words, parameters } = workerData as CountingTask;
const userDictionary = words.length > 0 ? new UserDictionary(words) : undefined;
const fit = new VectorizerFit(parameters);
// The main thread has loaded the same extractor, and has told why the native engine is unavailable if it is.
const extractor = loadFeatureExtractor({ ...settings, ...(userDictionary && { userDictionary }) }, () => {});

parentPort?.on('message', async (request: CountingRequest) => {
  if (request === 'finish') return reply(fit.counts());
  const { tokens } = await extractor;
  for (const text of request.texts) fit.add(tokens(text).tokens);
  reply('counted');
});

function reply(message: CountingReply): void {
  parentPort?.postMessage(message);
}
