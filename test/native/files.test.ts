import assert from 'node:assert/strict';
import { closeSync, constants, openSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { exchangePaths, tryLock } from '../../native/index.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hoshi-native-files-星-'));
});
after(() => rm(folder, { recursive: true }));

describe('exchangePaths', () => {
  test('exchanges two folders, a folder and a file, and two files', async () => {
    const [one, other] = [join(folder, 'one'), join(folder, '𠮷')];
    await mkdir(one);
    await writeFile(join(one, 'name'), 'one');
    await mkdir(other);
    await writeFile(join(other, 'name'), 'other');
    assert.equal(exchangePaths(one, other), true);
    assert.equal(await readFile(join(one, 'name'), 'utf8'), 'other');
    assert.equal(await readFile(join(other, 'name'), 'utf8'), 'one');
    await writeFile(join(folder, 'file'), 'a file');
    assert.equal(exchangePaths(one, join(folder, 'file')), true);
    assert.equal(await readFile(one, 'utf8'), 'a file');
    assert.equal(await readFile(join(folder, 'file', 'name'), 'utf8'), 'other');
  });

  test('an error has the code of the system', () => {
    assert.throws(() => exchangePaths(join(folder, 'none'), folder), { code: 'ENOENT', syscall: 'renameat2' });
    assert.throws(() => exchangePaths(folder, '/proc/self'), { code: 'EXDEV' });
  });

  test('a folder and one in it cannot be exchanged', async () => {
    await mkdir(join(folder, 'outer', 'inner'), { recursive: true });
    assert.equal(exchangePaths(join(folder, 'outer'), join(folder, 'outer', 'inner')), false);
  });

  test('wrong arguments are refused', () => {
    for (const path of [undefined, 5, 'a\0b', null])
      assert.throws(() => exchangePaths(path as string, folder), { code: 'argument' });
  });
});

describe('tryLock', () => {
  test('one descriptor has the lock until it is closed, of a file or a folder', async () => {
    const file = join(folder, 'locked');
    await writeFile(file, '');
    for (const path of [file, folder]) {
      const [one, other] = [openSync(path, constants.O_RDONLY), openSync(path, constants.O_RDONLY)];
      assert.equal(tryLock(one), 'locked');
      assert.equal(tryLock(one), 'locked');
      assert.equal(tryLock(other), 'taken');
      closeSync(one);
      assert.equal(tryLock(other), 'locked');
      closeSync(other);
    }
  });

  test('a descriptor that is not open, and wrong arguments', () => {
    const descriptor = openSync(folder, constants.O_RDONLY);
    closeSync(descriptor);
    assert.throws(() => tryLock(descriptor), { code: 'EBADF', syscall: 'flock' });
    for (const wrong of [-1, 1.5, '1', undefined]) assert.throws(() => tryLock(wrong as number), { code: 'argument' });
  });
});
