/** Each JSON response of a real server has the form that its /openapi.json describes. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { match } from '../../function/router.ts';
import { fakeServer, type Host, start } from './hosts.ts';
import { assertMatches } from './json-schema.ts';

type Content = Readonly<Record<string, { readonly schema: Readonly<Record<string, unknown>> }>>;
interface OperationObject {
  readonly requestBody?: { readonly content: Content & { readonly [type: string]: { readonly example?: object } } };
  readonly responses: Readonly<Record<string, { readonly content: Content }>>;
}

let host: Host;
let paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
let schemas: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
before(async () => {
  host = await start([fakeServer], { HOSHI_BUNDLE: '/nowhere' });
  const document = (await (await fetch(`${host.url}/openapi.json`)).json()) as {
    readonly paths: typeof paths;
    readonly components: { readonly schemas: typeof schemas };
  };
  ({ paths } = document);
  ({ schemas } = document.components);
});
after(() => host.stop());

const input = { name: 'text', datatype: 'BYTES', shape: [2], data: ['a', 'b'] };
const requests: [method: 'GET' | 'POST', path: string, body?: object][] = [
  ['POST', '/api/1/users', { texts: 'a' }],
  ['POST', '/', { texts: ['a', 'b'] }],
  ['POST', '/', { texts: 'a', explain: true }],
  ['POST', '/', { texts: ['a', 'b'], explain: true }],
  ['POST', '/', { texts: 'ab', details: true }],
  ['POST', '/', { texts: '', details: true, explain: null }],
  ['POST', '/', { texts: ['ax', 'b'], details: true, explain: true }],
  ['GET', '/livez'],
  ['GET', '/healthz'],
  ['GET', '/readyz'],
  ['GET', '/openapi.json'],
  ['GET', '/v1/models'],
  ['GET', '/v1/models/fake'],
  ['POST', '/v1/models/stars:predict', { instances: ['a', { text: 'b' }] }],
  ['POST', '/v1/models/fake:explain', { instances: ['a', { text: 'b' }] }],
  ['GET', '/v2'],
  ['GET', '/v2/health/live'],
  ['GET', '/v2/health/ready'],
  ['GET', '/v2/models/fake'],
  ['GET', '/v2/models/stars/versions/0'],
  ['GET', '/v2/models/fake/ready'],
  ['GET', '/v2/models/fake/versions/0/ready'],
  ['POST', '/v2/models/fake/infer', { id: '7', inputs: [input], outputs: [{ name: 'score' }] }],
  ['POST', '/v2/models/fake/versions/0/infer', { inputs: [input] }],
  ['POST', '/bigquery', { calls: [['a'], [null]] }],
  ['POST', '/bigquery', { calls: [['a'], [null]], userDefinedContext: { mode: 'explain' }, sessionUser: 'a@b' }],
  ['POST', '/pubsub', { message: { data: 'YQ==', messageId: '1', attributes: { a: 'b' } }, subscription: 's' }],
  ['POST', '/v2/models/fake/infer', { id: null, inputs: [{ ...input, parameters: null }], outputs: null }],
];

function send(method: string, path: string, body?: object): Promise<Response> {
  return fetch(host.url + path, body === undefined ? { method } : { method, body: JSON.stringify(body) });
}

function operationOf(method: string, path: string): OperationObject {
  return paths[match(method, path).route.path]?.[method.toLowerCase()] as OperationObject;
}

for (const [method, path, body] of requests) {
  test(`${method} ${path} ${body === undefined ? '' : JSON.stringify(body)}`, async () => {
    const response = await send(method, path, body);
    const text = await response.text();
    assert.equal(response.status, 200, text);
    const { requestBody, responses } = operationOf(method, path);
    const schema = responses[200]?.content['application/json']?.schema;
    assert.ok(schema !== undefined);
    assertMatches(JSON.parse(text), schema);
    if (body !== undefined) assertMatches(body, requestBody?.content['application/json']?.schema ?? {});
  });
}

const failing: [method: 'GET' | 'POST', path: string, status: number, detail: RegExp][] = [
  ['GET', '/card', 404, /^Expected a model with a card, received one without$/],
  ['GET', '/v1/models/other', 404, /^Expected the model fake, received another$/],
  ['POST', '/v1/models/other:predict', 404, /^Expected the model fake, received another$/],
  ['GET', '/v2/models/fake/versions/1/ready', 404, /^Expected the version 0, received another$/],
  ['POST', '/v2/models/stars/versions/1/infer', 404, /^Expected the version 0, received another$/],
  ['GET', '/v1/models/fakes', 404, /^Expected the model fake, received another\. Did you mean fake\?$/],
  ['GET', '/v2/models/Stars', 404, /^Expected the model fake, received another\. Did you mean stars\?$/],
  ['POST', '/v1/models/fake:predict', 400, /^Expected "instances" in the body, received none\. Send \{"instances": /],
  ['POST', '/v2/models/fake/infer', 400, /^Expected "inputs" in the body, received none\. Send \{"inputs": /],
];
for (const [method, path, status, detail] of failing) {
  test(`${method} ${path}: ${status}, as described`, async () => {
    const response = await send(method, path, method === 'GET' ? undefined : {});
    const problem = (await response.json()) as { readonly detail: string };
    assert.equal(response.status, status);
    assert.match(problem.detail, detail);
    const described = operationOf(method, path).responses[status];
    assert.ok(described !== undefined, `${status} is not described`);
    const name = String(described.content['application/problem+json']?.schema.$ref).split('/').at(-1) ?? '';
    assertMatches(problem, schemas[name] ?? {});
  });
}

test('each body has an example, which the server takes', async () => {
  const bodies = Object.entries(paths).flatMap(([path, { post }]) => {
    const content = post?.requestBody?.content['application/json'];
    return content === undefined ? [] : [[path, content] as const];
  });
  assert.ok(bodies.length >= 6, `${bodies.length}`);
  for (const [path, { schema, example }] of bodies) {
    assertMatches(example, schema);
    const response = await send('POST', path.replace('{model}', 'stars').replace('{version}', '0'), example);
    assert.equal(response.status, 200, `${path}: ${await response.text()}`);
  }
});
