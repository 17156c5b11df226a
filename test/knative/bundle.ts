/**
 * A small model as a ConfigMap. A revision mounts it instead of the shipped model, so a second version needs no second
 * image. The ConfigMap `broken` holds the same model with wrong golden scores, which it cannot reproduce.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Manifest } from '../../model/bundle/manifest.ts';
import { composeReviews } from '../../model/corpus/compose.ts';
import { readCorpus } from '../../model/corpus/read.ts';
import { packageRoot } from '../../native/package-root.ts';
import { formatReviews } from '../fixtures/review-file.ts';
import type { Namespace } from './cluster.ts';
import { run } from './command.ts';

/** A ConfigMap may hold 1 MiB. */
const TERMS = 1000;
const ROUNDS = 20;

/** The path where revisions mount the model. */
export const mountPath = '/bundle';

/** Trains the model and creates the ConfigMaps `small` and `broken`. Returns the model's version. */
export async function putBundles(space: Namespace): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hoshi-knative-'));
  try {
    const bundle = join(folder, 'small');
    const reviews = join(folder, 'reviews.tsv');
    const counts = { sentences: 400, eachSentence: false, words: 200, contrasts: 0 };
    await writeFile(reviews, formatReviews(composeReviews(await readCorpus(), { seed: 7, counts })));
    const options = ['--rounds', String(ROUNDS), '--max-features', String(TERMS), '--validation', '0.1'];
    await run(join(packageRoot, 'bin', 'hoshi'), ['train', reviews, '--base', 'none', '--out', bundle, ...options]);
    await rm(join(bundle, 'report.html'));
    const from = (name: string) => ['create', 'configmap', name, `--from-file=${bundle}`];
    await space.kubectl(...from('small'));
    const file = join(bundle, 'manifest.json');
    const manifest = JSON.parse(await readFile(file, 'utf8')) as Manifest;
    const goldens = manifest.goldens.map(({ text }) => ({ text, score: 3.21 }));
    await writeFile(file, JSON.stringify({ ...manifest, goldens }));
    await space.kubectl(...from('broken'));
    return manifest.version;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The version of the shipped model. */
export async function shippedVersion(): Promise<string> {
  const file = join(packageRoot, 'model', 'stars', 'manifest.json');
  return (JSON.parse(await readFile(file, 'utf8')) as Manifest).version;
}
