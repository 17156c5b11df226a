import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { checkSameNormalizer, readBundle } from '../../../model/bundle/read.ts';
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

describe('reading a bundle', () => {
  test('gives the parts that were written', async () => {
    const parts = await tinyBundle();
    const bundle = await readBundle(path);
    assert.equal(bundle.modelText, parts.modelText);
    assert.deepEqual(bundle.vectorizer.tables, parts.vectorizer.tables);
    assert.deepEqual(bundle.manifest.goldens, parts.goldens);
    assert.match(bundle.manifest.version, /^[0-9a-f]{12}$/);
  });

  for (const name of ['model.txt', 'vocabulary.tsv', 'logarithms.txt']) {
    test(`a changed ${name} is refused because of its hash`, async () => {
      const content = await readFile(join(path, name), 'utf8');
      await writeFile(join(path, name), content.replace('1', '2'));
      await assert.rejects(
        readBundle(path),
        new RegExp(`${name}: expected SHA-256 [0-9a-f]{64} \\(manifest.json\\), received`),
      );
    });

    test(`the error for a missing ${name} names the file`, async () => {
      await rm(join(path, name));
      await assert.rejects(readBundle(path), new RegExp(`${name}: expected a file of a bundle, found none`));
    });
  }

  test('a normalizer whose tables are not the installed ones is refused', async () => {
    const { manifest } = await readBundle(path);
    const [own, installed] = ['ab'.repeat(32), 'cd'.repeat(32)];
    const normalized = { ...manifest, normalizer: { steps: ['nfkc'] as const, tables: own } };
    checkSameNormalizer(path, manifest, installed);
    checkSameNormalizer(path, normalized, own);
    assert.throws(() => checkSameNormalizer(path, normalized, installed), {
      name: 'BundleError',
      message: `${path}/manifest.json: expected normalizer.tables to be ${installed}, which are installed, received ${own}`,
    });
  });

  test('a manifest that is not JSON is refused', async () => {
    await writeFile(join(path, 'manifest.json'), '{');
    await assert.rejects(readBundle(path), /manifest.json: expected JSON, /);
  });
});
