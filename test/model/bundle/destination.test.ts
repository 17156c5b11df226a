/** The place of a bundle: which places are refused, who may write there, and what a killed process leaves behind. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { BundleDestination } from '../../../model/bundle/destination.ts';
import { readBundle } from '../../../model/bundle/read.ts';
import { writeBundle } from '../../../model/bundle/write.ts';
import { packageRoot } from '../../../native/package-root.ts';
import { tinyBundle } from '../../fixtures/tiny-bundle.ts';

let folder: string;
let path: string;
before(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'hoshi-destination-')));
  path = join(folder, 'tiny');
});
after(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true });
  await writeBundle(path, await tinyBundle());
});

const isRoot = process.getuid?.() === 0;

/** Runs `work` as a user without rights, because root may write everywhere. */
function asUser(work: () => void): void {
  if (isRoot) process.seteuid?.(65534);
  try {
    work();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

const temporary = (letter: string) => join(folder, `.tiny.hoshi-${letter.repeat(8)}.tmp`);

describe('a place that is refused', () => {
  const expected = 'expected a bundle, an empty folder or nothing';
  const refuse = (place: string, message: string | RegExp) => {
    const whole = typeof message === 'string' ? `${place}: ${expected}, ${message}` : message;
    assert.throws(() => BundleDestination.reserve(place), { name: 'FileError', message: whole });
  };

  test('the current folder and those above it', () => {
    const advice = (name: string) =>
      `found the current folder or one above it. Add the name of a folder, such as ${name}`;
    refuse('.', advice('my-model'));
    refuse('..', advice('../my-model'));
    refuse('/', advice('/my-model'));
    refuse(process.cwd(), advice(join(process.cwd(), 'my-model')));
    refuse(`${process.cwd()}/../`, advice(join(process.cwd(), '..', 'my-model')));
  });

  test('the current folder, by a symbolic link', async () => {
    await symlink(process.cwd(), join(folder, 'here'));
    refuse(join(folder, 'here'), /here: expected .* found the current folder or one above it/);
  });

  test('a folder beside the current one with a longer name is none above it', async () => {
    const before = process.cwd();
    await mkdir(join(folder, 'current'));
    process.chdir(join(folder, 'current'));
    try {
      BundleDestination.reserve('../current-model').release();
      refuse('../current', /found the current folder or one above it/);
    } finally {
      process.chdir(before);
    }
  });

  test('a folder with other files, and a file', async () => {
    const others = join(folder, 'others');
    await mkdir(others);
    await writeFile(join(others, 'README.md'), 'kept');
    refuse(others, 'found README.md in it. Choose another folder, or delete this one first');
    refuse(join(others, 'README.md'), 'found a file');
    assert.equal(await readFile(join(others, 'README.md'), 'utf8'), 'kept');
    await writeFile(join(path, 'notes.txt'), 'kept');
    refuse(path, 'found notes.txt in it. Choose another folder, or delete this one first');
    assert.equal(await readFile(join(path, 'notes.txt'), 'utf8'), 'kept');
  });

  test('a folder with the names of a bundle, but not of hoshi', async () => {
    const app = join(folder, 'app');
    await mkdir(join(app, 'model.txt'), { recursive: true });
    await writeFile(join(app, 'manifest.json'), await readFile(join(path, 'manifest.json')));
    refuse(app, 'found model.txt in it. Choose another folder, or delete this one first');
    await rm(join(app, 'model.txt'), { recursive: true });
    for (const content of ['{"name": "an app", "icons": []}', '[]', '', 'null']) {
      await writeFile(join(app, 'manifest.json'), content);
      refuse(app, "found a manifest.json that is not hoshi's in it. Choose another folder, or delete this one first");
    }
    execFileSync('mkfifo', [join(app, 'x')]);
    await rename(join(app, 'x'), join(app, 'manifest.json'));
    refuse(app, "found a manifest.json that is not hoshi's in it. Choose another folder, or delete this one first");
  });

  test('a bundle to which files came during the work', async () => {
    const destination = BundleDestination.reserve(path);
    destination.write('manifest.json', '{}');
    await writeFile(join(path, 'notes.txt'), 'kept');
    assert.throws(() => destination.commit(), { message: /tiny: expected .*, found notes.txt in it/ });
    destination.release();
    assert.equal(await readFile(join(path, 'notes.txt'), 'utf8'), 'kept');
  });

  test('a place below a file, a link to nothing, a name that is too long', async () => {
    await writeFile(join(folder, 'a'), '');
    const reason = 'a part of the path is not a folder (ENOTDIR). Please choose another place';
    for (const place of [join(folder, 'a', 'mine'), join(folder, 'a', 'deep', 'mine')])
      assert.throws(() => BundleDestination.reserve(place), { message: `cannot write ${place}: ${reason}` });
    await symlink(join(folder, 'none'), join(folder, 'link'));
    refuse(join(folder, 'link'), 'found a symbolic link to a folder that does not exist');
    refuse(join(folder, 'x'.repeat(250)), /: the name is too long \(ENAMETOOLONG\)\. Choose a shorter one$/);
  });

  test('the top folder of a mounted file system', { skip: !existsSync('/dev/shm') && 'no /dev/shm' }, () => {
    if (statSync('/dev/shm').dev === statSync('/dev').dev) return;
    refuse(
      '/dev/shm',
      'found the top folder of a mounted file system. Choose a folder in it, such as /dev/shm/my-model',
    );
  });

  test('a place in a folder without write permission', async () => {
    const closed = join(folder, 'closed');
    await mkdir(closed, { mode: 0o555 });
    await chmod(folder, 0o777);
    asUser(() => refuse(join(closed, 'mine'), /mine: permission denied \(EACCES\)/));
  });

  test('a bundle that may not be written', { skip: isRoot && 'root may write everywhere' }, async () => {
    await chmod(path, 0o555);
    refuse(path, /tiny: permission denied \(EACCES\)/);
    await chmod(path, 0o755);
  });

  test('a bundle of another user in a folder like /tmp', {
    skip: !isRoot && 'only root can be two users',
  }, async () => {
    await chmod(path, 0o777);
    await chmod(folder, 0o1777);
    asUser(() => refuse(path, 'found a folder of another user, which only that user can replace'));
    await chmod(folder, 0o777);
    asUser(() => BundleDestination.reserve(path).release());
  });

  test('nothing remains of a refused place, nor of a reserved one that is not used', async () => {
    const deep = join(folder, 'none', 'yet', 'mine');
    const destination = BundleDestination.reserve(deep);
    assert.throws(() => BundleDestination.reserve(deep), /another hoshi/);
    destination.write('model.txt', 'half');
    destination.release();
    destination.release();
    assert.deepEqual(await readdir(folder), ['tiny']);
  });
});

describe('a reserved place', () => {
  test('is refused to every other, with the number of the process', async () => {
    const destination = BundleDestination.reserve(path);
    assert.throws(() => BundleDestination.reserve(`${path}/`), {
      message: `${path}/: another hoshi, process ${process.pid}, is writing to this folder. Wait for its end, or choose another folder`,
    });
    destination.release();
    BundleDestination.reserve(path).release();
    assert.deepEqual(await readdir(folder), ['tiny']);
  });

  test('is free again when its process is killed, and the next one deletes what is left', async () => {
    const reserve = `
      import { BundleDestination } from ${JSON.stringify(join(packageRoot, 'dist/model/bundle/destination.js'))};
      BundleDestination.reserve(${JSON.stringify(path)}).write('model.txt', 'half');
      process.stdout.write('reserved');
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', reserve], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    assert.throws(() => BundleDestination.reserve(path), { message: new RegExp(`process ${child.pid},`) });
    const [left] = (await readdir(folder)).filter((name) => name.endsWith('.tmp'));
    assert.ok(left !== undefined && existsSync(join(folder, left, 'model.txt')), 'a living process keeps its files');
    child.kill('SIGKILL');
    await once(child, 'exit');
    await writeBundle(path, await tinyBundle());
    assert.deepEqual(await readdir(folder), ['tiny']);
  });

  test('between the two renames of a system without exchange, the older bundle is put back', async () => {
    await rename(path, temporary('a').replace(/tmp$/, 'old'));
    await mkdir(temporary('a'));
    BundleDestination.reserve(path).release();
    assert.deepEqual(await readdir(folder), ['tiny']);
    assert.equal((await readBundle(path)).manifest.name, 'tiny');
    await mkdir(temporary('b').replace(/tmp$/, 'old')); // killed after them
    BundleDestination.reserve(path).release();
    assert.deepEqual(await readdir(folder), ['tiny']);
    assert.equal((await readBundle(path)).manifest.name, 'tiny');
  });

  test('files with similar names are kept', async () => {
    const kept = ['.tiny.hoshi-12345678', '.tiny.hoshi-1234567g.tmp', '.tiny.tmp', '.other.hoshi-12345678.tmp'];
    for (const name of kept) await writeFile(join(folder, name), '');
    BundleDestination.reserve(path).release();
    assert.deepEqual((await readdir(folder)).sort(), [...kept, 'tiny'].sort());
  });

  test('is reached by a symbolic link, which stays', async () => {
    await mkdir(join(folder, 'real'));
    await rename(path, join(folder, 'real', 'v1'));
    await symlink(join('real', 'v1'), path);
    await writeBundle(path, await tinyBundle());
    await readBundle(path);
    assert.equal(await realpath(path), join(folder, 'real', 'v1'));
    assert.deepEqual(await readdir(join(folder, 'real')), ['v1']);
  });

  test('keeps its mode: a private bundle stays private', async () => {
    await chmod(path, 0o700);
    await writeBundle(path, await tinyBundle());
    assert.equal(statSync(path).mode & 0o777, 0o700);
  });

  test('is a new folder: a process that has the older one open keeps it', async () => {
    const older = statSync(path).ino;
    await writeBundle(path, await tinyBundle());
    assert.notEqual(statSync(path).ino, older);
  });

  test('a bundle with the temporary file of a killed `hoshi compile` in it is replaced', async () => {
    await writeFile(join(path, '.forest.bin.hoshi-12345678.tmp'), 'half');
    await writeBundle(path, await tinyBundle());
    assert.deepEqual(
      (await readdir(path)).filter((name) => name.startsWith('.')),
      [],
    );
  });
});
