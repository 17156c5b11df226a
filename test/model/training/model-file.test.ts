import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createRandom } from '../../../model/math/random.ts';
import { defaultVectorizerParameters } from '../../../model/reference/vectorizer.ts';
import { loadScorer } from '../../../model/scoring/load.ts';
import { parseExportedVectorizer } from '../../../model/training/exported-vectorizer.ts';
import { importModel } from '../../../model/training/import-model.ts';
import { boosterOfModel, decodeModelFile } from '../../../model/training/model-file.ts';
import { type DamagedModel, damagedModels } from '../../fixtures/damaged-models.ts';
import { exportedVectorizer } from '../../fixtures/exported-vectorizers.ts';
import { columnCount, randomRow } from '../../fixtures/random-models.ts';
import { smallModels } from '../../fixtures/small-models.ts';

const PANDAS = '\npandas_categorical:null\n'; // Python's package adds it

const small = new Map(await smallModels());
const good = {
  plain: small.get('missing values') + PANDAS,
  categories: small.get('categories') + PANDAS,
  linear: small.get('linear leaves') + PANDAS,
};
const damaged = damagedModels(good);
const letters = Array.from({ length: columnCount }, (_, i) => String.fromCharCode(0x61 + i));
const vectorizer = parseExportedVectorizer(
  JSON.stringify(exportedVectorizer({ ...defaultVectorizerParameters, norm: null, sublinear_tf: false }, letters)),
  'v.json',
);

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hoshi-model-file-'));
});
after(() => rm(folder, { recursive: true }));

/** Imports the file as `hoshi import` does. Returns the bundle's folder. */
async function imported({ file, from }: Pick<DamagedModel, 'file' | 'from'>, name: string): Promise<string> {
  const path = join(folder, name);
  const range = from === 'plain' ? {} : { scoreRange: [-99, 99] as const };
  await importModel(path, decodeModelFile(file, 'm.txt'), vectorizer, {
    name,
    command: 'a test',
    modelFile: 'm.txt',
    ...range,
  });
  return path;
}

test('the good models pass, and so does a model without trees', async () => {
  for (const from of ['plain', 'categories', 'linear'] as const)
    await imported({ file: Buffer.from(good[from]), from }, from);
  const none = good.plain.slice(0, good.plain.indexOf('\nTree=0')).replace(/^tree_sizes=.*$/m, 'tree_sizes=');
  assert.equal(boosterOfModel(`${none}\nend of trees\n`, 'm.txt').treeCount, 0);
});

describe('a damaged file is refused by name, and leaves nothing behind', () => {
  for (const one of damaged.filter(({ refusal }) => refusal !== undefined))
    test(one.what, async () => {
      assert.notDeepEqual(one.file, Buffer.from(good[one.from]), 'it is damaged');
      await assert.rejects(imported(one, 'refused'), (error: Error) => {
        assert.match(error.message, /^m\.txt/);
        assert.match(error.message, one.refusal as RegExp);
        return true;
      });
      assert.ok(!(await readdir(folder)).some((name) => name.includes('refused')));
    });
});

describe('an odd file gives the scores of the good one', () => {
  const texts = ['', ...letters, ...letters.map((letter, i) => `${letter} ${letters.slice(0, i).join(' ')}`)];
  const rows = Array.from(
    { length: 200 },
    (
      (random) => () =>
        randomRow(random, { withNaN: true })
    )(createRandom(3)),
  );
  const expected = boosterOfModel(good.plain, 'm.txt');
  for (const one of damaged.filter(({ refusal }) => refusal === undefined))
    test(one.what, async () => {
      assert.notDeepEqual(one.file, Buffer.from(good[one.from]), 'it is odd');
      const booster = boosterOfModel(decodeModelFile(one.file, 'm.txt'), 'm.txt');
      for (const row of rows) assert.ok(Object.is(booster.predict(row), expected.predict(row)));
      const [scorer, law] = await Promise.all(
        [await imported(one, 'odd'), join(folder, 'plain')].map((bundlePath) =>
          loadScorer({ bundlePath, engine: 'native' }),
        ),
      );
      for (const text of texts) assert.ok(Object.is(scorer?.score(text), law?.score(text)), text);
    });
});

test('cross_entropy_lambda of LightGBM before 3.3.0 is refused, because it gave other numbers', () => {
  const of = (version: string, parameters: string) =>
    good.plain
      .replace('objective=regression', 'objective=cross_entropy_lambda')
      .replace('version=v4', `version=${version}`)
      .replace(/^\[precise_float_parser: .*\n/m, parameters);
  boosterOfModel(of('v4', ''), 'm.txt');
  boosterOfModel(of('v3', '[precise_float_parser: 0]\n'), 'm.txt');
  assert.throws(() => boosterOfModel(of('v3', ''), 'm.txt'), {
    message:
      /^m\.txt: expected objective=cross_entropy_lambda to be of LightGBM 3\.3\.0 or newer, .* received an older file/,
  });
});

test('the list has enough files', () => {
  assert.ok(damaged.length >= 100, `${damaged.length}`);
  assert.equal(new Set(damaged.map(({ what, from }) => `${from} ${what}`)).size, damaged.length, 'each has its name');
});
