import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { compareInstructions, type Instructions, instructionsFile } from '../../bench/gate/instructions.ts';
import { packageRoot } from '../../native/package-root.ts';

const compiler = { compiler: 'gcc 12.2.0 x86_64-linux-gnu', flags: '-O3 -DNDEBUG' };
const accepted: Instructions = { ...compiler, stages: { tokenize: 1_000_000, predict: 2_000_000 } };
const counted = (stages: Record<string, number>): Instructions => ({ ...compiler, stages });

test('counts up to 5 % above and below the accepted ones pass without a line', () => {
  for (const tokenize of [1_000_000, 1_050_000, 950_000]) {
    const comparison = compareInstructions(accepted, counted({ tokenize, predict: 2_000_000 }));
    assert.deepEqual(comparison, { verdict: 'passed', lines: [] });
  }
});

test('a stage over 5 % more fails: stage, old and new count, percent and how to accept', () => {
  const comparison = compareInstructions(accepted, counted({ tokenize: 1_000_000, predict: 2_146_000 }));
  assert.deepEqual(comparison, {
    verdict: 'failed',
    lines: [
      'Stage "predict": 2,000,000 instructions accepted, 2,146,000 counted (+7.3 %, over the limit of +5 %).',
      'To accept the new counts, run `npm run bench -- gate --accept` and commit bench/instructions.json with the reason.',
    ],
  });
  assert.equal(compareInstructions(accepted, counted({ tokenize: 1_050_001, predict: 1 })).verdict, 'failed');
});

test('a stage over 5 % less passes, and the file can be renewed', () => {
  const comparison = compareInstructions(accepted, counted({ tokenize: 900_000, predict: 2_000_000 }));
  assert.deepEqual(comparison, {
    verdict: 'passed',
    lines: [
      'Stage "tokenize": 1,000,000 instructions accepted, 900,000 counted (−10.0 %).',
      'To lower the limits, run `npm run bench -- gate --accept` and commit bench/instructions.json.',
    ],
  });
});

test('a stage fails if it is only in the file, or only counted', () => {
  const missing = compareInstructions(accepted, counted({ tokenize: 1_000_000 }));
  assert.equal(missing.verdict, 'failed');
  assert.equal(missing.lines[0], 'Stage "predict" is in bench/instructions.json, but was not counted.');
  const added = compareInstructions(accepted, counted({ tokenize: 1_000_000, predict: 2_000_000, row: 1 }));
  assert.equal(added.verdict, 'failed');
  assert.equal(added.lines[0], 'Stage "row" is not in bench/instructions.json.');
});

test('with another compiler the gate is skipped, or fails if it is required', () => {
  const other = { ...accepted, compiler: 'gcc 14.2.0 x86_64-linux-gnu', stages: { tokenize: 9_000_000, predict: 1 } };
  assert.deepEqual(compareInstructions(accepted, other), {
    verdict: 'skipped',
    lines: [
      'skipped: bench/instructions.json was made by gcc 12.2.0 x86_64-linux-gnu, this compiler is gcc 14.2.0 x86_64-linux-gnu',
    ],
  });
  assert.equal(compareInstructions(accepted, other, true).verdict, 'failed');
});

test('with other flags of the same compiler the counts are compared, and the flags are reported', () => {
  const slower = { ...accepted, flags: '-O2', stages: { tokenize: 1_400_000, predict: 2_000_000 } };
  const { verdict, lines } = compareInstructions(accepted, slower);
  assert.equal(verdict, 'failed');
  assert.ok(lines.includes('The flags were "-O3 -DNDEBUG", now "-O2".'));
});

test('the file names compiler, flags and every stage', () => {
  const { compiler, flags, stages }: Instructions = JSON.parse(
    readFileSync(join(packageRoot, instructionsFile), 'utf8'),
  );
  assert.match(compiler, /^(gcc|clang) \d+\.\d+\.\d+ \w+(-\w+)+$/);
  assert.match(flags, /-O3 -DNDEBUG .*-ffp-contract=off/);
  const hostile = ['score, a run of ー', 'score, a run of 😀', 'score, without 、 and 。'];
  const ordinary = ['load', 'normalize', 'tokenize', 'words', 'vectorize', 'predict', 'score'];
  assert.deepEqual(Object.keys(stages), [...ordinary, ...hostile]);
  assert.ok(Object.values(stages).every((count) => Number.isInteger(count) && count > 0));
});
