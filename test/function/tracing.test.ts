/** Traces, as a collector receives them from a server. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../bench/servers.ts';
import { routes } from '../../function/routes.ts';
import { polledRoutes, startTracing } from '../../function/tracing.ts';
import { packageRoot } from '../../native/package-root.ts';
import { type OtlpReceiver, type ReceivedSpan, startReceiver } from '../fixtures/otlp-receiver.ts';
import { until } from '../fixtures/until.ts';
import { fakeServer, functionsFramework, type Host, leanServer, packedServer, sendRaw, start } from './hosts.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';
const sampled = `00-${TRACE}-${PARENT}-01`;
const text = 'すごい！最高に興奮した！楽しい';
const [UNSET, ERROR] = [0, 2];

function post(url: string, headers: Record<string, string> = {}, body: object = { texts: text }): Promise<Response> {
  return fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
}

/** Waits for the span of the request with this user agent. A request's own spans have its trace. */
async function spanOf(receiver: OtlpReceiver, userAgent: string): Promise<ReceivedSpan> {
  const find = () => receiver.spans().find(({ attributes }) => attributes['user_agent.original'] === userAgent);
  await until(`a span of ${userAgent}`, () => find() !== undefined, {
    patienceMs: 20_000,
    received: () => JSON.stringify(receiver.spans().map(({ name }) => name)),
  });
  return find() as ReceivedSpan;
}

function childrenOf(receiver: OtlpReceiver, { spanId }: ReceivedSpan): ReceivedSpan[] {
  return receiver.spans().filter(({ parentSpanId }) => parentSpanId === spanId);
}

const ready = async ({ url, messages }: Host) =>
  until('the model', async () => (await fetch(`${url}/readyz`)).ok, { received: messages });

