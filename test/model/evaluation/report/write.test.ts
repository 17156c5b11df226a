/** A report of a bundle, in the bundle's folder. */
import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { readBundle } from '../../../../model/bundle/read.ts';
import { writeBundle } from '../../../../model/bundle/write.ts';
import { writeReport } from '../../../../model/evaluation/report/write.ts';
import { hashOfReviews } from '../../../../model/io/reviews.ts';
import { loadScorer } from '../../../../model/scoring/load.ts';
import { readPage } from '../../../fixtures/html.ts';
import { tinyBundle } from '../../../fixtures/tiny-bundle.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hoshi-write-'));
});
after(() => rm(folder, { recursive: true }));

test('a bundle with a report can be read, and replacing the bundle removes the report', async () => {
  const path = join(folder, 'tiny');
  const file = join(path, 'report.html');
  const manifest = await writeBundle(path, await tinyBundle());
  const bundle = await readBundle(path);
  const names = await readdir(path);
  const reviews = [
    { stars: 5, text: '良い' },
    { stars: 1, text: '普通' },
  ];
  const measured = {
    bundle,
    scorer: await loadScorer({ bundlePath: path, bundle, engine: 'auto' }),
    command: 'hoshi train a.tsv',
    measuredOn: 'held out of a.tsv',
    reviews,
  };
  const scores = Float64Array.of(5, 3);
  await writeReport(file, { ...measured, scores }, () => {});
  assert.deepEqual((await readdir(path)).sort(), [...names, 'report.html'].sort());
  const { text } = readPage(await readFile(file, 'utf8'));
  for (const expected of [
    'tiny',
    manifest.version,
    'hoshi train a.tsv',
    hashOfReviews(reviews),
    'held out of a.tsv',
    '普通',
    '+2.00',
  ])
    assert.ok(text.includes(expected), expected);
  assert.deepEqual((await readBundle(path)).manifest, manifest);
  await writeBundle(path, await tinyBundle());
  assert.deepEqual(await readdir(path), names);

  const oneClass = { ...measured, reviews: reviews.slice(1), scores: scores.slice(1) };
  await assert.rejects(
    writeReport(file, oneClass, () => {}),
    /at least two different stars, received only 1$/,
  );
  assert.deepEqual(await readdir(path), names);
});
