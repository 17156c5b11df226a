import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { readBundle } from '../../../model/bundle/read.ts';
import { checkDestination, rollBackWrite, writeBundle } from '../../../model/bundle/write.ts';
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

  test('an interrupted write is rolled back: its files are deleted and the older bundle is restored', async () => {
    const temporary = join(folder, `.tiny.${process.pid}.tmp`);
    await mkdir(temporary);
    await writeFile(join(temporary, 'model.txt'), 'half');
    rollBackWrite(path);
    assert.deepEqual(await readdir(folder), ['tiny']);
    // Interrupted between the two renames: the older bundle is in the .old folder.
    await rename(path, `${temporary}.old`);
    await mkdir(temporary);
    rollBackWrite(path);
    assert.deepEqual(await readdir(folder), ['tiny']);
    assert.equal((await readBundle(path)).manifest.name, 'tiny');
    // Interrupted after them: the .old folder remains, but the destination is complete.
    await mkdir(`${temporary}.old`);
    rollBackWrite(path);
    assert.deepEqual(await readdir(folder), ['tiny']);
    assert.equal((await readBundle(path)).manifest.name, 'tiny');
  });

  test('refuses a destination below a file, and accepts one whose folders do not exist yet', async () => {
    const file = await mkdtemp(join(tmpdir(), 'hoshi-place-'));
    await writeFile(join(file, 'a'), '');
    for (const place of [join(file, 'a', 'mine'), join(file, 'a', 'deep', 'mine')])
      await assert.rejects(checkDestination(place), { message: /mine: expected .*, ENOTDIR/ });
    await checkDestination(join(file, 'none', 'yet', 'mine'));
    assert.deepEqual(await readdir(file), ['a']);
    await rm(file, { recursive: true });
  });

  const isRoot = process.getuid?.() === 0;
  test('refuses a folder without write permission', { skip: isRoot && 'root may write to any folder' }, async () => {
    const closed = await mkdtemp(join(tmpdir(), 'hoshi-closed-'));
    await chmod(closed, 0o555);
    await assert.rejects(checkDestination(join(closed, 'deep', 'mine')), {
      message: new RegExp(`mine: expected ${closed} to be a writable folder, EACCES`),
    });
    await rm(closed, { recursive: true });
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

  test('does not replace a folder that is not a bundle', async () => {
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
});