const hosts = {
  'the lean server': [leanServer],
  'functions-framework': functionsFramework,
  'the packed server': [packedServer],
};
for (const [name, args] of Object.entries(hosts)) {
  describe(`under ${name}`, () => {
    let host: Host;
    let receiver: OtlpReceiver;
    before(async () => {
      receiver = await startReceiver();
      host = await start(args, {
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        OTEL_BSP_SCHEDULE_DELAY: '20',
        HOSHI_LOG_SHARE: '1',
      });
      await ready(host);
    });
    after(async () => {
      await host.stop();
      await receiver.stop();
    });

    test('a request continues its trace, and its span follows the semantic conventions', async () => {
      const url = `${host.url}/v1/models/stars:predict?secret=1`;
      const headers = { traceparent: sampled, tracestate: 'vendor=1,other=2', 'User-Agent': 'one' };
      const response = await post(url, headers, { instances: [text, '良い'] });
      const span = await spanOf(receiver, 'one');
      assert.deepEqual(
        [span.traceId, span.parentSpanId, span.traceState, span.name, span.kind, span.status],
        [TRACE, PARENT, 'vendor=1,other=2', 'POST /v1/models/{model}:predict', 2, UNSET],
      );
      assert.deepEqual(span.attributes, {
        'http.request.method': 'POST',
        'http.route': '/v1/models/{model}:predict',
        'http.response.status_code': 200,
        'url.scheme': 'http',
        'url.path': '/v1/models/stars:predict',
        'server.address': '127.0.0.1',
        'server.port': host.port,
        'network.protocol.version': '1.1',
        'user_agent.original': 'one',
        'hoshi.model.version': response.headers.get('x-model-version'),
        'hoshi.texts': 2,
        'hoshi.units': text.length + 2,
      });
      assert.equal(span.resource['service.name'], 'hoshi');
      assert.equal(span.resource['telemetry.sdk.language'], 'nodejs');
      await until('the child spans', () => childrenOf(receiver, span).length === 2);
      const [preprocess, predict] = childrenOf(receiver, span) as [ReceivedSpan, ReceivedSpan];
      assert.deepEqual([preprocess.name, predict.name], ['preprocess', 'predict']);
      assert.deepEqual([preprocess.traceId, predict.traceId, predict.kind], [TRACE, TRACE, 1]);
      const times = [span.startNs, preprocess.startNs, preprocess.endNs, predict.startNs, predict.endNs, span.endNs];
      assert.ok(
        times.every((time, i) => i === 0 || time >= (times[i - 1] as bigint)),
        times.join(' '),
      );
      assert.ok(Math.abs(Number(span.startNs / 1_000_000n) - Date.now()) < 60_000);
    });

    test('the log names the same trace and the span of the request', async () => {
      await post(host.url, { traceparent: sampled, 'User-Agent': 'logged', 'X-Request-Id': 'logged-1' });
      const { spanId } = await spanOf(receiver, 'logged');
      await until('its line', () => host.lines().some((line) => line.includes('logged-1')));
      const line = JSON.parse(host.lines().find((one) => one.includes('logged-1')) as string);
      assert.equal(line['logging.googleapis.com/trace'], TRACE);
      assert.equal(line['logging.googleapis.com/spanId'], spanId);
      assert.equal(line['logging.googleapis.com/trace_sampled'], true);
    });

    test('a request without a trace begins one; so does one with a traceparent that is not valid', async () => {
      const invalid = [`00-${TRACE}-${PARENT}-01-more`, `ff-${TRACE}-${PARENT}-01`, `00-${TRACE}-${'0'.repeat(16)}-01`];
      await post(host.url, { 'User-Agent': 'root' });
      for (const [i, traceparent] of invalid.entries())
        await post(host.url, { traceparent, tracestate: 'a=1', 'User-Agent': `invalid-${i}` });
      const spans = await Promise.all(
        ['root', 'invalid-0', 'invalid-1', 'invalid-2'].map((one) => spanOf(receiver, one)),
      );
      for (const { traceId, parentSpanId, traceState } of spans) {
        assert.match(traceId, /^[\da-f]{32}$/);
        assert.deepEqual([parentSpanId, traceState], ['', '']);
      }
      assert.equal(new Set([TRACE, ...spans.map(({ traceId }) => traceId)]).size, 5);
    });

    test('the header of Google’s load balancers is continued, too', async () => {
      await post(host.url, { 'X-Cloud-Trace-Context': `${TRACE}/255;o=1`, 'User-Agent': 'google' });
      const { traceId, parentSpanId } = await spanOf(receiver, 'google');
      assert.deepEqual([traceId, parentSpanId], [TRACE, '00000000000000ff']);
    });

    test('a parent that is not sampled: no span is sent, and the log says so', async () => {
      const other = 'a'.repeat(32);
      const traceparent = `00-${other}-${PARENT}-00`;
      await post(host.url, { traceparent, 'User-Agent': 'not sampled', 'X-Request-Id': 'unsampled-1' });
      await post(host.url, { 'User-Agent': 'after' });
      await spanOf(receiver, 'after');
      assert.deepEqual(
        receiver.spans().filter(({ traceId }) => traceId === other),
        [],
      );
      await until('its line', () => host.lines().some((one) => one.includes('unsampled-1')));
      const line = JSON.parse(host.lines().find((one) => one.includes('unsampled-1')) as string);
      assert.equal(line['logging.googleapis.com/trace'], other);
      assert.equal(line['logging.googleapis.com/trace_sampled'], false);
    });

    test('probes and scrapes have a span only in a sampled trace', async () => {
      const polled = ['/livez', '/readyz', '/metrics', '/v2/health/ready', '/v2/models/stars/ready'];
      for (const path of polled) await fetch(host.url + path, { headers: { 'User-Agent': 'probe' } });
      await fetch(`${host.url}/readyz`, { headers: { 'User-Agent': 'sampled probe', traceparent: sampled } });
      const span = await spanOf(receiver, 'sampled probe');
      assert.deepEqual([span.name, span.traceId], ['GET /readyz', TRACE]);
      assert.ok(!receiver.spans().some(({ attributes }) => attributes['user_agent.original'] === 'probe'));
    });

    test('errors of the client leave the status unset; a path or method without a route is no name', async () => {
      await post(host.url, { 'User-Agent': 'bad body' }, { text });
      await fetch(`${host.url}/none/${encodeURIComponent(text)}`, { headers: { 'User-Agent': 'no path' } });
      await fetch(host.url, { method: 'DELETE', headers: { 'User-Agent': 'no method' } });
      const spans = await Promise.all(['bad body', 'no path', 'no method'].map((one) => spanOf(receiver, one)));
      assert.deepEqual(
        spans.map(({ name, status, attributes }) => [name, status, attributes['http.response.status_code']]),
        [
          ['POST /', UNSET, 400],
          ['GET', UNSET, 404],
          ['DELETE', UNSET, 405],
        ],
      );
      for (const { attributes } of spans) assert.equal(attributes['error.type'], undefined);
    });

    test('a CloudEvent names the trace where no header does, in both modes', async () => {
      const event = { specversion: '1.0', id: '1', source: '/a', type: 'review' };
      const extension = { traceparent: sampled, tracestate: 'event=1' };
      const binary = Object.fromEntries(
        Object.entries({ ...event, ...extension }).map(([key, one]) => [`ce-${key}`, one]),
      );
      const json = { 'Content-Type': 'application/json' };
      await post(host.url, { ...json, ...binary, 'User-Agent': 'binary' });
      const structured = { ...event, ...extension, datacontenttype: 'application/json', data: { texts: text } };
      const type = { 'Content-Type': 'application/cloudevents+json' };
      await post(host.url, { ...type, 'User-Agent': 'structured' }, structured);
      const other = `00-${'b'.repeat(32)}-${PARENT}-01`;
      await post(host.url, { ...type, 'User-Agent': 'both', traceparent: other }, structured);
      for (const one of ['binary', 'structured']) {
        const { traceId, parentSpanId, traceState } = await spanOf(receiver, one);
        assert.deepEqual([traceId, parentSpanId, traceState], [TRACE, PARENT, 'event=1'], one);
      }
      const { traceId, traceState } = await spanOf(receiver, 'both');
      assert.deepEqual([traceId, traceState], ['b'.repeat(32), '']);
    });

    test('no span holds a text or a query', async () => {
      await fetch(`${host.url}/openapi.json?q=${encodeURIComponent(text)}`, { headers: { 'User-Agent': 'query' } });
      await spanOf(receiver, 'query');
      assert.ok(receiver.spans().length > 20);
      const all = JSON.stringify(receiver.spans(), (_, value) => (typeof value === 'bigint' ? String(value) : value));
      for (const secret of [text, '興奮', 'secret', '?q=']) assert.ok(!all.includes(secret), secret);
    });
  });
}

