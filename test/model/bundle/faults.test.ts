/** A bundle is written onto an older one while calls of the file system fail, or the process is killed before them. */
import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { readManifest } from '../../../model/bundle/read.ts';
import { writeBundle } from '../../../model/bundle/write.ts';
import { packageRoot } from '../../../native/package-root.ts';
import { buildFaultLibrary, type Faults, failEachCall } from '../../fixtures/faults.ts';
import { tinyBundle } from '../../fixtures/tiny-bundle.ts';

let folder: string;
let library: string | undefined;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hoshi-faults-'));
  library = buildFaultLibrary(folder);
  await writeBundle(join(folder, 'older'), await tinyBundle());
});
after(() => rm(folder, { recursive: true }));

/** The older bundle in a folder of its own, and a program that writes the new one. */
async function faultsIn(t: TestContext, name: string): Promise<Faults | undefined> {
  if (library === undefined) {
    t.skip('no g++');
    return undefined;
  }
  await mkdir(join(folder, name));
  const [path, older] = [join(folder, name, 'mine'), join(folder, 'older')];
  await cp(older, path, { recursive: true });
  const [write, tiny] = ['model/bundle/write.js', 'test/fixtures/tiny-bundle.js'].map((module) =>
    JSON.stringify(join(packageRoot, 'dist', module)),
  );
  const programOf = (target: string) => `
    import { writeBundle } from ${write};
    import { tinyBundle } from ${tiny};
    const parts = await tinyBundle();
    const modelText = parts.modelText.replace('leaf_value=3', 'leaf_value=2');
    try {
      await writeBundle(${JSON.stringify(target)}, { ...parts, modelText, goldens: [{ text: '', score: 2 }] });
    } catch (error) {
      process.stderr.write(error.message + '\\n');
      process.exitCode = 1;
    }`;
  const file = join(folder, `${name}.mjs`);
  await writeFile(file, programOf(path));
  await writeFile(join(folder, `${name}-new.mjs`), programOf(join(folder, `${name}-new`)));
  await import(join(folder, `${name}-new.mjs`));
  const { version } = await readManifest(join(folder, `${name}-new`));
  return { library, program: [file], path, older, newVersion: version };
}

/** The position of the exchange, or of the first rename. */
const exchangeIn = (calls: readonly string[]) => calls.findIndex((call) => /^rename/.test(call));

describe('writing onto an older bundle', { concurrency: 2 }, () => {
  test('a kill before any call leaves a whole bundle: the older one until the exchange, then the new one', async (t) => {
    const faults = await faultsIn(t, 'killed');
    if (faults === undefined) return;
    const runs = await failEachCall(faults);
    assert.ok(runs.length > 35, `${runs.length} calls`);
    const exchange = exchangeIn(runs.map(({ call }) => call));
    assert.ok(exchange > 20);
    for (const { found, at, call } of runs)
      assert.equal(found, at - 1 <= exchange ? 'older' : 'new', `call ${at}, ${call}`);
  });

  test('an error of any call is one message, and the older bundle stays', async (t) => {
    const faults = await faultsIn(t, 'failed');
    if (faults === undefined) return;
    const errorOf = (call: string) => (/fsync|rename/.test(call) ? 'EIO' : 'ENOSPC');
    const runs = await failEachCall({ ...faults, errorOf });
    const lastSync = runs.map(({ call }) => call).lastIndexOf('fsync') + 1;
    for (const { found, stderr, code, at, call } of runs) {
      const where = `call ${at}, ${call}: ${stderr}`;
      assert.deepEqual([found, code], at <= lastSync ? ['older', 1] : ['new', 0], where); // then it deletes the older one
      const message = new RegExp(
        `^cannot write .*/mine(/[\\w.]+)?: .* \\(${errorOf(call)}\\)\\. .*choose another place\n$`,
      );
      if (code === 1) assert.match(stderr, message, where);
      else assert.equal(stderr, '', where);
    }
  });

  test('without an exchange of folders, a kill leaves a whole bundle, or none that the next writer puts back', async (t) => {
    const faults = await faultsIn(t, 'killed-without');
    if (faults === undefined) return;
    const runs = await failEachCall({ ...faults, canExchange: false, from: exchangeIn });
    const none = runs.filter(({ found }) => found === 'none').map(({ call }) => call);
    assert.deepEqual(none, ['rename']); // between the two renames
    assert.equal(runs.at(-1)?.found, 'new');
  });

  test('without an exchange of folders, the older bundle stays after an error', async (t) => {
    const faults = await faultsIn(t, 'failed-without');
    if (faults === undefined) return;
    const runs = await failEachCall({ ...faults, canExchange: false, from: exchangeIn, errorOf: () => 'EIO' });
    for (const { found, code, at, call } of runs)
      assert.equal(found, code === 0 ? 'new' : 'older', `call ${at}, ${call}`);
    assert.equal(runs.filter(({ code }) => code === 1).length, 4); // fsync of the folder, two renames, fsync of the place
  });
});
