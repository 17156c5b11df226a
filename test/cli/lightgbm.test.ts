/** Commands that need LightGBM build it when it is missing. The copy of the package here has a `make` that builds nothing. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { packageRoot } from '../../native/package-root.ts';

const ADDON = join('build', 'addon', 'Release', 'hoshi_lightgbm.node');
const ANNOUNCED =
  'hoshi: this command needs LightGBM, which is not built yet. Building it once, by `make lightgbm`: about three minutes on two cores\n';
let folder: string;

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'hoshi-lightgbm-'));
  for (const part of ['bin', 'cli', 'function', 'lib', 'model', 'native'])
    cpSync(join(packageRoot, 'dist', part), join(folder, 'dist', part), { recursive: true });
  for (const file of ['package.json', 'bin/hoshi']) cpSync(join(packageRoot, file), join(folder, file));
  mkdirSync(join(folder, 'build', 'addon', 'Release'), { recursive: true });
  for (const link of ['node_modules', 'model', 'build/dictionary', 'build/addon/Release/hoshi_engine.node'])
    symlinkSync(join(packageRoot, link), join(folder, link));
  mkdirSync(join(folder, 'programs'));
  const reviews = Array.from({ length: 20 }, (_, i) => `5\tとても楽しい${i}\n1\t駄作だった${i}\n`);
  writeFileSync(join(folder, 'reviews.tsv'), `stars\ttext\n${reviews.join('')}`);
});
after(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  rmSync(join(folder, ADDON), { force: true });
  writeFileSync(join(folder, 'Makefile'), '');
  mkdirSync(join(folder, 'native', 'lightgbm'), { recursive: true });
});

/** `make` is the script that runs in place of make. Without one, there is no make. */
function hoshi(args: string, make: string | undefined) {
  const program = join(folder, 'programs', 'make');
  if (make === undefined) rmSync(program, { force: true });
  else {
    writeFileSync(program, `#!/bin/sh\n${make}\n`);
    chmodSync(program, 0o755);
  }
  return spawnSync(process.execPath, [join('bin', 'hoshi'), ...args.split(' ')], {
    cwd: folder,
    encoding: 'utf8',
    env: {
      ...process.env,
      PATH: make === undefined ? join(folder, 'programs') : `${join(folder, 'programs')}:${process.env.PATH}`,
    },
  });
}

const BUILDS = `echo "$@" > made; echo building; cp ${join(packageRoot, ADDON)} ${ADDON}`;

for (const command of [
  'train reviews.tsv --out trained --quiet',
  'score --engine native-lightgbm reviews.tsv',
  'eval reviews.tsv --engine lightgbm --json',
])
  test(`${command.split(' ')[0]} builds LightGBM, says so, and goes on; the next run has it`, () => {
    const { stdout, stderr, status } = hoshi(command, BUILDS);
    assert.ok(stderr.startsWith(`${ANNOUNCED}building\n`), stderr);
    assert.doesNotMatch(stdout, /building/);
    assert.equal(status, 0);
    assert.equal(readFileSync(join(folder, 'made'), 'utf8'), '--no-print-directory lightgbm\n');
    assert.doesNotMatch(hoshi(command, 'exit 9').stderr, /LightGBM/);
  });

test('score on the engine native builds nothing', () => {
  const { stderr, status } = hoshi('score reviews.tsv', 'exit 9');
  assert.doesNotMatch(stderr, /LightGBM/);
  assert.equal(status, 0);
});

test('a build that fails is named, and nothing is written', () => {
  const { stderr, status } = hoshi('train reviews.tsv --out failed', 'echo no compiler >&2; exit 2');
  assert.equal(
    stderr,
    `${ANNOUNCED}no compiler\nhoshi: Expected \`make lightgbm\` to build LightGBM, it ended with code 2. Its messages above say why; run it again after that\n`,
  );
  assert.equal(status, 1);
  assert.equal(existsSync(join(folder, 'failed')), false);
});

test('without make, the message says how to install it', () => {
  const { stderr, status } = hoshi('train reviews.tsv --out failed', undefined);
  assert.match(stderr, /Expected `make lightgbm` to run, it did not: .*ENOENT.*apt-get install make\n$/);
  assert.equal(status, 1);
});

test('outside a checkout nothing is built: the message says how to get LightGBM', () => {
  rmSync(join(folder, 'Makefile'));
  const { stderr, status } = hoshi('train reviews.tsv --out failed', 'exit 9');
  assert.match(
    stderr,
    /^hoshi: training and imports need LightGBM, which is not built here\. To build it, run `make lightgbm` /,
  );
  assert.equal(status, 1);
});
