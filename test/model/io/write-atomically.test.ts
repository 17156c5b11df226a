import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { AtomicFile, checkWritable, writeAtomically } from '../../../model/io/write-atomically.ts';
import { packageRoot } from '../../../native/package-root.ts';

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
    const file = join(folder, 'taken', 'file');
    const refusal = { name: 'FileError', message: `${file}: expected a file to write, found a folder` };
    await assert.rejects(writeAtomically(file, Buffer.from('')), refusal);
    await assert.rejects(checkWritable(file), refusal);
    assert.deepEqual(await readdir(join(folder, 'taken')), ['file']);
  });

  test('if the folder cannot be created, the error says so', async () => {
    await writeFile(join(folder, 'plain'), '');
    for (const file of [join(folder, 'plain', 'file'), join(folder, 'plain', 'x', 'file')])
      await assert.rejects(writeAtomically(file, Buffer.from('')), {
        message: `cannot write ${file}: a part of the path is not a folder (ENOTDIR). Please choose another place`,
      });
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

  test('before the work, a file that can be written is only checked', async () => {
    await checkWritable(join(folder, 'later', 'file'));
    assert.deepEqual(await readdir(join(folder, 'later')), []);
  });

  test('the temporary file of a killed process is deleted, that of a living one is kept', async () => {
    const place = join(folder, 'killed');
    const file = join(place, 'scores');
    const write = `
      import { AtomicFile } from ${JSON.stringify(join(packageRoot, 'dist/model/io/write-atomically.js'))};
      const output = await AtomicFile.create(${JSON.stringify(file)});
      await output.write('half');
      process.stdout.write('half');
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', write], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    const [living, ...others] = await readdir(place);
    assert.deepEqual(others, []);
    await writeAtomically(file, Buffer.from('whole'));
    assert.deepEqual(await readdir(place), [living, 'scores']);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const kept = ['.scores.hoshi-1234.tmp', '.other.hoshi-12345678.tmp'];
    for (const name of kept) await writeFile(join(place, name), '');
    await writeAtomically(file, Buffer.from('new'));
    assert.deepEqual((await readdir(place)).sort(), [...kept, 'scores'].sort());
    assert.equal(await readFile(file, 'utf8'), 'new');
  });

  test('two writers at once do not mix: the last one wins', async () => {
    const file = join(folder, 'twice', 'file');
    const [one, two] = [await AtomicFile.create(file), await AtomicFile.create(file)];
    await one.write('one, ');
    await two.write('two, ');
    await one.write('one');
    await two.write('two');
    await two.finish();
    assert.equal(await readFile(file, 'utf8'), 'two, two');
    await one.finish();
    assert.deepEqual([await readFile(file, 'utf8'), await readdir(join(folder, 'twice'))], ['one, one', ['file']]);
  });

  test('a symbolic link stays, and so does the mode of the file', async () => {
    await mkdir(join(folder, 'linked'));
    const [file, link] = [join(folder, 'linked', 'file'), join(folder, 'link')];
    await writeFile(file, 'old', { mode: 0o600 });
    await symlink(file, link);
    await writeAtomically(link, Buffer.from('new'));
    assert.equal(await readFile(file, 'utf8'), 'new');
    assert.equal((await lstat(link)).isSymbolicLink(), true);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
  });

  test('a device is written directly, and stays a device', async () => {
    await writeAtomically('/dev/null', Buffer.from('nothing'));
    assert.equal((await stat('/dev/null')).isCharacterDevice(), true);
    await checkWritable('/dev/null');
  });

  test('a full disk is one message', { skip: !existsSync('/dev/full') && 'no /dev/full' }, async () => {
    await assert.rejects(writeAtomically('/dev/full', Buffer.from('much')), {
      name: 'FileError',
      message: 'cannot write /dev/full: no space is left (ENOSPC). Free some space, or choose another place',
    });
    assert.equal((await stat('/dev/full')).isCharacterDevice(), true);
  });

  test('a FIFO is written directly', async () => {
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    await checkWritable(fifo); // it waits for no reader
    const [, text] = await Promise.all([writeAtomically(fifo, Buffer.from('星')), readFile(fifo, 'utf8')]);
    assert.equal(text, '星');
    assert.equal((await stat(fifo)).isFIFO(), true);
  });

  const isRoot = process.getuid?.() === 0;
  test('a file that may not be written is not replaced', { skip: isRoot && 'root may write any file' }, async () => {
    const file = join(folder, 'read-only');
    await writeFile(file, 'kept', { mode: 0o444 });
    await assert.rejects(writeAtomically(file, Buffer.from('')), { message: /permission denied \(EACCES\)/ });
    assert.equal(await readFile(file, 'utf8'), 'kept');
  });
});
