import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { writeAtomically } from '../../../model/io/write-atomically.ts';

describe('writing a file atomically', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hoshi-write-'));
  });
  after(() => rm(folder, { recursive: true }));

  test('creates the folder, replaces an existing file, and leaves no other file', async () => {
    const file = join(folder, 'new', 'folder', 'file');
    for (const content of ['one', 'two']) {
      await writeAtomically(file, Buffer.from(content));
      assert.equal(await readFile(file, 'utf8'), content);
    }
    assert.deepEqual(await readdir(join(folder, 'new', 'folder')), ['file']);
  });

  test('does not replace a folder, and leaves no temporary file', async () => {
    await mkdir(join(folder, 'taken', 'file'), { recursive: true });
    await assert.rejects(writeAtomically(join(folder, 'taken', 'file'), Buffer.from('')), /EISDIR/);
    assert.deepEqual(await readdir(join(folder, 'taken')), ['file']);
  });

  test('the error says why the folder cannot be created', async () => {
    await writeFile(join(folder, 'plain'), '');
    await assert.rejects(writeAtomically(join(folder, 'plain', 'file'), Buffer.from('')), /EEXIST|ENOTDIR.* mkdir/);
    await assert.rejects(writeAtomically(join(folder, 'plain', 'x', 'file'), Buffer.from('')), /ENOTDIR.* mkdir/);
  });
});
