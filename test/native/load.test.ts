/** The addon that is loaded: one that was built here, or that of the npm package for this platform. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { addonFile } from '../../native/load.ts';
import { packageRoot } from '../../native/package-root.ts';

const HERE = `${process.platform}-${process.arch}`;
const BUILT = join('build', 'addon', 'Release', 'hoshi_engine.node');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hoshi-load-'));
  cpSync(join(packageRoot, 'dist', 'native'), join(folder, 'dist', 'native'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(path: string, content?: string): void {
  mkdirSync(join(folder, dirname(path)), { recursive: true });
  if (content === undefined) symlinkSync(addonFile('hoshi_engine'), join(folder, path));
  else writeFileSync(join(folder, path), content);
}

/** The file that the copy of the package selects, and the end of loading it: 'loaded' or the message of the error. */
function load(before = ''): { file: string; result: string } {
  const program = `${before}
    const { addonFile, loadAddon } = await import('./dist/native/load.js');
    let result = 'loaded';
    try { loadAddon('hoshi_engine'); } catch (error) { result = error.code + ': ' + error.message; }
    console.log(JSON.stringify({ file: addonFile('hoshi_engine'), result }));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: folder,
    encoding: 'utf8',
  });
  assert.equal(stderr, '');
  const { file, result } = JSON.parse(stdout);
  return { file: file.replace(`${folder}/`, ''), result: result.replaceAll(`${folder}/`, '') };
}

test('an installed package loads the addon of its platform', () => {
  write(join('prebuilds', HERE, 'hoshi_engine.node'));
  assert.deepEqual(load(), { file: join('prebuilds', HERE, 'hoshi_engine.node'), result: 'loaded' });
});

test('an addon that was built here comes before that of the package', () => {
  write(join('prebuilds', HERE, 'hoshi_engine.node'), 'not loaded');
  write(BUILT);
  assert.deepEqual(load(), { file: BUILT, result: 'loaded' });
});

test('a Node with musl gets the addon for musl', () => {
  write(join('prebuilds', 'linux-x64-musl', 'hoshi_engine.node'), '');
  write('node-of-musl', '\x7fELF…/lib/ld-musl-x86_64.so.1');
  const { file } = load(
    "process.execPath = 'node-of-musl'; Object.defineProperty(process, 'platform', { value: 'linux' });",
  );
  assert.equal(file, join('prebuilds', `linux-${process.arch}-musl`, 'hoshi_engine.node'));
});

test('a Node whose head names no loader is asked for its C library', () => {
  write(join('prebuilds', HERE, 'hoshi_engine.node'), '');
  write('node-of-patchelf', '\x7fELF');
  const { file } = load("process.execPath = 'node-of-patchelf';");
  assert.equal(file, join('prebuilds', HERE, 'hoshi_engine.node'));
  assert.equal(
    load(`process.execPath = 'node-of-patchelf'; process.report.getReport = () => ({ header: {} });`).file,
    join('prebuilds', `${HERE}-musl`, 'hoshi_engine.node'),
  );
});

test('on another platform, the error names the platforms that the package has', () => {
  write(join('prebuilds', 'linux-x64', 'hoshi_engine.node'), '');
  write(join('prebuilds', 'linux-arm64', 'hoshi_engine.node'), '');
  assert.equal(
    load("Object.defineProperty(process, 'platform', { value: 'aix' });").result,
    `addon: expected prebuilds/aix-${process.arch}/hoshi_engine.node, found none: this package has addons for linux-arm64, linux-x64. For another platform, build a checkout of hoshi by \`make build\``,
  );
});

test('an addon that this Node cannot load is an error with the reason', () => {
  write(join('prebuilds', HERE, 'hoshi_engine.node'), 'not an addon');
  assert.match(
    load().result,
    /^addon: prebuilds\/\S+: expected an addon that this Node loads: .*(invalid|too short|header)/,
  );
});

test('without any addon, the error says how to build it', () => {
  assert.match(load().result, /^addon: build\/addon\/\S+: expected the addon that `make build` creates: /);
});
