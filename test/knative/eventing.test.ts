/**
 * deploy/eventing on a cluster with Knative Eventing: 1,000 events through a Broker to hoshi, and its replies to a
 * second subscriber, none lost though a pod of hoshi is killed; messages of Pub/Sub whose answers go to the Broker by a SinkBinding; a JobSink that
 * scores the file of an event.
 */
import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { hoshi } from '../fixtures/hoshi.ts';
import { until } from '../fixtures/until.ts';
import { hoshiService, Namespace } from './cluster.ts';
import { run } from './command.ts';
import { ask } from './gateway.ts';
import { keep, show } from './results.ts';
import { image, sharedFolder } from './settings.ts';

const EVENTS = 1000;
/** Before this event is sent, a pod of hoshi is killed without notice. */
const KILLED_AT = 300;
const PUSHES = 200;
const SENDERS = 16;
const PATIENCE = { patienceMs: 180_000, everyMs: 200 };

const texts = ['すごい！最高に興奮した！楽しい', '普通です', 'この映画は全くだめ、楽しくない。駄作', ''];

/** Writes each event as a line of JSON, and gives the lines to a GET. Every fifth event is refused once. */
const COUNTER = `
const lines = [];
const seen = new Set();
require('node:http').createServer((request, response) => {
  if (request.method === 'GET') return response.end(lines.join('\\n'));
  let body = '';
  request.on('data', (chunk) => { body += chunk; }).on('end', () => {
    const { headers } = request;
    const id = headers['ce-id'];
    if (!seen.has(id) && seen.add(id).size % 5 === 0) return response.writeHead(503).end();
    lines.push(JSON.stringify({ id, cause: headers['ce-causationid'], team: headers['ce-team'], data: JSON.parse(body) }));
    response.writeHead(204).end();
  });
}).listen(8080);`;

interface Counted {
  readonly id: string;
  readonly cause: string;
  readonly team?: string;
  readonly data: { readonly score: number };
}

const eventing = await run('kubectl', [
  'get',
  'crd',
  'brokers.eventing.knative.dev',
  '--ignore-not-found',
  '-o',
  'name',
]);
const skip = eventing.stdout === '' && 'the cluster has no Knative Eventing';

