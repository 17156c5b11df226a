import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { AtomicFile, writeAtomically } from '../../../model/io/write-atomically.ts';

describe('writing a file atomically', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hoshi-write-atomically-'));
  });
  after(() => rm(folder, { recursive: true }));

  test('creates the folder, replaces an older file, and leaves no other file', async () => {
    const file = join(folder, 'new', 'folder', 'file');
    for (const content of ['one', 'two']) {
      await writeAtomically(file, Buffer.from(content));
      assert.equal(await readFile(file, 'utf8'), content);
    }
    assert.deepEqual(await readdir(join(folder, 'new', 'folder')), ['file']);
  });

  test('a folder at the target path is kept, and no temporary file remains', async () => {
    await mkdir(join(folder, 'taken', 'file'), { recursive: true });
    await assert.rejects(writeAtomically(join(folder, 'taken', 'file'), Buffer.from('')), /EISDIR/);
    assert.deepEqual(await readdir(join(folder, 'taken')), ['file']);
  });

  test('if the folder cannot be created, the error says so', async () => {
    await writeFile(join(folder, 'plain'), '');
    await assert.rejects(writeAtomically(join(folder, 'plain', 'file'), Buffer.from('')), /EEXIST|ENOTDIR.* mkdir/);
    await assert.rejects(writeAtomically(join(folder, 'plain', 'x', 'file'), Buffer.from('')), /ENOTDIR.* mkdir/);
  });

  test('a file that is written in pieces appears only when it is finished', async () => {
    const file = join(folder, 'pieces', 'file');
    const output = await AtomicFile.create(file);
    await output.write('one ');
    await output.write(Buffer.from('two'));
    assert.deepEqual((await readdir(join(folder, 'pieces'))).includes('file'), false);
    await output.finish();
    assert.deepEqual([await readFile(file, 'utf8'), await readdir(join(folder, 'pieces'))], ['one two', ['file']]);
  });

  test('a discarded file leaves no temporary file, even if the process ends before discard() has finished', async () => {
    const [one, other] = [join(folder, 'discarded', 'one'), join(folder, 'discarded', 'other')];
    const outputs = [await AtomicFile.create(one), await AtomicFile.create(other)] as const;
    for (const output of outputs) await output.write('half');
    await outputs[0].discard();
    outputs[1].discardSync();
    assert.deepEqual(await readdir(join(folder, 'discarded')), []);
    await outputs[1].discard(); // closes the handle
  });
});
