/**
 * Another model as a new revision, beside the one that serves: it gets a share of what is asked, all of it, and nothing again, by `kn service update` and
 * under a constant rate. No request fails, and answers say by which model they were made.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { table } from '../../cli/terminal/table.ts';
import { mountPath, putBundles, shippedVersion } from './bundle.ts';
import { hoshiService, Namespace, until } from './cluster.ts';
import { type Answer, ask, countsOf, Stream } from './gateway.ts';
import { keep } from './results.ts';
import { isFull } from './settings.ts';

const RATE = 100;
const SECONDS = isFull ? 20 : 8;
/** All of the gateway knows of a change within this, and has known of it for so many seconds when it is measured. */
const SETTLING_MS = 60_000;
const SETTLED = 2;
/** Of the standard deviation of a share, when each request is sent by chance: once in 16,000 tries it is more. */
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
      'by its tag, before it serves',
    );
    assert.ok(
      stream.answers.every(({ headers }) => headers['x-model-version'] !== small),
      'not without its share',
    );
    for (const percent of [10, 50, 100, 0]) {
      const traffic = ['--traffic', `hoshi-two=${percent}`, '--traffic', `hoshi-one=${100 - percent}`];
      await space.kn('service', 'update', 'hoshi', ...traffic);
      await until(`a share of ${percent} %`, SETTLING_MS, async () => {
        const latest = sharesOf(stream.answers.slice(-SETTLED * RATE), small);
        return latest.asked === SETTLED * RATE && isAsAsked(percent, latest);
      });
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
    const rows = steps.map(({ percent, asked, received, share }) => [
      `${percent} %`,
      String(asked),
      String(received),
      `${(share * 100).toFixed(1)} %`,
    ]);
    console.log(`\n${table(['asked for', 'requests', 'by the second model', 'share'], rows)}\n`);
    console.log(`${answers.length} requests in all, answered with ${JSON.stringify(countsOf(answers))}`);
    await keep('canary', { steps, counts: countsOf(answers) });
    assert.deepEqual(countsOf(answers), { 200: answers.length }, 'no request failed');
    assert.ok(answers.every((answer) => isOf(small)(answer) || isOf(shipped)(answer)));
    for (const step of steps)
      assert.ok(isAsAsked(step.percent, step), `${step.percent} % asked for, ${step.share} received`);
  });

  test('a broken model as a new revision gets no request, and its log says why', { timeout: 300_000 }, async (t) => {
    const stream = new Stream(t, host, 'とても良い', RATE / 2);
    await space.kn('service', 'update', 'hoshi', '--traffic', '@latest=100');
    const mount = ['--mount', `${mountPath}=cm:broken`, '--env', `HOSHI_BUNDLE=${mountPath}`];
    await space.kn('service', 'update', 'hoshi', '--revision-name', 'hoshi-broken', ...mount, '--no-wait');
    let message = '';
    await until('the reason in the log of a pod of the broken model', 90_000, async () => {
      const pod = (await space.pods('hoshi')).find(
        ({ metadata }) => metadata.labels['serving.knative.dev/revision'] === 'hoshi-broken',
      );
      if (pod === undefined) return false;
      const lines = await space.log(pod.metadata.name, 'hoshi').catch(() => []);
      message = lines.find(({ line }) => line.includes('"ERROR"'))?.line ?? '';
      return message !== '';
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
    assert.deepEqual(countsOf(answers), { 200: answers.length }, 'no request failed');
    assert.ok(
      answers.length > 0 && answers.every(({ headers }) => versions.includes(String(headers['x-model-version']))),
    );
  });
});

interface Shares {
  readonly asked: number;
  readonly received: number;
  readonly share: number;
}

/** How many of the answers a model gave. */
function sharesOf(answers: readonly Answer[], version: string): Shares {
  const received = answers.filter(isOf(version)).length;
  return { asked: answers.length, received, share: received / answers.length };
}

function isAsAsked(percent: number, { asked, share }: Shares): boolean {
  const expected = percent / 100;
  const deviation = Math.sqrt((expected * (1 - expected)) / asked);
  return Math.abs(share - expected) <= MAX_DEVIATIONS * deviation;
}

function isOf(version: string): (answer: Answer) => boolean {
  return ({ headers }) => headers['x-model-version'] === version;
}
