/**
 * Three times what one pod can bear. What is too much is refused at once, by hoshi or by the queue-proxy; nothing hangs, what is let in is answered in time,
 * and soon after the end all is as usual.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { loadTexts } from '../../cli/loadtest/texts.ts';
import { hoshiService, isReady, Namespace, until } from './cluster.ts';
import { askScore } from './gateway.ts';
import { countPods, load, plotsOf } from './load.ts';
import { keep, show } from './results.ts';
import { isFull } from './settings.ts';

const TIMES = 3;
const SECONDS = isFull ? 60 : 15;
/** The pod is to be what is overloaded, not the machine that makes the load and runs the gateway, too: little for the pod, and long texts. */
const POD_CPU = '250m';
const REVIEWS = 60;
const WORKERS = 16;
/** Held to with FULL=1. */
const MAX_REFUSED_MS = 2000;
const MAX_ACCEPTED_MS = 5000;
const MAX_USUAL_MS = 5000;
/** Usual again: so many answers in a row, each within this. */
const USUAL_ANSWERS = 10;
const USUAL_MS = 100;

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
    await until('a pod', 60_000, async () => (await space.alivePods('hoshi')).some(isReady));
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

  test(`${TIMES} times what one pod can bear`, { timeout: 600_000 }, async (t) => {
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
    const usualMs = await usualAfter(host, texts[0] as string);
    const pods = await counting.stop();
    const { accepted, refused } = figures.latency;
    show(`${TIMES} times what one pod can bear`, [
      ['capacity, requests a second', closed.goodput],
      ['offered a second', String(rate)],
      ['accepted, of the capacity', `${((100 * figures.goodput) / closed.goodput).toFixed(0)} %`],
      ['accepted, p50 ms', accepted?.p50Ms ?? Number.NaN],
      ['accepted, p99 ms', accepted?.p99Ms ?? Number.NaN],
      ['accepted, at most ms', accepted?.maxMs ?? Number.NaN],
      ['refused (503)', String(figures.refused)],
      ['refused, p50 ms', refused?.p50Ms ?? Number.NaN],
      ['refused, p99 ms', refused?.p99Ms ?? Number.NaN],
      ['other answers, or none', JSON.stringify(figures.errors)],
      ['not sent, for no connection was free', String(figures.unsent)],
      ['as usual after the end, ms', usualMs],
    ]);
    await keep(
      'overload',
      { capacity: closed.goodput, rate, figures, usualMs, pods },
      plotsOf(`${TIMES} times what one pod can bear`, figures, pods),
    );
    assert.deepEqual(figures.errors, {}, 'a score or a 503, never anything else');
    assert.ok(figures.refused > 0);
    assert.ok(usualMs < Number.POSITIVE_INFINITY, 'all is as usual within a minute');
    if (isFull) {
      assert.ok((accepted?.p99Ms ?? Number.POSITIVE_INFINITY) <= MAX_ACCEPTED_MS);
      assert.ok((refused?.p99Ms ?? Number.POSITIVE_INFINITY) <= MAX_REFUSED_MS);
      assert.ok(usualMs <= MAX_USUAL_MS);
    }
    const [pod] = await space.alivePods('hoshi');
    assert.deepEqual(
      pod?.status.containerStatuses?.map(({ restartCount }) => restartCount),
      [0, 0],
      'nothing was restarted',
    );
  });
});

/** From now until the first of ten answers in a row that all come as fast as usual. */
async function usualAfter(host: string, text: string): Promise<number> {
  const began = performance.now();
  let usual = 0;
  let firstMs = Number.POSITIVE_INFINITY;
  while (usual < USUAL_ANSWERS) {
    const sentMs = performance.now() - began;
    if (sentMs > 60_000) return Number.POSITIVE_INFINITY;
    const { status, ms } = await askScore(host, text, { timeoutMs: 10_000 });
    if (status === 200 && ms <= USUAL_MS) {
      if (usual++ === 0) firstMs = sentMs + ms;
    } else usual = 0;
    await delay(20);
  }
  return firstMs;
}
