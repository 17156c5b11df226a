/** A worker that loads the addon, scores the given texts singly and in batches, and posts the scores. */
import { parentPort, workerData } from 'node:worker_threads';
import { shippedScorer } from '../fixtures/shipped-scorer.ts';

const texts = workerData as readonly string[];
const scorer = shippedScorer();
const scores = Float64Array.from(texts, (text) => scorer.score(text));
const batches = await Promise.all([1, 2, 3].map((threads) => scorer.scoreBatch(texts, threads)));
for (const batch of batches) {
  if (batch.some((score, i) => !Object.is(score, scores[i]))) throw new Error('a batch gives different scores');
}
parentPort?.postMessage(scores);
