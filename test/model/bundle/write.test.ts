import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { readBundle } from '../../../model/bundle/read.ts';
import { writeBundle } from '../../../model/bundle/write.ts';
import { tinyBundle } from '../../fixtures/tiny-bundle.ts';

let folder: string;
let path: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hoshi-bundle-'));
  path = join(folder, 'tiny');
});
after(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  await writeBundle(path, await tinyBundle());
});

describe('writing a bundle', () => {
  test('writes the same bytes each time, and leaves no other file', async () => {
    const contents = async () =>
      Promise.all((await readdir(path)).sort().map((name) => readFile(join(path, name), 'utf8')));
    const first = await contents();
    await writeBundle(path, await tinyBundle());
    assert.deepEqual(await contents(), first);
    assert.deepEqual(await readdir(folder), ['tiny']);
  });

  test('keeps the older bundle if the new one cannot be written', async () => {
    const { modelText, ...rest } = await tinyBundle();
    await assert.rejects(writeBundle(path, { ...rest, modelText: Symbol('no text') as unknown as string }));
    assert.equal((await readBundle(path)).modelText, modelText);
    assert.deepEqual(await readdir(folder), ['tiny']);
  });

  test('accepts a path that ends with a slash', async () => {
    await writeBundle(`${path}/`, await tinyBundle());
    await readBundle(`${path}/`);
    assert.deepEqual(await readdir(folder), ['tiny']);
  });

  test('replaces an empty folder', async () => {
    await mkdir(join(folder, 'empty'));
    await writeBundle(join(folder, 'empty'), await tinyBundle());
    await readBundle(join(folder, 'empty'));
    await rm(join(folder, 'empty'), { recursive: true });
  });

  test('more files are added before the bundle takes its place; without them the older bundle stays', async () => {
    const before = await readFile(join(path, 'manifest.json'), 'utf8');
    const parts = await tinyBundle();
    let seen: string[] = [];
    await writeBundle(
      path,
      { ...parts, modelText: parts.modelText.replace('leaf_value=3', 'leaf_value=2') },
      async (at) => {
        seen = await readdir(at);
        assert.equal(await readFile(join(path, 'manifest.json'), 'utf8'), before);
        return { 'report.html': '<p>' };
      },
    );
    assert.ok(seen.includes('manifest.json') && seen.includes('forest.bin'), seen.join());
    assert.equal(await readFile(join(path, 'report.html'), 'utf8'), '<p>');
    assert.match((await readBundle(path)).modelText, /leaf_value=2/);
    const failing = writeBundle(path, parts, () => Promise.reject(new Error('no report')));
    await assert.rejects(failing, /^Error: no report$/);
    assert.match((await readBundle(path)).modelText, /leaf_value=2/);
    assert.deepEqual(await readdir(folder), ['tiny']);
  });
});
