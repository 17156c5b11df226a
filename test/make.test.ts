/** The Makefile: what needs LightGBM and development packages, and two builds at once. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../native/package-root.ts';
import { until } from './fixtures/until.ts';

/** The commands that a target would run if nothing were built. */
function commandsOf(target: string, ...variables: string[]): string {
  const args = ['--dry-run', '--always-make', '--no-print-directory', `${target}-files`, ...variables];
  const { stdout, stderr, status } = spawnSync('make', args, { cwd: packageRoot, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return stdout;
}

test('serving needs neither LightGBM, nor Python, nor development packages', () => {
  const commands = commandsOf('serving');
  assert.match(commands, /native\/build hoshi_engine/);
  assert.match(commands, /npm ci /);
  assert.match(commands, /tsc --build tsconfig\.serving\.json/);
  assert.doesNotMatch(commands, /lightgbm|python|npm install|tsc --build\n/);
});

test('a build for tests has LightGBM and development packages', () => {
  assert.match(commandsOf('build'), /native\/lightgbm\/build[\s\S]*native\/build hoshi_lightgbm/);
  assert.match(commandsOf('build'), /npm install --no-save[\s\S]*tsc --build\n/);
});

test('a packed server without LightGBM builds none', () => {
  assert.doesNotMatch(commandsOf('server', 'ENGINES=native'), /lightgbm/i);
  assert.match(commandsOf('server', 'ENGINES=all'), /hoshi_lightgbm/);
});

test('a package has the addons of the platforms that are named, and no others', () => {
  const commands = commandsOf('package', 'PLATFORMS=linux-x64 linux-arm64-musl');
  assert.deepEqual(commands.match(/^native\/prebuild \S+$/gm), [
    'native/prebuild linux-x64',
    'native/prebuild linux-arm64-musl',
  ]);
  assert.match(commands, /npm-package\.js build\/package\/new linux-x64 linux-arm64-musl$/m);
});

test('a second build waits for the first one, and says so', async (t) => {
  const first = spawn('flock', [join('build', 'lock'), 'sh', '-c', 'echo locked; read line'], {
    cwd: packageRoot,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.after(() => first.kill('SIGKILL'));
  await once(first.stdout, 'data');
  const second = spawn('make', ['serving'], { cwd: packageRoot, stdio: ['ignore', 'ignore', 'pipe'] });
  t.after(() => second.kill('SIGKILL'));
  let messages = '';
  second.stderr.on('data', (chunk) => {
    messages += chunk;
  });
  await until('a message that it waits', () => messages.includes('waiting for another build in this folder'));
  assert.equal(second.exitCode, null);
  first.stdin.end('\n');
  const [code] = await once(second, 'exit');
  assert.equal(code, 0, messages);
});
