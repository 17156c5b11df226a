/** Runs each benchmark for a moment: it must check its answers and write its results. The values are not checked. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { environmentOf } from '../../bench/peers/environment.ts';
import { python } from '../../bench/peers/python.ts';
import { packageRoot } from '../../native/package-root.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hoshi-bench-'));
});
after(() => rm(folder, { recursive: true }));

async function bench(...args: readonly string[]) {
  const json = join(folder, 'results.json');
  const main = join(packageRoot, 'dist', 'bench', 'main.js');
  const { stdout } = await promisify(execFile)(process.execPath, [main, ...args, '--json', json], { timeout: 600_000 });
  return { stdout, results: JSON.parse(await readFile(json, 'utf8')) };
}

function isPositive(value: unknown): boolean {
  return typeof value === 'number' && value > 0 && value < Number.POSITIVE_INFINITY;
}

test('stages writes the microseconds per review of each contender at each stage', async () => {
  const { results } = await bench('--time', '25', '--bundle', 'stars');
  const engines = ['native', 'native-lightgbm', 'lightgbm', 'js'];
  assert.deepEqual(Object.keys(results), ['tokenize', 'row', 'predict', 'score']);
  for (const stage of ['row', 'predict', 'score']) assert.deepEqual(Object.keys(results[stage]), engines);
  const others = Object.keys(results.tokenize).filter((name) => name !== 'mecab'); // present only if it is installed
  assert.deepEqual(others, [...engines, 'kuromoji.js']);
  assert.ok(Object.values(results).every((stage) => Object.values(stage as object).every(isPositive)));
});

test('http checks the responses and writes the processor time per request of the echoes and of hoshi', async () => {
  // Processor time is counted in hundredths of a second. On a busy machine, a shorter round would count none.
  const { results } = await bench('http', '--time', '2500', '--rate', '500');
  assert.deepEqual(Object.keys(results), ['closedLoop', 'sameRate']);
  for (const load of [results.closedLoop, results.sameRate]) {
    assert.deepEqual(Object.keys(load), ['node:http echo', 'C++ echo', 'hoshi']);
    for (const { cpuMicroseconds, requestsPerSecond } of Object.values<Record<string, number>>(load))
      assert.ok(isPositive(cpuMicroseconds) && isPositive(requestsPerSecond));
  }
});

test('start writes time and memory of bare Node, the echo, hoshi and the packed hoshi', async () => {
  const { results } = await bench('start', '--runs', '1', '--node', process.execPath);
  assert.deepEqual(Object.keys(results), [
    'node -e 0',
    'node:http echo',
    'node:http echo, CommonJS',
    'hoshi',
    'hoshi, packed',
  ]);
  for (const { startMs, residentMb } of Object.values<Record<string, number>>(results))
    assert.ok(isPositive(startMs) && isPositive(residentMb));
});

test('length measures a mebibyte of each kind of text and draws the plot', async () => {
  const plot = join(folder, 'length.svg');
  const { results } = await bench('length', '--steps', '2', '--repeats', '1', '--plot', plot);
  assert.deepEqual(Object.keys(results), ['ordinary', 'a run of ー', 'a run of 😀', 'without 、 and 。']);
  assert.match(await readFile(plot, 'utf8'), /^<svg [\s\S]+<\/svg>\n$/);
});

test('bulk finds the scores of the engine in the output of the command line', async () => {
  const { results } = await bench('bulk', '--reviews', '50000');
  assert.deepEqual(Object.keys(results), ['500', '50000']);
  assert.ok(isPositive(results['50000'].reviewsPerSecond) && isPositive(results['50000'].peakMb));
});

const DICTIONARY = '/var/lib/mecab/dic/ipadic-utf8';
const isPythonThere = existsSync(python) && existsSync(DICTIONARY);
test('training times both pipelines, which predict the stars equally well', {
  skip: isPythonThere ? false : 'the Python peer is not installed: npm run bench -- training installs it',
}, async () => {
  const { results } = await bench('training', '--reviews', '4000', '--rounds', '30');
  assert.deepEqual(Object.keys(results), ['hoshi', 'Python']);
  for (const { rmse, seconds, cpuSeconds } of Object.values<Record<string, number>>(results))
    assert.ok(isPositive(rmse) && isPositive(seconds) && isPositive(cpuSeconds));
});

const isSentimentThere = existsSync(environmentOf('sentiment').python) && existsSync(DICTIONARY);
test('accuracy measures hoshi, asari and oseti on the same reviews', {
  skip: isSentimentThere ? false : 'asari and oseti are not installed: npm run bench -- accuracy installs them',
}, async () => {
  const rows = [
    '1\t最悪です。二度と買いません。',
    '1\tひどい。壊れていた',
    '3\t普通です。',
    '5\t最高！とても良い',
    '5\t大満足です。\u2028素晴らしい',
  ];
  const data = join(folder, 'reviews.tsv');
  await writeFile(data, `stars\ttext\n${rows.join('\n')}\n`);
  const { results, stdout } = await bench('accuracy', data);
  assert.deepEqual(
    Object.keys(results).map((name) => name.split(/[ ,]/)[0]),
    ['hoshi', 'asari', 'oseti'],
  );
  for (const { auc, rightSide } of Object.values<Record<string, number>>(results)) {
    assert.equal(auc, 1);
    assert.ok(isPositive(rightSide));
  }
  assert.match(stdout, /^5 reviews$/m);
});

test('accuracy refuses reviews of another range of stars', async () => {
  const data = join(folder, 'percent.tsv');
  await writeFile(data, 'stars\ttext\n0\t悪い\n100\t良い\n');
  await assert.rejects(bench('accuracy', data), /percent\.tsv: expected stars from 1 to 5, received 0 to 100/);
});

test('stress gets a response to all 6,000 requests of the original', async () => {
  const { results } = await bench('stress', '--no-peer', '--bundle', 'stars');
  assert.deepEqual(Object.keys(results), ['node:http echo', 'hoshi']);
  for (const { fresh, warm } of Object.values<Record<string, Record<string, number>>>(results))
    for (const { seconds, requestsPerSecond } of [fresh ?? {}, warm ?? {}])
      assert.ok(isPositive(seconds) && isPositive(requestsPerSecond));
});

test('overload writes capacity, offered load and memory, and draws the plot', async () => {
  const plot = join(folder, 'overload.svg');
  const { results } = await bench('overload', '--seconds', '1', '--connections', '100', '--plot', plot);
  assert.ok(isPositive(results.capacity) && isPositive(results.residentMb.most));
  assert.equal(results.offered, Math.round(results.capacity * 3));
  assert.equal(results.figures.offered, results.offered);
  assert.match(await readFile(plot, 'utf8'), /Resident memory/);
});

test('a wrong value of an option is refused with the range', async () => {
  await assert.rejects(bench('--time', '0'), /option '--time <ms>' argument '0' is invalid\. .*from 1 to 600000/);
});
