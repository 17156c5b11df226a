import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Manifest } from '../../../model/bundle/manifest.ts';
import { readBundle } from '../../../model/bundle/read.ts';
import { checkPlace, clearAside, writeBundle } from '../../../model/bundle/write.ts';
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

describe('bundle', () => {
  test('is read as it was written', async () => {
    const parts = await tinyBundle();
    const bundle = await readBundle(path);
    assert.equal(bundle.modelText, parts.modelText);
    assert.deepEqual(bundle.vectorizer.tables, parts.vectorizer.tables);
    assert.deepEqual(bundle.manifest.goldens, parts.goldens);
    assert.match(bundle.manifest.version, /^[0-9a-f]{12}$/);
  });

  test('is the same bytes each time, and leaves nothing else behind', async () => {
    const contents = async () =>
      Promise.all((await readdir(path)).sort().map((name) => readFile(join(path, name), 'utf8')));
    const first = await contents();
    await writeBundle(path, await tinyBundle());
    assert.deepEqual(await contents(), first);
    assert.deepEqual(await readdir(folder), ['tiny']);
  });

  test('a bundle that cannot be written leaves the one before', async () => {
    const { modelText, ...rest } = await tinyBundle();
    await assert.rejects(writeBundle(path, { ...rest, modelText: Symbol('no text') as unknown as string }));
    assert.equal((await readBundle(path)).modelText, modelText);
    assert.deepEqual(await readdir(folder), ['tiny']);
  });

  test('that is cut off while it is written is cleared away, and the one before put back', async () => {
    const aside = join(folder, `.tiny.${process.pid}.tmp`);
    await mkdir(aside);
    await writeFile(join(aside, 'model.txt'), 'half');
    clearAside(path);
    assert.deepEqual(await readdir(folder), ['tiny']);
    // between the two renames the one before has made room already
    await rename(path, `${aside}.old`);
    await mkdir(aside);
    clearAside(path);
    assert.deepEqual(await readdir(folder), ['tiny']);
    assert.equal((await readBundle(path)).manifest.name, 'tiny');
    // and after them it is still there, with nothing to put it back for
    await mkdir(`${aside}.old`);
    clearAside(path);
    assert.deepEqual(await readdir(folder), ['tiny']);
    assert.equal((await readBundle(path)).manifest.name, 'tiny');
  });

  test('is refused a place below a file, and takes one whose folders are not there yet', async () => {
    const file = await mkdtemp(join(tmpdir(), 'hoshi-place-'));
    await writeFile(join(file, 'a'), '');
    for (const place of [join(file, 'a', 'mine'), join(file, 'a', 'deep', 'mine')])
      await assert.rejects(checkPlace(place), { message: /mine: expected .*, ENOTDIR/ });
    await checkPlace(join(file, 'none', 'yet', 'mine'));
    assert.deepEqual(await readdir(file), ['a']);
    await rm(file, { recursive: true });
  });

  const isRoot = process.getuid?.() === 0;
  test('is refused a folder that is not to be written in', { skip: isRoot && 'root may write anywhere' }, async () => {
    const closed = await mkdtemp(join(tmpdir(), 'hoshi-closed-'));
    await chmod(closed, 0o555);
    await assert.rejects(checkPlace(join(closed, 'deep', 'mine')), {
      message: new RegExp(`mine: expected ${closed} to be a folder to write in, EACCES`),
    });
    await rm(closed, { recursive: true });
  });

  test('may be named with a slash at its end, and is replaced all the same', async () => {
    await writeBundle(`${path}/`, await tinyBundle());
    await readBundle(`${path}/`);
    assert.deepEqual(await readdir(folder), ['tiny']);
  });

  test('takes the place of an empty folder', async () => {
    await mkdir(join(folder, 'empty'));
    await writeBundle(join(folder, 'empty'), await tinyBundle());
    await readBundle(join(folder, 'empty'));
    await rm(join(folder, 'empty'), { recursive: true });
  });

  test('does not take the place of what is no bundle', async () => {
    const others = join(folder, 'others');
    await mkdir(others);
    await writeFile(join(others, 'README.md'), 'kept');
    await assert.rejects(writeBundle(others, await tinyBundle()), {
      message: `${others}: expected a bundle, an empty folder or nothing, found README.md in it`,
    });
    await assert.rejects(
      writeBundle(join(others, 'README.md'), await tinyBundle()),
      /README.md: expected a bundle, an empty folder or nothing, ENOTDIR/,
    );
    assert.equal(await readFile(join(others, 'README.md'), 'utf8'), 'kept');
    await rm(others, { recursive: true });
    await writeFile(join(path, 'notes.txt'), 'kept');
    await assert.rejects(writeBundle(path, await tinyBundle()), /tiny: expected a bundle, .*, found notes.txt in it/);
    assert.equal(await readFile(join(path, 'notes.txt'), 'utf8'), 'kept');
    await rm(join(path, 'notes.txt'));
    assert.deepEqual(await readdir(folder), ['tiny']);
  });

  for (const name of ['model.txt', 'vocabulary.tsv', 'logarithms.txt']) {
    test(`a changed ${name} is refused by its hash`, async () => {
      const content = await readFile(join(path, name), 'utf8');
      await writeFile(join(path, name), content.replace('1', '2'));
      await assert.rejects(
        readBundle(path),
        new RegExp(`${name}: expected SHA-256 [0-9a-f]{64} \\(manifest.json\\), received`),
      );
    });

    test(`a missing ${name} is named`, async () => {
      await rm(join(path, name));
      await assert.rejects(readBundle(path), new RegExp(`${name}: expected a file of a bundle, found none`));
    });
  }

  const damages: [what: string, damage: (manifest: Record<string, unknown>) => void, message: RegExp][] = [
    [
      'another format',
      (m) => Object.assign(m, { format: 2 }),
      /manifest.json: expected format to be 1, .*, received 2/,
    ],
    [
      'a range upside down',
      (m) => Object.assign(m, { scoreRange: [5, 1] }),
      /expected scoreRange to be two numbers .*, received \[5,1\]/,
    ],
    ['no name', (m) => delete m.name, /expected name to be a string, received undefined/],
    [
      'no hash',
      (m) => Object.assign(m, { files: {} }),
      /expected files\["model.txt"\].sha256 to be 64 hexadecimal digits/,
    ],
    ['no tokenizer', (m) => Object.assign(m, { tokenizer: null }), /expected tokenizer to be an object/],
    ['goldens that are none', (m) => Object.assign(m, { goldens: [{ text: 5 }] }), /expected goldens to be a list of/],
    [
      'measures that are no numbers',
      (m) => Object.assign(m, { measures: { validation: { rmse: '0.5' } } }),
      /expected measures to be an object of sets of reviews, .*, received \{"validation":\{"rmse":"0\.5"\}\}/,
    ],
    ['a measure in place of a set', (m) => Object.assign(m, { measures: { rmse: 0.5 } }), /expected measures to be/],
    [
      'an unknown norm',
      (m) => Object.assign(m.vectorizer as object, { norm: 'l3' }),
      /vectorizer: Expected norm to be "l1", "l2" or null, received "l3"/,
    ],
    [
      'lower-casing',
      (m) => Object.assign(m.vectorizer as object, { lowercase: true }),
      /Expected lowercase to be false, received true/,
    ],
    [
      'a strange n-gram range',
      (m) => Object.assign(m.vectorizer as object, { ngram_range: [2, 1] }),
      /Expected ngram_range to be two integers/,
    ],
  ];
  for (const [what, damage, message] of damages) {
    test(`a manifest with ${what} is refused`, async () => {
      const manifest = JSON.parse(await readFile(join(path, 'manifest.json'), 'utf8')) as Manifest &
        Record<string, unknown>;
      damage(manifest);
      await writeFile(join(path, 'manifest.json'), JSON.stringify(manifest));
      await assert.rejects(readBundle(path), message);
    });
  }

  test('a manifest that is no JSON is refused', async () => {
    await writeFile(join(path, 'manifest.json'), '{');
    await assert.rejects(readBundle(path), /manifest.json: expected JSON, /);
  });
});
