/** Observability of a server: metrics, the log, and the headers of its responses. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { packageRoot } from '../../native/package-root.ts';
import { type Host, leanServer, sendRaw, start } from './hosts.ts';

const great = 'すごい！最高に興奮した！楽しい';

let host: Host;
before(async () => {
  host = await start([leanServer], {
    HOSHI_LOG_SHARE: '1',
    GOOGLE_CLOUD_PROJECT: 'a-project',
    K_REVISION: 'hoshi-00001',
    K_SERVICE: 'hoshi',
  });
});
after(() => host.stop());

const post = (headers: Record<string, string> = {}, path = '/api/1/users?secret=1') =>
  fetch(host.url + path, { method: 'POST', headers, body: JSON.stringify({ texts: great }) });

async function metrics(): Promise<Map<string, number>> {
  const response = await fetch(`${host.url}/metrics`);
  assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

/** Waits for the log entry that contains `requestId`. */
async function logged(requestId: string): Promise<Record<string, unknown>> {
  for (let tries = 0; tries < 400; tries++) {
    const line = host.lines().find((one) => one.includes(requestId));
    if (line !== undefined) return JSON.parse(line);
    await delay(5);
  }
  throw new Error(`Expected the log to hold ${requestId}, received: ${host.lines().join('\n')}`);
}

test('a request is counted in each metric that it belongs to', async () => {
  const label = 'http_route="/api/1/users",http_response_status_code="200"';
  const counts = (all: Map<string, number>) =>
    [
      `http_server_request_duration_seconds_count{${label}}`,
      `http_server_request_duration_seconds_bucket{${label},le="+Inf"}`,
      'request_preprocess_seconds_count',
      'request_predict_seconds_count',
      'score_value_count',
      'score_value_bucket{le="5"}',
      'score_words_total',
      'score_unknown_words_total',
      'score_value_sum',
    ].map((name) => all.get(name) ?? 0);
  const before = counts(await metrics());
  const { score } = (await (await post()).json()) as { score: number };
  const grown = counts(await metrics()).map((count, i) => count - (before[i] as number));
  // すごい 最高 に 興奮 し た 楽しい
  assert.deepEqual(grown.slice(0, -1), [1, 1, 1, 1, 1, 1, 7, 0]);
  assert.ok(Math.abs((grown.at(-1) as number) - score) < 1e-9);
});

test('there are metrics of the model, the start, shed requests and the process', async () => {
  const all = await metrics();
  const names = [...all.keys()];
  assert.ok(names.some((name) => /^model_info\{name="stars",version="[0-9a-f]{12}",engine="native"\}$/.test(name)));
  for (const phase of ['listening', 'ready']) assert.ok((all.get(`start_phase_seconds{phase="${phase}"}`) ?? 0) > 0);
  for (const reason of ['loop', 'queue', 'memory', 'connections'])
    assert.equal(all.get(`http_server_shed_requests_total{reason="${reason}"}`), 0);
  assert.equal(all.get('http_server_active_requests'), 1);
  assert.ok((all.get('process_resident_memory_bytes') ?? 0) > 1e7);
  assert.ok(all.has('nodejs_eventloop_lag_seconds'));
});

test('the README lists each metric of hoshi', async () => {
  const readme = await readFile(join(packageRoot, 'function', 'README.md'), 'utf8');
  const section = readme.slice(readme.indexOf('## Metrics'), readme.indexOf('## Traces'));
  const cells = Array.from(section.matchAll(/^\| (`[^|]*) \|/gm), ([, cell]) => String(cell));
  const listed = cells.flatMap((cell) => Array.from(cell.matchAll(/`(\w+)`/g), ([, name]) => String(name)));
  const text = await (await fetch(`${host.url}/metrics`)).text();
  const exported = Array.from(text.matchAll(/^# TYPE (\w+) /gm), ([, name]) => String(name));
  assert.deepEqual(listed.sort(), exported.filter((name) => !/^(process|nodejs)_/.test(name)).sort());
});

test('the headers of a response', async () => {
  const { headers } = await post({ 'X-Request-Id': 'mine-1' });
  assert.equal(headers.get('x-request-id'), 'mine-1');
  assert.match(headers.get('x-model-version') ?? '', /^[0-9a-f]{12}$/);
  assert.match(headers.get('server-timing') ?? '', /^preprocess;dur=\d+\.\d{3}, predict;dur=\d+\.\d{3}$/);
  assert.equal(headers.get('cache-control'), 'no-store');
  assert.equal(headers.get('x-content-type-options'), 'nosniff');
});

test('a request id that could break a line or a header is replaced', async () => {
  const ids = await Promise.all(['a b', '"', 'x'.repeat(129)].map((id) => post({ 'X-Request-Id': id })));
  const received = ids.map(({ headers }) => headers.get('x-request-id') ?? '');
  for (const id of received) assert.match(id, /^[a-z0-9]+-[a-z0-9]+$/);
  assert.equal(new Set(received).size, 3);
});

test("a log line has Google Cloud Logging's fields, and contains neither the text nor the query", async () => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  await post({ 'X-Request-Id': 'logged-1', traceparent, 'User-Agent': 'a test' });
  const entry = await logged('logged-1');
  assert.equal(entry.severity, 'INFO');
  assert.equal(entry['logging.googleapis.com/trace'], 'projects/a-project/traces/4bf92f3577b34da6a3ce929d0e0e4736');
  assert.equal(entry['logging.googleapis.com/spanId'], '00f067aa0ba902b7');
  assert.equal(entry['logging.googleapis.com/trace_sampled'], true);
  const labels = entry['logging.googleapis.com/labels'] as Record<string, string>;
  assert.equal(labels.revision, 'hoshi-00001');
  assert.match(labels.model_version ?? '', /^[0-9a-f]{12}$/);
  const request = entry.httpRequest as Record<string, unknown>;
  assert.equal(request.requestMethod, 'POST');
  assert.equal(request.requestUrl, '/api/1/users');
  assert.equal(request.status, 200);
  assert.equal(request.userAgent, 'a test');
  assert.match(request.latency as string, /^\d+\.\d{6}s$/);
  const all = host.lines().join('\n');
  assert.ok(!all.includes('secret') && !all.includes('すごい'));
});

test('a failed request is logged as a warning', async () => {
  await fetch(`${host.url}/none`, { headers: { 'X-Request-Id': 'failed-1' } });
  assert.equal((await logged('failed-1')).severity, 'WARNING');
});

test('the log has the path of a target alone: no password of its host, no query, no fragment', async () => {
  const targets = ['/alone?texts=secret', '/alone#secret', '/alone?#secret', 'http://user:secret@host/alone?secret'];
  for (const [i, target] of targets.entries()) {
    const id = `target-${i}-`;
    await sendRaw(host.port, `GET ${target} HTTP/1.1\r\nHost: x\r\nX-Request-Id: ${id}\r\nConnection: close\r\n\r\n`);
    const entry = await logged(id);
    assert.equal((entry.httpRequest as { requestUrl: string }).requestUrl, '/alone', target);
    assert.doesNotMatch(JSON.stringify(entry), /secret/);
  }
});