let host: Host | undefined;
let receiver: OtlpReceiver | undefined;
afterEach(async () => {
  host?.child.kill('SIGKILL');
  await receiver?.stop();
  host = undefined;
  receiver = undefined;
});

test('the polled routes are in the table', () => {
  const ids = routes.map(({ id }) => id);
  for (const id of polledRoutes) assert.ok(ids.includes(id), id);
});

test('the standard variables: JSON, the endpoint of traces, headers, compression, names, a sampler', async () => {
  receiver = await startReceiver();
  host = await start([leanServer], {
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/own/path`,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_EXPORTER_OTLP_HEADERS: 'api-key=a%20key',
    OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    OTEL_SERVICE_NAME: 'reviews',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,service.name=not-this',
    OTEL_TRACES_SAMPLER: 'parentbased_always_off',
    OTEL_BSP_SCHEDULE_DELAY: '20',
    K_SERVICE: 'hoshi-on-knative',
    K_REVISION: 'hoshi-00001',
  });
  await ready(host);
  await post(host.url, { 'User-Agent': 'root' });
  await post(host.url, { 'User-Agent': 'child', traceparent: sampled });
  const span = await spanOf(receiver, 'child');
  assert.deepEqual([span.traceId, span.parentSpanId, span.name], [TRACE, PARENT, 'POST /']);
  assert.equal(span.attributes['http.response.status_code'], 200);
  assert.ok(span.endNs > span.startNs);
  const { resource } = span;
  assert.deepEqual(
    ['service.name', 'deployment.environment.name', 'faas.name', 'faas.version'].map((key) => resource[key]),
    ['reviews', 'test', 'hoshi-on-knative', 'hoshi-00001'],
  );
  const [sent] = receiver.posts;
  assert.equal(sent?.path, '/own/path');
  assert.equal(sent?.headers['content-type'], 'application/json');
  assert.equal(sent?.headers['api-key'], 'a key');
  assert.equal(sent?.headers['content-encoding'], 'gzip');
  assert.ok(!receiver.spans().some(({ attributes }) => attributes['user_agent.original'] === 'root'));
});

test('a connection whose address cannot be read costs the span, not the process', async () => {
  const tracing = startTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' }, {});
  const request = (socket: object) =>
    Object.defineProperty({ method: 'GET', url: '/', headers: { host: 'a' }, httpVersion: '2.0' }, 'socket', {
      get: () => {
        if (Object.keys(socket).length === 0) throw new Error('the session has ended'); // as node:http2 does
        return socket;
      },
    }) as unknown as IncomingMessage;
  const traced = { status: 200, route: undefined, receivedMs: 0, durationMs: 1, textCount: 0, units: 0 };
  const undefinedFields = { preprocessMs: undefined, predictMs: undefined, modelVersion: undefined };
  const all = { ...traced, ...undefinedFields, eventTrace: undefined };
  assert.equal(tracing?.record(request({}), all), undefined);
  assert.equal(tracing?.record(request({ localPort: 1 }), all)?.isSampled, true);
  await tracing?.shutdown(0);
});

test('a wrong value of a variable that the packages read: a warning, and their default', async () => {
  receiver = await startReceiver();
  host = await start([leanServer], {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_TRACES_SAMPLER: 'sometimes',
    OTEL_BSP_SCHEDULE_DELAY: '20',
  });
  await ready(host);
  await post(host.url, { 'User-Agent': 'sampled' });
  await spanOf(receiver, 'sampled');
  assert.match(host.messages(), /^warning: OpenTelemetry: OTEL_TRACES_SAMPLER value "sometimes" invalid/m);
});

test('a request that is shed has a span with an error', async () => {
  receiver = await startReceiver();
  const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_BSP_SCHEDULE_DELAY: '20' };
  host = await start([leanServer], { ...environment, HOSHI_BUFFER_LIMIT_BYTES: '64' });
  await ready(host);
  assert.equal((await post(host.url, { 'User-Agent': 'shed' }, { texts: text.repeat(9) })).status, 503);
  const { name, status, attributes } = await spanOf(receiver, 'shed');
  assert.deepEqual([name, status, attributes['error.type']], ['POST /', ERROR, '503']);
  assert.equal(attributes['hoshi.texts'], undefined);
});

test('an unplanned error: a span with an error; an uncaught one: the spans before it are sent', async () => {
  receiver = await startReceiver();
  host = await start([fakeServer], { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_BSP_SCHEDULE_DELAY: '60000' });
  assert.equal((await post(host.url, { 'User-Agent': 'boom' }, { texts: 'boom' })).status, 500);
  await post(host.url, { 'User-Agent': 'late' }, { texts: 'late boom' }).catch(() => undefined);
  assert.equal(await host.ended(), 1);
  const { status, attributes } = await spanOf(receiver, 'boom');
  assert.deepEqual([status, attributes['http.response.status_code'], attributes['error.type']], [ERROR, 500, '500']);
  assert.equal((await spanOf(receiver, 'late')).status, UNSET);
});

test('what a client may send in its head: an unknown method, an IPv6 host, another scheme, absolute form', async () => {
  receiver = await startReceiver();
  host = await start([leanServer], { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_BSP_SCHEDULE_DELAY: '20' });
  await ready(host);
  const head = (line: string, ...headers: string[]) =>
    `${[line, ...headers, 'Connection: close'].join('\r\n')}\r\n\r\n`;
  await sendRaw(host.port, head('PURGE /a?b HTTP/1.1', 'Host: [::1]:81', 'User-Agent: purge'));
  await sendRaw(
    host.port,
    head(
      'GET https://a.example/none?b HTTP/1.1',
      'Host: a.example',
      'X-Forwarded-Proto: HTTPS, http',
      'User-Agent: far',
    ),
  );
  await sendRaw(host.port, head('GET / HTTP/1.1', 'User-Agent: no host'));
  const attributesOf = async (one: string, ...names: string[]) => {
    const { attributes } = await spanOf(receiver as OtlpReceiver, one);
    return names.map((name) => attributes[name]);
  };
  const server = ['url.scheme', 'url.path', 'server.address', 'server.port'];
  const method = ['http.request.method', 'http.request.method_original'];
  assert.deepEqual(await attributesOf('purge', ...method, ...server), ['_OTHER', 'PURGE', 'http', '/a', '::1', 81]);
  assert.equal((await spanOf(receiver, 'purge')).name, 'HTTP');
  assert.deepEqual(await attributesOf('far', ...server), ['https', '/none', 'a.example', host.port]);
  assert.deepEqual(await attributesOf('no host', 'http.response.status_code', ...server.slice(2)), [
    400,
    undefined,
    undefined,
  ]);
});

for (const [name, args] of Object.entries(hosts)) {
  test(`SIGTERM sends the spans that wait: ${name}`, async () => {
    receiver = await startReceiver();
    host = await start(args, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_BSP_SCHEDULE_DELAY: '60000' });
    await ready(host);
    await post(host.url, { 'User-Agent': 'last' });
    assert.deepEqual(receiver.spans(), []);
    host.child.kill('SIGTERM');
    assert.equal(await host.ended(), 0);
    assert.equal((await spanOf(receiver, 'last')).attributes['http.response.status_code'], 200);
  });
}

test('each worker sends its spans, at SIGTERM as well', async () => {
  receiver = await startReceiver();
  host = await start([leanServer], {
    HOSHI_WORKERS: '2',
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_BSP_SCHEDULE_DELAY: '60000',
  });
  const { lines, url } = host;
  await until('two workers', () => lines().filter((line) => line.includes('"ready: stars')).length === 2);
  const sent = 40;
  for (let i = 0; i < sent; i++) await post(url, { 'User-Agent': `worker-${i}`, Connection: 'close' });
  host.child.kill('SIGTERM');
  assert.equal(await host.ended(), 0);
  const servers = receiver.spans().filter(({ kind }) => kind === 2);
  assert.equal(servers.length, sent);
  const instances = new Set(servers.map(({ resource }) => resource['service.instance.id']));
  assert.equal(instances.size, new Set(servers.map(({ resource }) => resource['process.pid'])).size);
});

test('a collector that is away: requests are answered, one line says so, and SIGTERM ends the process with 0', async () => {
  host = await start([leanServer], {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://user:password@127.0.0.1:${await freePort()}`,
    OTEL_EXPORTER_OTLP_TIMEOUT: '100',
    OTEL_BSP_SCHEDULE_DELAY: '10',
  });
  await ready(host);
  const failures = () => host?.lines().filter((line) => line.includes('could not be sent')) ?? [];
  for (let i = 0; i < 50; i++) assert.equal((await post(host.url)).status, 200);
  await until('a line', () => failures().length > 0);
  for (let i = 0; i < 50; i++) {
    assert.equal((await post(host.url)).status, 200);
    await delay(10);
  }
  host.child.kill('SIGTERM');
  assert.equal(await host.ended(), 0);
  assert.ok(failures().length <= 2, failures().join('\n')); // a minute of the clock may have ended
  assert.match(failures()[0] ?? '', /\d+ spans could not be sent to http:\/\/127\.0\.0\.1:\d+: .*ECONNREFUSED/);
  assert.ok(!host.messages().includes('password'));
  assert.ok(!host.messages().includes('could not be finished'));
});

