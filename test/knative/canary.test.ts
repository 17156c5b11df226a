/**
 * A second model as a new revision. Under a constant rate, `kn service update` gives it a share of the requests, then
 * all requests, then none. No request fails, and each response names its model.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { table } from '../../cli/terminal/table.ts';
import { until } from '../fixtures/until.ts';
import { mountPath, putBundles, shippedVersion } from './bundle.ts';
import { hoshiService, Namespace } from './cluster.ts';
import { type Answer, ask, countsOf, Stream } from './gateway.ts';
import { keep } from './results.ts';
import { isFull } from './settings.ts';

const RATE = 100;
const SECONDS = isFull ? 20 : 8;
/** The time that the gateway may take to apply a change. */
const SETTLING_MS = 60_000;
/** The share must be right for this many seconds before it is measured. */
const SETTLED_SECONDS = 2;
/**
 * The allowed deviation of a share, in standard deviations of a random choice per request. It is exceeded once in
 * 16,000 tries.
 */
const MAX_DEVIATIONS = 4;

describe('a canary', () => {
  let space: Namespace;
  let host: string;
  let versions: readonly [shipped: string, small: string];

  before(async () => {
    space = await Namespace.make('canary');
    versions = [await shippedVersion(), await putBundles(space)];
    const service = await hoshiService({ 'min-scale': '1' });
    service.spec.template.metadata.name = 'hoshi-one';
    await space.deploy(service);
    host = await space.hostOf('hoshi');
  });
  after(() => space?.remove());

  test('a second model gets 10, 50 and 100 % of the requests, then none', { timeout: 300_000 }, async (t) => {
    const [shipped, small] = versions;
    const stream = new Stream(t, host, 'とても良い', RATE);
    const steps: (Shares & { percent: number })[] = [];
    await space.kn('service', 'update', 'hoshi', '--traffic', 'hoshi-one=100');
    const mount = ['--mount', `${mountPath}=cm:small`, '--env', `HOSHI_BUNDLE=${mountPath}`];
    await space.kn(
      'service',
      'update',
      'hoshi',
      '--revision-name',
      'hoshi-two',
      ...mount,
      '--tag',
      'hoshi-two=candidate',
    );
    const candidate = await ask(`candidate-${host}`, { path: '/readyz' });
    assert.deepEqual(
      [candidate.status, candidate.headers['x-model-version']],
      [200, small],
      'the tagged revision answers before it gets a share',
    );
    assert.ok(
      stream.answers.every(({ headers }) => headers['x-model-version'] !== small),
      'expected no response of the second model before it gets a share',
    );
    for (const percent of [10, 50, 100, 0]) {
      const traffic = ['--traffic', `hoshi-two=${percent}`, '--traffic', `hoshi-one=${100 - percent}`];
      await space.kn('service', 'update', 'hoshi', ...traffic);
      const isSettled = () => {
        const latest = sharesOf(stream.answers.slice(-SETTLED_SECONDS * RATE), small);
        return latest.requests === SETTLED_SECONDS * RATE && isWithinDeviation(percent, latest);
      };
      await until(`a share of ${percent} %`, isSettled, { patienceMs: SETTLING_MS, everyMs: 100 });
      const began = Date.now();
      await delay(SECONDS * 1000);
      steps.push({
        percent,
        ...sharesOf(
          stream.answers.filter(({ at }) => at >= began),
          small,
        ),
      });
    }
    const answers = await stream.stop();
    const rows = steps.map(({ percent, requests, received, share }) => [
      `${percent} %`,
      String(requests),
      String(received),
      `${(share * 100).toFixed(1)} %`,
    ]);
    console.log(`\n${table(['configured', 'requests', 'answered by the second model', 'share'], rows)}\n`);
    console.log(`${answers.length} requests in total, answered with ${JSON.stringify(countsOf(answers))}`);
    await keep('canary', { steps, counts: countsOf(answers) });
    assert.deepEqual(countsOf(answers), { 200: answers.length }, 'expected no failed request');
    assert.ok(answers.every((answer) => isOf(small)(answer) || isOf(shipped)(answer)));
    for (const step of steps)
      assert.ok(isWithinDeviation(step.percent, step), `expected a share of ${step.percent} %, received ${step.share}`);
  });

  test('a revision with a broken model gets no request, and its log says why', { timeout: 300_000 }, async (t) => {
    const stream = new Stream(t, host, 'とても良い', RATE / 2);
    await space.kn('service', 'update', 'hoshi', '--traffic', '@latest=100');
    const mount = ['--mount', `${mountPath}=cm:broken`, '--env', `HOSHI_BUNDLE=${mountPath}`];
    await space.kn('service', 'update', 'hoshi', '--revision-name', 'hoshi-broken', ...mount, '--no-wait');
    let message = '';
    const hasLoggedReason = async () => {
      const pod = (await space.pods('hoshi')).find(
        ({ metadata }) => metadata.labels['serving.knative.dev/revision'] === 'hoshi-broken',
      );
      if (pod === undefined) return false;
      const lines = await space.log(pod.metadata.name, 'hoshi').catch(() => []);
      message = lines.find(({ line }) => line.includes('"ERROR"'))?.line ?? '';
      return message !== '';
    };
    await until('the reason in the log of a pod with the broken model', hasLoggedReason, {
      patienceMs: 90_000,
      everyMs: 100,
    });
    console.log(`the broken model's log: ${(JSON.parse(message) as { message: string }).message}`);
    assert.match(message, /golden/i);
    await delay(5000);
    const { stdout } = await space.kubectl(
      'get',
      'revision',
      'hoshi-broken',
      '-o',
      'jsonpath={.status.conditions[?(@.type=="Ready")].status}',
    );
    assert.notEqual(stdout, 'True');
    const answers = await stream.stop();
    assert.deepEqual(countsOf(answers), { 200: answers.length }, 'expected no failed request');
    assert.ok(
      answers.length > 0 && answers.every(({ headers }) => versions.includes(String(headers['x-model-version']))),
    );
  });
});

interface Shares {
  readonly requests: number;
  readonly received: number;
  readonly share: number;
}

/** The responses that a model gave, and their share. */
function sharesOf(answers: readonly Answer[], version: string): Shares {
  const received = answers.filter(isOf(version)).length;
  return { requests: answers.length, received, share: received / answers.length };
}

function isWithinDeviation(percent: number, { requests, share }: Shares): boolean {
  const expected = percent / 100;
  const deviation = Math.sqrt((expected * (1 - expected)) / requests);
  return Math.abs(share - expected) <= MAX_DEVIATIONS * deviation;
}

function isOf(version: string): (answer: Answer) => boolean {
  return ({ headers }) => headers['x-model-version'] === version;
}
