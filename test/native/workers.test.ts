/** The addons in many threads at once, in threads that end during a call, and over many calls. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { createRandom } from '../../model/math/random.ts';
import type { Booster } from '../../native/index.ts';
import { packageRoot } from '../../native/package-root.ts';
import { randomBooster, randomTrainingSet } from '../fixtures/random-models.ts';

const fixtures = join(packageRoot, 'dist', 'test', 'fixtures');

/** A worker posts this after it has loaded the addon, trained and predicted. */
interface Answer {
  readonly text: string;
  readonly scores: Float64Array;
}

let large: Booster;
let expected: Answer;
before(async () => {
  large = await randomBooster(4, {}, { rounds: 100 });
  const trained = await randomBooster(1, {}, { rounds: 5 });
  const { matrix } = randomTrainingSet(createRandom(2), { rows: 1000 });
  expected = { text: trained.modelText(), scores: await large.predictBatch(matrix) };
});

interface Started {
  readonly worker: Worker;
  readonly exitCode: Promise<number>;
  readonly error: Promise<Error>;
}

async function start(work: string): Promise<Started> {
  const worker = new Worker(join(fixtures, 'native-worker.js'), { workerData: { text: large.modelText(), work } });
  const exitCode = new Promise<number>((resolve) => void worker.once('exit', resolve));
  const error = new Promise<Error>((resolve) => void worker.once('error', resolve));
  // Messages and errors use different ports: a message posted before an error may arrive after it, but before the exit.
  const message = new Promise<Answer>((resolve) => void worker.once('message', resolve));
  const answer = await Promise.race([message, exitCode.then(() => undefined)]);
  if (answer === undefined) throw await error;
  assert.equal(answer.text, expected.text);
  assert.deepEqual(answer.scores, expected.scores);
  return { worker, exitCode, error };
}

const isFineStill = async () =>
  assert.equal((await randomBooster(1, {}, { rounds: 5 })).modelText(), expected.text, 'this thread still works');

describe('workers', () => {
  test('load the addon at the same time and give the same results as this thread', async () => {
    const workers = Array.from({ length: 4 }, () => start('nothing'));
    for (let i = 0; i < 5; i++) await isFineStill();
    for (const { exitCode } of await Promise.all(workers)) assert.equal(await exitCode, 0);
    await isFineStill();
  });

  test('load the addon and end, several times', async () => {
    for (let i = 0; i < 5; i++) {
      const { exitCode } = await start('nothing');
      assert.equal(await exitCode, 0);
    }
    await isFineStill();
  });

  // The JavaScript thread has then ended before the work in the thread pool, and C++ can no longer create JavaScript
  // objects.
  for (const work of ['training', 'batches', 'scores', 'rows', 'engines', 'texts', 'refused texts']) {
    test(`may be terminated during ${work}`, async () => {
      for (let i = 0; i < 3; i++) {
        const workers = await Promise.all([start(work), start(work)]);
        await new Promise((resolve) => setTimeout(resolve, i * 15));
        for (const { worker } of workers) await worker.terminate();
      }
      await isFineStill();
    });
  }

  test('may be terminated while they load the addons', async () => {
    const release = join(packageRoot, 'build', 'addon', 'Release');
    const addons = ['hoshi_engine', 'hoshi_lightgbm'].map((name) => join(release, `${name}.node`));
    const code = `
      const { parentPort } = require('node:worker_threads');
      parentPort.postMessage('loading');
      for (const addon of ${JSON.stringify(addons)}) require(addon);
      parentPort.postMessage('loaded');`;
    const loading = async () => {
      const worker = new Worker(code, { eval: true });
      await once(worker, 'message');
      return worker;
    };
    const worker = await loading();
    const began = performance.now();
    await once(worker, 'message');
    const loadMs = performance.now() - began;
    await worker.terminate();
    for (let i = 0; i < 100; i++) {
      const worker = await loading();
      const end = performance.now() + (i / 100) * loadMs;
      while (performance.now() < end); // setTimeout is not precise enough
      await worker.terminate();
    }
    await isFineStill();
  });

  test('may exit while work is running', async () => {
    for (let i = 0; i < 3; i++) assert.equal(await (await start('an exit')).exitCode, 7);
    await isFineStill();
  });

  test('may fail while work is running', async () => {
    for (let i = 0; i < 3; i++) {
      const { error } = await start('an error');
      assert.equal((await error).message, 'on purpose');
    }
    await isFineStill();
  });
});

describe('memory is freed', () => {
  // Leaked data sets would take 22 MB, leaked boosters 54 MB, leaked engines 1,500 MB. An engine also leaves
  // garbage on V8's heap.
  for (const [what, times, limitMb] of [
    ['loaded models', 300, 12],
    ['trained models', 300, 12],
    ['batches', 300, 12],
    ['model texts', 300, 12],
    ['refused models', 300, 12],
    ['rows', 300, 12],
    ['engines', 100, 60],
    ['refused trainings', 300, 12],
  ] as const) {
    test(`of ${what}`, async () => {
      const args = ['--expose-gc', join(fixtures, 'drop-boosters.js'), what, String(times)];
      // A sanitizer keeps freed memory in quarantine, to catch its use.
      const env = {
        ...process.env,
        ASAN_OPTIONS: 'detect_leaks=0:quarantine_size_mb=1:thread_local_quarantine_size_kb=64',
      };
      const grownMb = Number((await promisify(execFile)(process.execPath, args, { env })).stdout);
      // A sanitizer's own records take about as much as the data sets.
      const most = process.env.ASAN_OPTIONS === undefined ? limitMb : 2 * limitMb;
      assert.ok(grownMb < most, `${grownMb} MB more after ${0.8 * times}`);
    });
  }
});