test('a collector that never answers delays no request, and the end by no more than the drain time', async () => {
  receiver = await startReceiver();
  receiver.answer(undefined);
  host = await start([leanServer], {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_BSP_SCHEDULE_DELAY: '10',
    OTEL_BSP_MAX_QUEUE_SIZE: '100',
    OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '10',
    HOSHI_DRAIN_TIMEOUT_MS: '1500',
  });
  await ready(host);
  for (let i = 0; i < 200; i++) assert.equal((await post(host.url)).status, 200);
  const began = performance.now();
  host.child.kill('SIGTERM');
  assert.equal(await host.ended(), 0);
  const tookMs = performance.now() - began;
  assert.ok(tookMs > 1000 && tookMs < 4000, `${tookMs} ms`);
  assert.ok(!host.messages().includes('were not finished'), host.messages());
});

for (const [queue, largest, requests] of [
  ['', 128, 200],
  ['16000', 1000, 1500],
] as const) {
  test(`a queue of ${queue || 'the usual number of'} spans is sent in batches of ${largest}, none is lost at the end`, async () => {
    receiver = await startReceiver();
    host = await start([leanServer], {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_BSP_SCHEDULE_DELAY: '60000',
      OTEL_BSP_MAX_QUEUE_SIZE: queue,
      HOSHI_DRAIN_TIMEOUT_MS: '60000', // on a busy machine, the spans can take longer than the default
    });
    await ready(host);
    const { url } = host;
    for (let i = 0; i < requests; i += 50) await Promise.all(Array.from({ length: 50 }, () => post(url)));
    host.child.kill('SIGTERM');
    assert.equal(await host.ended(), 0);
    assert.equal(receiver.spans().length, 3 * requests);
    assert.equal(Math.max(...receiver.posts.map(({ spans }) => spans.length)), largest);
    assert.ok(!host.messages().includes('warning'), host.messages());
  });
}

