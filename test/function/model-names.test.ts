/** The name of a model in paths, events, metrics and the log: new names, and names that only older bundles have. */
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { parseConfig } from '../../function/config.ts';
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
  // ".." is a dot segment in any spelling, so a path cannot name this model. It has two other names.
  const isDots = name === '..';
  if (!isDots) {
    assert.deepEqual(await (await fetch(v1)).json(), { name, ready: true });
    assert.deepEqual(await (await post(`${v1}:predict`, { instances: ['良い'] })).json(), { predictions: [2] });
    assert.deepEqual(((await (await fetch(v2)).json()) as { name: string }).name, name);
    assert.deepEqual(await (await fetch(`${v2}/versions/0/ready`)).json(), { name, ready: true });
    const inputs = [{ name: 'text', datatype: 'BYTES', shape: [1], data: ['良い'] }];
    const { model_name } = (await (await post(`${v2}/infer`, { inputs })).json()) as { model_name: string };
    assert.equal(model_name, name);
  }
  assert.equal(await rawStatus(host, `/v1/models/${encodeURIComponent(name)}`), isDots ? 404 : 200);
  assert.equal(await rawStatus(host, `/v1/models/${encodeURIComponent(name.normalize('NFD'))}`), isDots ? 404 : 200);
  assert.equal(await rawStatus(host, '/v1/models/stars'), 200);
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

describe('HOSHI_MODEL_NAME', () => {
  let host: Host;
  before(async () => {
    host = await start([fakeServer], { HOSHI_MODEL_NAME: '星-1', FAKE_NAME: 'a/b' });
  });
  after(() => host.stop());
  const inputs = [{ name: 'text', datatype: 'BYTES', shape: [1], data: ['良い'] }];

  test('is the name in the list of models, in the source of events, and in the log', async () => {
    assert.deepEqual(await (await fetch(`${host.url}/v1/models`)).json(), { models: ['星-1'] });
    const { headers } = await post(`${host.url}/`, { texts: '良い' }, event);
    assert.equal(headers.get('ce-source'), `/v1/models/${encodeURIComponent('星-1')}`);
    await logged(host, 'ready: a/b 0 on the js engine, served as 星-1');
    const response = await fetch(`${host.url}/v2/models/other`);
    assert.equal(((await response.json()) as { detail: string }).detail, 'Expected the model 星-1, received another');
  });

  for (const name of ['星-1', 'a/b', 'stars'])
    test(`the name ${name} works in paths, and responses have the name that the client used`, async () => {
      const [v1, v2] = ['v1', 'v2'].map((version) => `${host.url}/${version}/models/${encodeURIComponent(name)}`);
      assert.deepEqual(await (await fetch(`${v1}`)).json(), { name, ready: true });
      assert.deepEqual(await (await post(`${v1}:predict`, { instances: ['良い'] })).json(), { predictions: [2] });
      assert.deepEqual(await (await fetch(`${v2}/ready`)).json(), { name, ready: true });
      assert.equal(((await (await fetch(`${v2}`)).json()) as { name: string }).name, name);
      const response = (await (await post(`${v2}/infer`, { inputs })).json()) as { model_name: string };
      assert.equal(response.model_name, name);
    });

  test('the name of the bundle stays in /readyz and in the metrics', async () => {
    const { bundle } = (await (await fetch(`${host.url}/readyz`)).json()) as { bundle: { name: string } };
    assert.equal(bundle.name, 'a/b');
    assert.match(await (await fetch(`${host.url}/metrics`)).text(), /^model_info\{name="a\/b"/m);
  });
});

test('the rule for new names and for HOSHI_MODEL_NAME', () => {
  for (const name of newNames) {
    checkModelName(name);
    assert.equal(parseConfig({ HOSHI_MODEL_NAME: name }).modelName, name);
  }
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
  ]) {
    assert.throws(() => checkModelName(name), /^Error: Expected the name of the model to be letters and digits, /);
    if (name === '' || name === 'か\u3099') continue; // not set, and normalized
    assert.throws(
      () => parseConfig({ HOSHI_MODEL_NAME: name }),
      /^Error: Expected HOSHI_MODEL_NAME to be letters and digits, /,
    );
  }
  assert.equal(parseConfig({ HOSHI_MODEL_NAME: 'か\u3099' }).modelName, 'が');
});