describe('deploy/eventing', { skip }, () => {
  let space: Namespace;
  let counterUrl: string;
  let brokerUrl: string;
  let scores: number[];
  const folder = join(sharedFolder ?? '', 'eventing');

  before(async () => {
    space = await Namespace.make('eventing');
    const { stdout } = await hoshi(['score'], texts.map((text) => `${text}\n`).join(''));
    scores = stdout.trimEnd().split('\n').map(Number);
    await space.apply(counterPod());
    await space.apply({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'scores' },
      spec: { selector: { app: 'scores' }, ports: [{ port: 80, targetPort: 8080 }] },
    });
    await space.deploy(await hoshiService());
    await space.kubectl('apply', '-f', 'deploy/eventing/broker.yaml');
    await space.kubectl(
      'wait',
      'pod/scores',
      'broker/hoshi',
      'trigger/hoshi',
      'trigger/hoshi-scores',
      '--for=condition=Ready',
      '--timeout=120s',
    );
    counterUrl = `http://${await clusterIp(space.name, 'scores')}/`;
    brokerUrl = `http://${await clusterIp('knative-eventing', 'broker-ingress')}/${space.name}/hoshi`;
  });
  after(async () => {
    await space?.remove();
    await rm(folder, { recursive: true, force: true });
  });

  const counted = async (): Promise<Counted[]> => {
    const lines = (await (await fetch(counterUrl)).text()).split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Counted);
  };
  const killHoshi = async () => {
    const [pod] = await space.alivePods('hoshi');
    assert.ok(pod);
    await space.kubectl('delete', 'pod', pod.metadata.name, '--force', '--grace-period=0');
  };
  /** Waits for the answers to these events, and checks each: none lost, the right score, one id for each. */
  const expectAnswers = async (prefix: string, count: number): Promise<readonly Counted[]> => {
    const found = async () => (await counted()).filter(({ cause }) => cause.startsWith(prefix));
    const causes = async () => new Set((await found()).map(({ cause }) => cause)).size;
    await until(`${count} answers`, async () => (await causes()) === count, { ...PATIENCE, received: () => prefix });
    await delay(1000); // a copy may come later
    const answers = await found();
    for (const { cause, data } of answers) {
      const index = Number(cause.slice(prefix.length));
      assert.equal(data.score, scores[index % texts.length], cause);
    }
    assert.equal(new Set(answers.map(({ id }) => id)).size, count, 'a repeat has the id of the first answer');
    return answers;
  };

  test(`${EVENTS} events: Broker, Trigger, hoshi, reply, Trigger; a pod is killed, and none is lost`, {
    timeout: PATIENCE.patienceMs,
  }, async () => {
    const began = performance.now();
    await sendAll(EVENTS, async (i) => {
      if (i === KILLED_AT) await killHoshi();
      const response = await fetch(brokerUrl, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          'Ce-Specversion': '1.0',
          'Ce-Id': `event-${i}`,
          'Ce-Source': '/test',
          'Ce-Type': 'com.example.review',
        },
        body: JSON.stringify({ texts: texts[i % texts.length] }),
      });
      await response.arrayBuffer();
      assert.equal(response.status, 202);
    });
    const sentS = (performance.now() - began) / 1000;
    const answers = await expectAnswers('event-', EVENTS);
    const seconds = (performance.now() - began) / 1000 - 1;
    show('events through a Broker', [
      ['events', String(EVENTS)],
      ['seconds until the Broker had them', sentS],
      ['seconds until the last answer', seconds],
      ['answers, with repeats', String(answers.length)],
    ]);
    await keep('eventing', { events: EVENTS, sentS, seconds, answers: answers.length });
  });

  test(`${PUSHES} messages of Pub/Sub: the SinkBinding sends their answers to the Broker`, {
    timeout: PATIENCE.patienceMs,
  }, async () => {
    const binding = await readFile('deploy/eventing/sink-binding.yaml', 'utf8');
    await run(
      'kubectl',
      ['--namespace', space.name, 'apply', '-f', '-'],
      binding.replace(/(kind: Service\n +name: )hoshi/, '$1hoshi-push'),
    );
    const service = await hoshiService();
    service.metadata.name = 'hoshi-push';
    await space.deploy(service);
    await space.kubectl('wait', 'sinkbinding/hoshi', '--for=condition=Ready', '--timeout=60s');
    const variables = async () => {
      const path = 'jsonpath={.spec.template.spec.containers[0].env[*].name}';
      return (await space.kubectl('get', 'ksvc', 'hoshi-push', '-o', path)).stdout;
    };
    await until('K_SINK in the service', async () => (await variables()).includes('K_SINK'), PATIENCE);
    await space.ready('hoshi-push');
    const host = await space.hostOf('hoshi-push');
    const push = (i: number) =>
      ask(host, {
        method: 'POST',
        path: '/pubsub',
        body: JSON.stringify({
          message: {
            data: Buffer.from(texts[i % texts.length] || '{"texts": ""}').toString('base64'),
            messageId: `push-${i}`,
          },
          subscription: 'projects/p/subscriptions/s',
        }),
      });
    // An instance without the sink may still answer: its response is 200.
    await until('a 204', async () => (await push(0)).status === 204, PATIENCE);
    await sendAll(PUSHES, async (i) => {
      const { status, body } = await push(i);
      assert.equal(status, 204, body);
    });
    for (const { team } of await expectAnswers('push-', PUSHES)) assert.equal(team, 'reviews');
  });

  test('a JobSink scores the file that an event names, once', {
    timeout: PATIENCE.patienceMs,
    skip: sharedFolder === undefined && 'set HOSHI_SHARED_FOLDER',
  }, async () => {
    await mkdir(folder, { recursive: true });
    await chmod(folder, 0o777); // the pod runs as 65532
    const reviews = Array.from({ length: 10_000 }, (_, i) => `${texts[i % 3]}\n`).join('');
    await writeFile(join(folder, 'reviews.txt'), reviews);
    const manifest = (await readFile('deploy/eventing/job-sink.yaml', 'utf8'))
      .replace('REGISTRY/hoshi', image)
      .replace('cpu: 500m', 'cpu: 100m')
      .replace(/persistentVolumeClaim:\n +claimName: hoshi-bulk/, `hostPath: { path: ${JSON.stringify(folder)} }`);
    await run('kubectl', ['--namespace', space.name, 'apply', '-f', '-'], manifest);
    await space.kubectl('wait', 'jobsink/hoshi-bulk', '--for=condition=Ready', '--timeout=120s');
    const { stdout: address } = await space.kubectl(
      'get',
      'jobsink',
      'hoshi-bulk',
      '-o',
      'jsonpath={.status.address.url}',
    );
    const { hostname, pathname } = new URL(address);
    const [name = '', namespace = ''] = hostname.split('.');
    const url = `http://${await clusterIp(namespace, name)}${pathname}`;
    for (const _ of [1, 2]) {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          'Ce-Specversion': '1.0',
          'Ce-Id': 'file-1',
          'Ce-Source': '/test',
          'Ce-Type': 'com.example.reviews',
        },
        body: JSON.stringify({ reviews: 'reviews.txt', scores: 'scores.txt' }),
      });
      assert.ok(response.ok, `${response.status}: ${await response.text()}`);
    }
    const jobs = async () =>
      JSON.parse((await space.kubectl('get', 'jobs', '-o', 'json')).stdout).items as {
        status: { succeeded?: number };
      }[];
    await until('a finished Job', async () => (await jobs()).some(({ status }) => status.succeeded === 1), PATIENCE);
    assert.equal((await jobs()).length, 1, 'an event that comes again starts no second Job');
    const lines = (await readFile(join(folder, 'scores.txt'), 'utf8')).trimEnd().split('\n').map(Number);
    assert.deepEqual(
      lines,
      Array.from({ length: 10_000 }, (_, i) => scores[i % 3]),
    );
  });
});

/** Sends `count` requests from a few senders at a time. */
async function sendAll(count: number, send: (i: number) => Promise<void>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: SENDERS }, async () => {
      while (next < count) await send(next++);
    }),
  );
}

/** The nodes' network reaches it, and so does this machine: the cluster is local, or has a route. */
async function clusterIp(namespace: string, service: string): Promise<string> {
  const path = 'jsonpath={.spec.clusterIP}';
  return (await run('kubectl', ['--namespace', namespace, 'get', 'service', service, '-o', path])).stdout;
}

function counterPod(): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'scores', labels: { app: 'scores' } },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: 'scores',
          image,
          args: ['-e', COUNTER],
          readinessProbe: { httpGet: { path: '/', port: 8080 }, periodSeconds: 1 },
        },
      ],
    },
  };
}
