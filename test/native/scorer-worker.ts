/** A worker that loads the addon, scores the given texts singly and in batches, and posts the scores. */
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { ScoreMap } from '../../model/reference/score-range.ts';
import { NativeAnalyzer, NativeExtractor, NativeForest, NativeScorer, NativeVectorizer } from '../../native/engine.ts';
import { packageRoot } from '../../native/package-root.ts';

const texts = workerData as readonly string[];
const stars = join(packageRoot, 'model', 'stars');
const scorer = new NativeScorer(
  new NativeExtractor(NativeAnalyzer.load(), NativeVectorizer.load(join(stars, 'vocabulary.bin'))),
  NativeForest.load(join(stars, 'forest.bin')),
  ScoreMap.clampTo([1, 5]),
);
const scores = Float64Array.from(texts, (text) => scorer.score(text));
const batches = await Promise.all([1, 2, 3].map((threads) => scorer.scoreBatch(texts, threads)));
for (const batch of batches) {
  if (batch.some((score, i) => !Object.is(score, scores[i]))) throw new Error('a batch gives different scores');
}
parentPort?.postMessage(scores);
