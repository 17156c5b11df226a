/**
 * `hoshi train` onto an existing bundle, while the system works against it. After each run, a reader has to find the older
 * bundle or the new one, whole, with its golden scores; and the next writer must leave no other file.
 *
 * 1. Each call that changes a file (opening, writing, synchronizing, renaming, …) is the last one before SIGKILL, or fails
 *    with ENOSPC, EIO or EDQUOT; also on a file system that cannot exchange folders (faulty_files.cc).
 * 2. SIGKILL at every single system call, of any thread (kill_at_call.cc).
 *
 *   node dist/test/long/faults.js [--every 1] [--jobs 2]
 *
 * --every N takes each N-th system call of part 2.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readManifest } from '../../model/bundle/read.ts';
import { packageRoot } from '../../native/package-root.ts';
import {
  buildFaultLibrary,
  buildKiller,
  checkFound,
  type ErrorName,
  failEachCall,
  type Place,
  type Run,
} from '../fixtures/faults.ts';

const { values } = parseArgs({
  options: { every: { type: 'string', default: '1' }, jobs: { type: 'string', default: '2' } },
});
const [every, jobs] = [Number(values.every), Number(values.jobs)];
const folder = mkdtempSync(join(tmpdir(), 'hoshi-faults-'));
const hoshi = join(packageRoot, 'bin', 'hoshi');
const older = join(folder, 'older');
const KILLED = 128 + constants.signals.SIGKILL;

function writeReviews(name: string, good: string, bad: string): string {
  const file = join(folder, name);
  const rows = Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? `5\t${good}${i}番目\n` : `1\t${bad}${i}番目\n`));
  writeFileSync(file, `stars\ttext\n${rows.join('')}`);
  return file;
}

/** The arguments of Node: a training that takes a fraction of a second. With a validation it draws a report. */
const trainingOf = (reviews: string, out: string, ...others: string[]) => [
  hoshi,
  ...['train', reviews, '--out', out, '--name', 'mine', '--quiet', '--base', 'none', '--ridge', '1', '--rounds', '0'],
  ...others,
];

const [first, second] = [
  writeReviews('first.tsv', '良い映画', '悪い店'),
  writeReviews('second.tsv', '最高だ', '最低だ'),
];
const withReport = ['--validation', '0.3'];
const withoutReport = ['--validation', '0'];

/** A copy of the older bundle, alone in a folder. */
async function placeFor(name: string, others: readonly string[]): Promise<Place> {
  mkdirSync(join(folder, name));
  const path = join(folder, name, 'mine');
  cpSync(older, path, { recursive: true });
  const newer = join(folder, `${name}-new`);
  execFileSync(process.execPath, trainingOf(second, newer, ...others));
  return { path, older, newVersion: (await readManifest(newer)).version };
}

async function failCalls(library: string): Promise<void> {
  const place = await placeFor('calls', withReport);
  const program = trainingOf(second, place.path, ...withReport);
  for (const canExchange of [true, false]) {
    for (const error of [undefined, 'ENOSPC', 'EIO', 'EDQUOT'] as const) {
      const runs = await failEachCall({
        ...place,
        library,
        program,
        canExchange,
        ...(error && { errorOf: () => error }),
      });
      const name = `${error ?? 'SIGKILL'}${canExchange ? '' : ', no exchange of folders'}`;
      checkRuns(runs, error, canExchange);
      console.log(`${name}: ${runs.length} calls on files; ${countsOf(runs)}`);
    }
  }
}

function checkRuns(runs: readonly Run[], error: ErrorName | undefined, canExchange: boolean): void {
  const message = new RegExp(
    `^hoshi: cannot write .*/mine(/[\\w.]+)?: .* \\(${error}\\)\\. .*choose another place\\n$`,
  );
  for (const { at, call, found, code, stderr } of runs) {
    const where = `call ${at}, ${call}: ${stderr}`;
    if (error === undefined) {
      if (canExchange) assert.notEqual(found, 'none', where);
      continue;
    }
    assert.equal(found, code === 0 ? 'new' : 'older', where);
    if (code === 0) assert.equal(stderr, '', where);
    else assert.match(stderr, message, where);
  }
}

function countsOf(runs: readonly Pick<Run, 'found'>[]): string {
  const counts = new Map<string, number>();
  for (const { found } of runs) counts.set(found, (counts.get(found) ?? 0) + 1);
  return Array.from(counts, ([found, count]) => `${found} ${count}`).join(', ');
}

/** The number of calls varies from run to run, so many runs have to come to their end before a number is the last one. */
const ENDS = 30;

/** SIGKILL at the system calls first, first + step, … of all threads. Returns what a reader found each time. */
async function killEach(killer: string, name: string, first: number, step: number): Promise<Pick<Run, 'found'>[]> {
  const place = await placeFor(name, withoutReport);
  const runs: Pick<Run, 'found'>[] = [];
  for (let at = first, ended = 0; ended < ENDS; at += step) {
    const training = trainingOf(second, place.path, ...withoutReport);
    const child = spawn(killer, [String(at), process.execPath, ...training], { stdio: 'ignore' });
    const [code] = (await once(child, 'close')) as [number | null];
    assert.ok(code === 0 || code === KILLED, `system call ${at}: the training ended with ${code}`);
    const found = await checkFound(place, `system call ${at}`);
    assert.notEqual(found, 'none', `system call ${at}`);
    ended = code === 0 ? ended + 1 : 0;
    if (code === KILLED) runs.push({ found });
    if (runs.length % 500 === 0) console.error(`system call ${at}: ${countsOf(runs)}`);
  }
  return runs;
}

try {
  execFileSync(process.execPath, trainingOf(first, older, ...withReport));
  const library = buildFaultLibrary(folder);
  assert.ok(library !== undefined, 'g++ is missing: apt-get install g++');
  await failCalls(library);
  const killer = buildKiller(folder) as string;
  const all = await Promise.all(
    Array.from({ length: jobs }, (_, job) => killEach(killer, `all-${job}`, 1 + job * every, jobs * every)),
  );
  console.log(`SIGKILL at ${all.flat().length} system calls of all threads: ${countsOf(all.flat())}`);
} finally {
  rmSync(folder, { recursive: true });
}