test('a collector that answers with errors fails no request', async () => {
  receiver = await startReceiver();
  receiver.answer(500);
  host = await start([leanServer], { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_BSP_SCHEDULE_DELAY: '10' });
  await ready(host);
  assert.equal((await post(host.url, { 'User-Agent': 'refused' })).status, 200);
  await until('a line', () => host?.messages().includes('3 spans could not be sent') === true, {
    received: () => String(host?.messages()),
  });
  receiver.answer(200);
  assert.equal((await post(host.url, { 'User-Agent': 'taken' })).status, 200);
  await spanOf(receiver, 'taken');
});

const off: [what: string, environment: Record<string, string>, warning: RegExp | undefined][] = [
  [
    'gRPC',
    { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
    /warning: no traces are sent: Expected OTEL_EXPORTER_OTLP_PROTOCOL to be http\/protobuf or http\/json, received "grpc"\. A collector takes OTLP over HTTP on another port, usually 4318\n/,
  ],
  [
    'another exporter',
    { OTEL_TRACES_EXPORTER: 'zipkin' },
    /warning: no traces are sent: Expected OTEL_TRACES_EXPORTER to be otlp or none, received "zipkin"\n/,
  ],
  [
    'an endpoint without a scheme',
    { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'collector:4318' },
    /warning: no traces are sent: Expected OTEL_EXPORTER_OTLP_TRACES_ENDPOINT to be a URL such as http:\/\/localhost:4318, received another value\n/,
  ],
  ['OTEL_SDK_DISABLED', { OTEL_SDK_DISABLED: 'true' }, undefined],
  ['OTEL_TRACES_EXPORTER=none', { OTEL_TRACES_EXPORTER: 'none' }, undefined],
];
for (const [what, environment, warning] of off) {
  test(`${what}: the server serves without traces`, async () => {
    receiver = await startReceiver();
    const settings = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_BSP_SCHEDULE_DELAY: '10' };
    host = await start([leanServer], { ...settings, ...environment });
    await ready(host);
    assert.equal((await post(host.url)).status, 200);
    host.child.kill('SIGTERM');
    assert.equal(await host.ended(), 0);
    assert.deepEqual(receiver.posts, []);
    if (warning === undefined) assert.ok(!host.messages().includes('warning'), host.messages());
    else assert.match(host.messages(), warning);
  });
}

test('without an endpoint, no file of OpenTelemetry is loaded', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hoshi-tracing-'));
  const loader = ['--import', join(packageRoot, 'dist', 'test', 'fixtures', 'record-loaded.js')];
  const loadedWith = async (environment: Record<string, string>) => {
    const file = join(folder, `loaded-${Object.keys(environment).length}`);
    host = await start([...loader, leanServer], { LOADED_FILE: file, ...environment });
    await ready(host);
    assert.equal((await post(host.url, { traceparent: sampled })).status, 200);
    await fetch(`${host.url}/metrics`);
    await host.stop();
    return (await readFile(file, 'utf8')).split('\n');
  };
  try {
    const isOfTracing = (url: string) => /opentelemetry|\/tracing\.js$/.test(url);
    const without = await loadedWith({});
    assert.ok(without.some((url) => url.endsWith('/function/request-lifecycle.js')));
    assert.deepEqual(without.filter(isOfTracing), []);
    const withEndpoint = await loadedWith({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' });
    assert.ok(withEndpoint.filter(isOfTracing).length > 5, 'the recorder sees the files');
  } finally {
    await rm(folder, { recursive: true });
  }
});
