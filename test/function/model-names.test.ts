/** The name of a model in paths, events, metrics and the log: new names, and names that only older bundles have. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { checkModelName } from '../../model/bundle/model-name.ts';
import { fakeServer, type Host, logged, start } from './hosts.ts';

const newNames = ['stars-2', 'my.model_v1', 'レビュー 2026', 'が', 'Ünï'];
const olderNames = ['a/b:predict', '50%', '?x=1#y', '"quoted\\\n', '😀', '..', 'Ⅷ (2)'];

/** Sends the path as it is, without the changes that `fetch` makes to a URL. */
async function rawStatus({ port }: Host, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, path, host: '127.0.0.1' }, (response) => {
      text(response).then(() => resolve(response.statusCode), reject);
    });
    sent.on('error', reject).end();
  });
}

const event = { 'ce-id': '7', 'ce-source': '/test', 'ce-type': 'test', 'ce-specversion': '1.0' };

async function post(url: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  assert.equal(response.status, 200, await response.clone().text());
  return response;
}

async function checkPaths(host: Host, name: string): Promise<void> {
  const inPath = encodeURIComponent(name).replaceAll('.', '%2E'); // a URL has no segment ".."
  const v1 = `${host.url}/v1/models/${inPath}`;
  const v2 = `${host.url}/v2/models/${inPath}`;
  assert.deepEqual(await (await fetch(`${host.url}/v1/models`)).json(), { models: [name] });
  if (name !== '..') {
    assert.deepEqual(await (await fetch(v1)).json(), { name, ready: true });
    assert.deepEqual(await (await post(`${v1}:predict`, { instances: ['良い'] })).json(), { predictions: [2] });
    assert.deepEqual(((await (await fetch(v2)).json()) as { name: string }).name, name);
    assert.deepEqual(await (await fetch(`${v2}/versions/0/ready`)).json(), { name, ready: true });
    const inputs = [{ name: 'text', datatype: 'BYTES', shape: [1], data: ['良い'] }];
    const { model_name } = (await (await post(`${v2}/infer`, { inputs })).json()) as { model_name: string };
    assert.equal(model_name, name);
  }
  assert.equal(await rawStatus(host, `/v1/models/${encodeURIComponent(name)}`), 200);
  assert.equal(await rawStatus(host, `/v1/models/${encodeURIComponent(name.normalize('NFD'))}`), 200);
  for (const other of [`${name}x`, '%ff', 'ã'])
    assert.equal(await rawStatus(host, `/v1/models/${encodeURIComponent(other)}`), 404, other);
  assert.equal(await rawStatus(host, '/v1/models/%FF%'), 404);
}

async function checkEvents(host: Host, name: string): Promise<void> {
  const source = `/v1/models/${encodeURIComponent(name)}`;
  const binary = await post(`${host.url}/`, { texts: '良い' }, event);
  assert.equal(binary.headers.get('ce-source'), source);
  const headers = { 'Content-Type': 'application/cloudevents+json' };
  const structured = { id: '7', source: '/test', type: 'test', specversion: '1.0', data: { texts: '良い' } };
  const sent = (await (await post(`${host.url}/`, structured, headers)).json()) as { source: string };
  assert.equal(sent.source, source);
  assert.equal(decodeURIComponent(sent.source), `/v1/models/${name}`);
}

async function checkMetrics(host: Host, name: string): Promise<void> {
  const metrics = await (await fetch(`${host.url}/metrics`)).text();
  const label = name.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
  const line = metrics.split('\n').find((one) => one.startsWith('model_info{'));
  assert.ok(line?.startsWith(`model_info{name="${label}",version="0",engine="js"`), line);
  const { bundle } = (await (await fetch(`${host.url}/readyz`)).json()) as { bundle: { name: string } };
  assert.equal(bundle.name, name);
}

describe('a model is reached and told by its name', () => {
  for (const name of [...newNames, ...olderNames])
    test(JSON.stringify(name), async (t) => {
      const host = await start([fakeServer], { FAKE_NAME: name });
      t.after(() => host.stop());
      await logged(host, `ready: ${name} 0 on the js engine`);
      await checkPaths(host, name);
      await checkEvents(host, name);
      await checkMetrics(host, name);
    });
});

test('the rule for new names', () => {
  for (const name of newNames) checkModelName(name);
  for (const name of [
    ...olderNames,
    '',
    ' ',
    ' a',
    'a ',
    '-',
    'a\t',
    'か\u3099',
    'a'.repeat(101),
    '\u202ea',
    'a\u200b',
    '\ud800',
  ])
    assert.throws(() => checkModelName(name), /^Error: Expected the name of the model to be letters and digits, /);
});
