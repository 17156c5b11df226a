/**
 * Three times the capacity of one pod. hoshi or the queue-proxy refuses the excess at once. No request hangs, and
 * accepted requests are answered in time. Soon after the end, latency is normal again.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { loadTexts } from '../../cli/loadtest/texts.ts';
import { until } from '../fixtures/until.ts';
import { hoshiService, isReady, Namespace } from './cluster.ts';
import { askScore } from './gateway.ts';
import { countPods, load, plotsOf } from './load.ts';
import { keep, show } from './results.ts';
import { isFull } from './settings.ts';

const TIMES = 3;
const SECONDS = isFull ? 60 : 15;
/**
 * The pod must be overloaded, but not the machine, which also runs the load generator and the gateway. So the pod gets
 * little CPU, and the texts are long.
 */
const POD_CPU = '250m';
const REVIEWS = 60;
const WORKERS = 16;
/** This is checked only with FULL=1. */
const MAX_REFUSED_MS = 2000;
const MAX_ACCEPTED_MS = 5000;
const MAX_RECOVERY_MS = 5000;
/** Latency is normal again after this many scores in a row, each within this time. */
const NORMAL_RESPONSES = 10;
const NORMAL_MS = 100;

describe('overload', () => {
  let space: Namespace;
  let host: string;
  let folder: string;
  let texts: string[];

  before(async () => {
    space = await Namespace.make('overload');
    const service = await hoshiService({ 'min-scale': '1', 'max-scale': '1' });
    service.spec.template.spec.containers[0].resources.limits.cpu = POD_CPU;
    await space.deploy(service);
    host = await space.hostOf('hoshi');
    await until('a ready pod', async () => (await space.alivePods('hoshi')).some(isReady), { everyMs: 100 });
    folder = await mkdtemp(join(tmpdir(), 'hoshi-overload-'));
    const reviews = await loadTexts({ column: 'text', count: 300 });
    texts = reviews.map((_, i) =>
      Array.from({ length: REVIEWS }, (_, j) => reviews[(i + j) % reviews.length]).join(''),
    );
    await writeFile(join(folder, 'texts.txt'), texts.map((text) => `${text}\n`).join(''));
  });
  after(async () => {
    await rm(folder, { recursive: true, force: true });
    await space?.remove();
  });

  test(`${TIMES} times the capacity of one pod`, { timeout: 600_000 }, async (t) => {
    const file = ['--texts', join(folder, 'texts.txt')];
    const closed = await load(host, ...file, '--workers', String(WORKERS), '--rounds', '10', '--count', '300');
    const rate = Math.round(TIMES * closed.goodput);
    const counting = countPods(t, space, 'hoshi');
    const figures = await load(
      host,
      ...file,
      '--rate',
      String(rate),
      '--duration',
      String(SECONDS),
      '--connections',
      '1000',
    );
    const recoveryMs = await recoveryAfter(host, texts[0] as string);
    const pods = await counting.stop();
    const { accepted, refused } = figures.latency;
    show(`${TIMES} times the capacity of one pod`, [
      ['capacity, requests per second', closed.goodput],
      ['offered, requests per second', String(rate)],
      ['accepted, of the capacity', `${((100 * figures.goodput) / closed.goodput).toFixed(0)} %`],
      ['accepted, p50 ms', accepted?.p50Ms ?? Number.NaN],
      ['accepted, p99 ms', accepted?.p99Ms ?? Number.NaN],
      ['accepted, at most ms', accepted?.maxMs ?? Number.NaN],
      ['refused (503)', String(figures.refused)],
      ['refused, p50 ms', refused?.p50Ms ?? Number.NaN],
      ['refused, p99 ms', refused?.p99Ms ?? Number.NaN],
      ['other responses, or none', JSON.stringify(figures.errors)],
      ['not sent, because no connection was free', String(figures.unsent)],
      ['latency normal after the end, ms', recoveryMs],
    ]);
    await keep(
      'overload',
      { capacity: closed.goodput, rate, figures, recoveryMs, pods },
      plotsOf(`${TIMES} times the capacity of one pod`, figures, pods),
    );
    assert.deepEqual(figures.errors, {}, 'expected only scores and 503s');
    assert.ok(figures.refused > 0);
    assert.ok(recoveryMs < Number.POSITIVE_INFINITY, 'expected normal latency within a minute');
    if (isFull) {
      assert.ok((accepted?.p99Ms ?? Number.POSITIVE_INFINITY) <= MAX_ACCEPTED_MS);
      assert.ok((refused?.p99Ms ?? Number.POSITIVE_INFINITY) <= MAX_REFUSED_MS);
      assert.ok(recoveryMs <= MAX_RECOVERY_MS);
    }
    const [pod] = await space.alivePods('hoshi');
    assert.deepEqual(
      pod?.status.containerStatuses?.map(({ restartCount }) => restartCount),
      [0, 0],
      'expected no restart',
    );
  });
});

/** Milliseconds from now to the first of ten scores in a row within NORMAL_MS. Infinity if that takes over a minute. */
async function recoveryAfter(host: string, text: string): Promise<number> {
  const began = performance.now();
  let inARow = 0;
  let firstMs = Number.POSITIVE_INFINITY;
  while (inARow < NORMAL_RESPONSES) {
    const sentMs = performance.now() - began;
    if (sentMs > 60_000) return Number.POSITIVE_INFINITY;
    const { status, ms } = await askScore(host, text, { timeoutMs: 10_000 });
    if (status === 200 && ms <= NORMAL_MS) {
      if (inARow++ === 0) firstMs = sentMs + ms;
    } else inARow = 0;
    await delay(20);
  }
  return firstMs;
}
