import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { COMMIT_FILE, commitOf } from '../../native/commit.ts';

const { PATH } = process.env;
let folder = '';
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'hoshi-commit-')));
});
afterEach(() => {
  process.env.PATH = PATH;
  rmSync(folder, { recursive: true });
});

/** Makes a checkout with one commit, and returns its name. */
function checkOut(): string {
  const git = (...args: string[]) => execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8' }).trim();
  git('init', '--quiet');
  git('-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '--quiet', '--allow-empty', '--message', 'one');
  return git('rev-parse', 'HEAD');
}

test('a checkout has the commit that git tells, also beside an older file', () => {
  const commit = checkOut();
  assert.match(commit, /^[0-9a-f]{40}$/);
  assert.equal(commitOf(folder), commit);
  writeFileSync(join(folder, COMMIT_FILE), 'older\n');
  assert.equal(commitOf(folder), `${commit}-dirty`);
});

test('without git, the commit is in the file', () => {
  checkOut();
  process.env.PATH = '';
  assert.equal(commitOf(folder), undefined);
  writeFileSync(join(folder, COMMIT_FILE), '0123\n');
  assert.equal(commitOf(folder), '0123');
  writeFileSync(join(folder, COMMIT_FILE), '\n');
  assert.equal(commitOf(folder), undefined);
});

test('a package within another checkout does not have its commit', () => {
  checkOut();
  const inner = join(folder, 'node_modules', 'hoshi');
  mkdirSync(inner, { recursive: true });
  assert.equal(commitOf(inner), undefined);
  writeFileSync(join(inner, COMMIT_FILE), '4567\n');
  assert.equal(commitOf(inner), '4567');
});

test('a checkout without a commit has none', () => {
  execFileSync('git', ['-C', folder, 'init', '--quiet']);
  assert.equal(commitOf(folder), undefined);
});
