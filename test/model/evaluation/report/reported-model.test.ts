/** The data that a report shows about a model, for a bundle that is small enough to compute by hand. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readBundle } from '../../../../model/bundle/read.ts';
import { type BundleParts, writeBundle } from '../../../../model/bundle/write.ts';
import { type ReportedModel, reportedModelOf } from '../../../../model/evaluation/report/reported-model.ts';
import { loadScorer } from '../../../../model/scoring/load.ts';
import { tinyBundle } from '../../../fixtures/tiny-bundle.ts';

let folder: string;
let model: ReportedModel;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hoshi-report-'));
  model = await modelOf('tiny', await tinyBundle());
});
after(() => rm(folder, { recursive: true }));

async function modelOf(name: string, parts: BundleParts, warn: (message: string) => void = () => {}) {
  const path = join(folder, name);
  await writeBundle(path, parts);
  const bundle = await readBundle(path);
  return reportedModelOf(bundle, await loadScorer({ bundlePath: path, bundle, engine: 'auto' }), warn);
}

const near = (received: number, expected: number) =>
  assert.ok(Math.abs(received - expected) < 1e-9, `${received}, expected ${expected}`);

const explain = (text: string) => (model.explain as NonNullable<ReportedModel['explain']>)(text);

describe('the reported model', () => {
  test("the gain of a term is the sum of LightGBM's split_gain", () => {
    assert.deepEqual(model.importances(), [
      { term: '良い', gain: 2, splits: 1 },
      { term: '悪い', gain: 1, splits: 1 },
    ]);
  });

  test('without split_gain, terms have no gain and are sorted by their splits', async () => {
    const tiny = await tinyBundle();
    const modelText = tiny.modelText.replaceAll(/^split_gain=.*\n/gm, '');
    const bare = await modelOf('bare', { ...tiny, modelText });
    assert.deepEqual(bare.importances(), [
      { term: '悪い', splits: 1 },
      { term: '良い', splits: 1 },
    ]);
  });

  test('a model that cannot be explained gives a warning and no explanations', async () => {
    const tiny = await tinyBundle();
    const modelText = tiny.modelText.replace('objective=regression', 'objective=regression sqrt');
    const goldens = [{ text: '', score: 5 }]; // the square of 3, clamped to the range
    const warnings: string[] = [];
    const squared = await modelOf('squared', { ...tiny, modelText, goldens }, (message) => warnings.push(message));
    assert.equal(squared.explain, undefined);
    assert.deepEqual(
      warnings.map((warning) => warning.slice(0, 66)),
      ['the report has no explanations: Expected a model that can be explained'.slice(0, 66)],
    );
  });

  test('the share of unknown terms counts each occurrence', () => {
    near(model.unknownShare('良い、良い、悪い朝'), 0.25);
    assert.equal(model.unknownShare('普通'), 0);
    assert.equal(model.unknownShare('！？'), Number.NaN);
    assert.equal(model.unknownShare(''), Number.NaN);
  });

  test('an explanation, by hand', async () => {
    // Each leaf has one training row, so the mean is (5 + 1 + 3) / 3 = 3. With only 良い known, the mean is 5. With only
    // the absence of 悪い known, it is 5 / 3 + 2 · 3 / 3 = 11 / 3. So 良い adds the mean of 5 − 3 and 5 − 11 / 3, and the
    // absence of 悪い adds the rest.
    const { score, base, absent, held, terms } = await explain('<とても>良い。良い');
    near(score, 5);
    near(base, 3);
    near(held, 0);
    assert.deepEqual(
      terms.map(({ term, offsets }) => [term, offsets]),
      [
        [
          '良い',
          [
            [5, 7],
            [8, 10],
          ],
        ],
      ],
    );
    near(base + absent + held + (terms[0]?.contribution as number), score);
    near(terms[0]?.contribution as number, 5 / 3);
    near(absent, 1 / 3);
  });

  test('offsets are right after emoji and lone surrogates, too', async () => {
    const text = '😀\ud800良い𠮷悪い';
    const { terms } = await explain(text);
    const places = terms.flatMap(({ term, offsets }) => offsets.map((span) => [term, text.slice(...span)]));
    assert.deepEqual(places.sort(), [
      ['悪い', '悪い'],
      ['良い', '良い'],
    ]);
  });
});
