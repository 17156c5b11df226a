import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readRegularFile, readText } from '../../../model/io/regular-file.ts';
import { HUGE_BYTES, makeHuge, notFiles } from '../../fixtures/not-files.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hoshi-regular-file-'));
});
after(() => rm(folder, { recursive: true }));

const expected = { what: 'a model', maxBytes: 1000 };

describe('reading a regular file', () => {
  test('gives its bytes', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '星');
    assert.equal(readRegularFile(file, expected).toString(), '星');
    assert.equal(readRegularFile(file, { ...expected, exactly: { bytes: 3, by: 'list' } }).toString(), '星');
    assert.equal(readText(file), '星');
  });

  test('another size than a list says is refused', async () => {
    const file = join(folder, 'sized');
    await writeFile(file, '星');
    for (const bytes of [0, 2, 4])
      assert.throws(() => readRegularFile(file, { ...expected, exactly: { bytes, by: 'list' } }), {
        name: 'FileError',
        message: `${file}: expected ${bytes} bytes (list), found 3`,
      });
  });

  for (const { kind, make } of notFiles) {
    test(`${kind} in its place is refused by name`, async () => {
      const file = join(folder, kind.replaceAll(' ', '-'));
      const release = await make(file);
      assert.throws(() => readRegularFile(file, expected), {
        name: 'FileError',
        message: `${file}: expected a model, found ${kind}`,
      });
      await release();
    });
  }

  test('a file of 5 GiB is refused before it is read', async () => {
    const file = join(folder, 'huge');
    await makeHuge(file);
    assert.throws(() => readRegularFile(file, expected), {
      message: `${file}: expected a model of at most 1000 bytes, found ${HUGE_BYTES}`,
    });
    assert.throws(() => readText(file), {
      message: `${file}: expected a file of at most 536870888 bytes, found ${HUGE_BYTES}`,
    });
    // A list that agrees with the file does not make it small enough.
    assert.throws(() => readRegularFile(file, { ...expected, exactly: { bytes: HUGE_BYTES, by: 'list' } }), /at most/);
  });

  test('the error of a missing file names it, also below a file', async () => {
    const file = join(folder, 'plain');
    await writeFile(file, '');
    for (const missing of [join(folder, 'none'), join(file, 'none')])
      assert.throws(() => readRegularFile(missing, expected), {
        name: 'FileError',
        message: `${missing}: expected a model, found none`,
      });
  });

  test('a text may come through a FIFO, as from <(…)', () => {
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const writer = spawn('sh', ['-c', 'printf 星 > "$0"', fifo]);
    assert.equal(readText(fifo), '星');
    writer.kill();
  });
});
