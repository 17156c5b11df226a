/**
 * From zero to the first response, through the activator. The starts alternate with those of a program that only says
 * hello. Both include the time of the platform, so the difference is hoshi's. The time of each step comes from the API
 * server's events and from the time stamps of the logs.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { table } from '../../cli/terminal/table.ts';
import { quantile } from '../../model/math/statistics.ts';
import { watch } from './api.ts';
import { hoshiService, isReady, Namespace, type Pod, type Service } from './cluster.ts';
import { type Answer, ask, askScore } from './gateway.ts';
import { keep } from './results.ts';
import { helloImage, isFull, speedSkip } from './settings.ts';

const STARTS = isFull ? 20 : 3;
/** The allowed ratio of our time from zero to the hello program's. */
const MAX_RATIO = 1.1;
const MAX_READY_MS = 100;
const TEXT = 'すごい！最高に興奮した！楽しい';
/** Scales to zero early. The start itself does not change. */
const SOON = { window: '6s', 'scale-to-zero-pod-retention-period': '0s', 'scale-down-delay': '0s' };

/** The steps in order. Each entry is the end of the step that its text describes. */
const STEPS = {
  made: 'gateway, activator, autoscaler: the pod is created',
  bound: 'scheduler: the pod is bound to the node',
  begun: 'kubelet: sandbox, network, container: the process starts',
  listening: 'the process listens',
  ready: 'the process is ready',
  answered: 'probes, endpoints, proxying: the response arrives',
} as const;
type Step = keyof typeof STEPS;

/** Milliseconds since the request was sent. */
type Start = Partial<Record<Step | 'reported ready', number>> & { readonly answered: number };

describe('a cold start', () => {
  let space: Namespace;
  const starts: Record<string, Start[]> = { hello: [], hoshi: [] };
  const inside: number[] = [];

  before(async () => {
    space = await Namespace.make('cold');
    await space.deploy(await hoshiService(SOON));
    if (helloImage !== undefined) await space.deploy(helloService(helloImage));
  });
  after(() => space?.remove());

  test(`from zero, ${STARTS} times`, { timeout: STARTS * 120_000 }, async () => {
    const services = helloImage === undefined ? ['hoshi'] : ['hello', 'hoshi'];
    const hosts = new Map<string, string>();
    for (const service of services) hosts.set(service, await space.hostOf(service));
    for (let i = 0; i < STARTS; i++) {
      for (const service of services) await space.zero(service);
      // Alternate the order.
      for (const service of i % 2 === 0 ? services : services.toReversed()) {
        const start = await coldStart(space, service, hosts.get(service) as string, inside);
        starts[service]?.push(start);
      }
    }
    const of = (service: string, step: Step | 'reported ready', at = 0.5) => {
      const values = (starts[service] as Start[]).flatMap((start) => start[step] ?? []);
      return values.length === 0 ? undefined : quantile(values, at);
    };
    const rows = Object.entries(STEPS).map(([step, what]) => [
      what,
      ...services.map((service) => (of(service, step as Step) ?? Number.NaN).toFixed(0).replace('NaN', '')),
    ]);
    const reportedReady = services.map((service) => (of(service, 'reported ready') ?? Number.NaN).toFixed(0));
    const spread = services.map((service) =>
      [0, 0.25, 0.75, 1].map((at) => of(service, 'answered', at)?.toFixed(0)).join(' '),
    );
    console.log(
      `\n${table(
        [`ms since the request, median of ${STARTS}`, ...services],
        [
          ...rows,
          ['(the API server reports the pod as ready)', ...reportedReady],
          ['minimum, quartiles, maximum', ...spread],
        ],
      )}\n`,
    );
    await keep('cold-start', { starts, readyMs: inside });
  });

  // Take the fastest start: the pod's other container, the kubelet and this test compete for the same cores.
  test(`in the container, the process is ready within ${MAX_READY_MS} ms`, { skip: speedSkip }, () => {
    console.log(`in the container: ready after ${inside.map((ms) => ms.toFixed(0)).join(', ')} ms`);
    assert.ok(Math.min(...inside) <= MAX_READY_MS, `${inside}`);
  });

  test('takes at most 10 % longer than a hello program', {
    skip: speedSkip || helloImage === undefined,
  }, () => {
    const [hello, hoshi] = ['hello', 'hoshi'].map((service) =>
      quantile(
        (starts[service] as Start[]).map(({ answered }) => answered),
        0.5,
      ),
    ) as [number, number];
    console.log(`hello ${hello.toFixed(0)} ms, hoshi ${hoshi.toFixed(0)} ms: ${(hoshi / hello).toFixed(3)} ×`);
    assert.ok(hoshi <= MAX_RATIO * hello, `hoshi took ${hoshi} ms, hello ${hello} ms`);
  });
});

function helloService(image: string): Service {
  const annotations = Object.fromEntries(
    Object.entries(SOON).map(([name, value]) => [`autoscaling.knative.dev/${name}`, value]),
  );
  return {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: { name: 'hello' },
    spec: { template: { metadata: { annotations }, spec: { containers: [{ image }] } } },
  } as unknown as Service;
}

/**
 * Measures one cold start. It appends to `inside` the time in ms that the process itself measured until it was ready.
 */
async function coldStart(space: Namespace, service: string, host: string, inside: number[]): Promise<Start> {
  const watching = new AbortController();
  const seen = new Map<'made' | 'bound' | 'reported ready', number>();
  let pod: Pod | undefined;
  const selector = encodeURIComponent(`serving.knative.dev/service=${service}`);
  const path = `/api/v1/namespaces/${space.name}/pods?watch=1&labelSelector=${selector}`;
  let isSent = false;
  await watch<{ type: string; object: Pod }>(path, watching.signal, ({ type, object }) => {
    // Ignore pods of the previous start that are still ending.
    if (!isSent || object.metadata.deletionTimestamp !== undefined) return;
    const now = Date.now();
    const first = (step: 'made' | 'bound' | 'reported ready') => seen.has(step) || seen.set(step, now);
    if (type === 'ADDED') pod = object;
    if (pod === undefined || object.metadata.name !== pod.metadata.name) return;
    first('made');
    if (object.spec.nodeName !== undefined) first('bound');
    if (isReady(object)) first('reported ready');
  });
  isSent = true;
  let answer: Answer;
  try {
    answer = service === 'hoshi' ? await askScore(host, TEXT) : await ask(host);
    assert.equal(answer.status, 200, answer.body);
    await delay(2000); // until all events and log lines have arrived
  } finally {
    watching.abort();
  }
  assert.ok(pod !== undefined, `expected a new pod of ${service}`);
  const since = (at: number | undefined) => (at === undefined ? {} : at - answer.at);
  const container = service === 'hoshi' ? 'hoshi' : 'user-container';
  const log = await space.log((pod as Pod).metadata.name, container);
  const listening = log.find(({ line }) => line.includes('listening'));
  const start: Record<string, unknown> = { answered: answer.ms };
  for (const [step, at] of seen) start[step] = since(at);
  if (listening !== undefined) start.listening = since(listening.at);
  if (service === 'hoshi') {
    const ready = log.find(({ line }) => line.includes('"ready: '));
    assert.ok(ready !== undefined, 'expected a line "ready" in the log');
    const { start: phases } = JSON.parse(ready.line) as { start: Record<string, number> };
    inside.push(phases.ready as number);
    start.begun = since(ready.at - (phases.ready as number));
    start.ready = since(ready.at);
  }
  return start as Start;
}
