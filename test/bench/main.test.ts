/** The benchmarks, each for an instant: that they run, agree and write what they should; not what they measure. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { python } from '../../bench/peers/python.ts';
import { packageRoot } from '../../native/package-root.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hoshi-bench-'));
});
after(() => rm(folder, { recursive: true }));

async function bench(...args: readonly string[]) {
  const json = join(folder, 'figures.json');
  const main = join(packageRoot, 'dist', 'bench', 'main.js');
  const { stdout } = await promisify(execFile)(process.execPath, [main, ...args, '--json', json], { timeout: 120_000 });
  return { stdout, figures: JSON.parse(await readFile(json, 'utf8')) };
}

function isPositive(value: unknown): boolean {
  return typeof value === 'number' && value > 0 && value < Number.POSITIVE_INFINITY;
}

test('stages: microseconds a review of each contender at each stage', async () => {
  const { figures } = await bench('--time', '25', '--bundle', 'stars');
  const engines = ['native', 'lightgbm', 'js'];
  assert.deepEqual(Object.keys(figures), ['tokenize', 'row', 'predict', 'score']);
  for (const stage of ['row', 'predict', 'score']) assert.deepEqual(Object.keys(figures[stage]), engines);
  const others = Object.keys(figures.tokenize).filter((name) => name !== 'mecab'); // where it is installed
  assert.deepEqual(others, [...engines, 'kuromoji.js']);
  assert.ok(Object.values(figures).every((stage) => Object.values(stage as object).every(isPositive)));
});

test('http: processor time a request of the echo and of hoshi, whose answers were checked', async () => {
  // Processor time is counted in hundredths of a second: a shorter round of a busy machine has none.
  const { figures } = await bench('http', '--time', '2500', '--rate', '500');
  assert.deepEqual(Object.keys(figures), ['closedLoop', 'sameRate']);
  for (const load of [figures.closedLoop, figures.sameRate]) {
    assert.deepEqual(Object.keys(load), ['node:http echo', 'hoshi']);
    for (const { cpuMicroseconds, requestsPerSecond } of Object.values<Record<string, number>>(load))
      assert.ok(isPositive(cpuMicroseconds) && isPositive(requestsPerSecond));
  }
});

test('start: time and memory of bare Node, the echo, hoshi and hoshi as it is packed', async () => {
  const { figures } = await bench('start', '--runs', '1', '--node', process.execPath);
  assert.deepEqual(Object.keys(figures), ['node -e 0', 'node:http echo', 'hoshi', 'hoshi, packed']);
  for (const { startMs, residentMb } of Object.values<Record<string, number>>(figures))
    assert.ok(isPositive(startMs) && isPositive(residentMb));
});

test('length: a mebibyte of each kind of text, and the plot', async () => {
  const plot = join(folder, 'length.svg');
  const { figures } = await bench('length', '--steps', '2', '--repeats', '1', '--plot', plot);
  assert.deepEqual(Object.keys(figures), ['ordinary', 'a run of ー', 'a run of 😀', 'without 、 and 。']);
  assert.match(await readFile(plot, 'utf8'), /^<svg [\s\S]+<\/svg>\n$/);
});

test('bulk: the scores of the command line are those of the engine', async () => {
  const { figures } = await bench('bulk', '--reviews', '50000');
  assert.deepEqual(Object.keys(figures), ['500', '50000']);
  assert.ok(isPositive(figures['50000'].reviewsPerSecond) && isPositive(figures['50000'].peakMb));
});

const isPythonThere = existsSync(python) && existsSync('/var/lib/mecab/dic/ipadic-utf8');
test('training: both pipelines tell the stars equally well, and are timed', {
  skip: isPythonThere ? false : 'the Python peer is not installed: npm run bench -- training does it',
}, async () => {
  const { figures } = await bench('training', '--reviews', '4000', '--rounds', '30');
  assert.deepEqual(Object.keys(figures), ['hoshi', 'Python']);
  for (const { rmse, seconds, cpuSeconds } of Object.values<Record<string, number>>(figures))
    assert.ok(isPositive(rmse) && isPositive(seconds) && isPositive(cpuSeconds));
});

test('stress: all 6,000 requests of the original were answered', async () => {
  const { figures } = await bench('stress', '--no-peer', '--bundle', 'stars');
  assert.deepEqual(Object.keys(figures), ['node:http echo', 'hoshi']);
  for (const { fresh, warm } of Object.values<Record<string, Record<string, number>>>(figures))
    for (const { seconds, requestsPerSecond } of [fresh ?? {}, warm ?? {}])
      assert.ok(isPositive(seconds) && isPositive(requestsPerSecond));
});

test('overload: capacity, what was offered, memory, and the plot', async () => {
  const plot = join(folder, 'overload.svg');
  const { figures } = await bench('overload', '--seconds', '1', '--connections', '100', '--plot', plot);
  assert.ok(isPositive(figures.capacity) && isPositive(figures.residentMb.most));
  assert.equal(figures.offered, Math.round(figures.capacity * 3));
  assert.equal(figures.figures.offered, figures.offered);
  assert.match(await readFile(plot, 'utf8'), /Resident memory/);
});

test('wrong usage is told', async () => {
  await assert.rejects(
    bench('--time', '0'),
    /bench: Expected --time to be from 1 to 600000 milliseconds, received "0"/,
  );
});
