/** The HTTP contract as one table of cases. Each host must keep it with the shipped model. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { detailsOf } from '../../model/scoring/details.ts';
import { loadScorer } from '../../model/scoring/load.ts';
import type { Scorer } from '../../model/scoring/scorer.ts';
import { packageRoot } from '../../native/package-root.ts';
import { functionsFramework, type Host, leanServer, packedServer, start } from './hosts.ts';

interface Case {
  readonly what: string;
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly status: number;
  /** The whole body of the response; or the problem's detail and pointer. */
  readonly equals?: unknown;
  readonly detail?: RegExp;
  readonly pointer?: string;
  /** Headers that the response has, by their names in lower case. */
  readonly has?: Readonly<Record<string, string>>;
  /** functions-framework responds differently. function/README.md documents it. */
  readonly leanOnly?: boolean;
}

let scorer: Scorer;
const explained = new Map<string, object>();
const detailed = new Map<string, object>();
before(async () => {
  scorer = await loadScorer({ bundlePath: join(packageRoot, 'model', 'stars'), engine: 'js' });
  const described = ['', great, '悪い', 'zzz'];
  const details = detailsOf(await scorer.scoreBatchWithWords(described), scorer.bundle);
  for (const [i, text] of described.entries()) detailed.set(text, details[i] as object);
  for (const text of [great, '悪い']) {
    const { score, ...explanation } = await scorer.explain(text);
    explained.set(text, explanation);
  }
});

const great = 'すごい！最高に興奮した！楽しい';
const scored = (text: string) => () => ({ score: scorer.score(text) });
const texts = (value: unknown) => JSON.stringify({ texts: value });

const withoutId = { 'ce-specversion': '1.0', 'ce-source': '/test', 'ce-type': 'test' };
const event = { ...withoutId, 'ce-id': '7' };

const cases: readonly Case[] = [
  { what: 'one text', body: texts(great), status: 200, equals: scored(great) },
  {
    what: "curl's default form type",
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: texts(great),
    status: 200,
    equals: scored(great),
  },
  {
    what: 'Content-Type: application/json',
    headers: { 'Content-Type': 'application/json' },
    body: texts(great),
    status: 200,
    equals: scored(great),
  },
  {
    what: 'without Content-Type, to another path',
    path: '/any/where?x=1',
    body: texts(great),
    status: 200,
    equals: scored(great),
  },
  { what: 'the root path', path: '/', body: texts(great), status: 200, equals: scored(great) },
  { what: 'a byte order mark', body: `\ufeff${texts(great)}`, status: 200, equals: scored(great) },
  {
    what: 'a list',
    body: texts([great, '', '悪い']),
    status: 200,
    equals: () => ({ scores: [great, '', '悪い'].map((text) => scorer.score(text)) }),
  },
  { what: 'an empty list', body: texts([]), status: 200, equals: { scores: [] } },
  { what: 'an empty text', body: texts(''), status: 200, equals: scored('') },
  {
    what: 'emoji, U+0000 and a lone surrogate',
    body: '{"texts": "😀\\u0000\\ud800最高"}',
    status: 200,
    equals: scored('😀\0\ud800最高'),
  },
  {
    what: 'a text explained',
    body: JSON.stringify({ texts: great, explain: true }),
    status: 200,
    equals: () => ({ score: scorer.score(great), explanation: explained.get(great) }),
  },
  {
    what: 'a list explained',
    body: JSON.stringify({ texts: [great, '悪い'], explain: true }),
    status: 200,
    equals: () => ({
      scores: [great, '悪い'].map((text) => scorer.score(text)),
      explanations: [great, '悪い'].map((text) => explained.get(text)),
    }),
  },
  {
    what: 'a text with details',
    body: JSON.stringify({ texts: great, details: true }),
    status: 200,
    equals: () => ({ score: scorer.score(great), details: { known: 1, label: 'positive' } }),
  },
  {
    what: 'an empty text with details: it has no words',
    body: JSON.stringify({ texts: '', details: true }),
    status: 200,
    equals: () => ({ score: scorer.score(''), details: { known: null, label: 'neutral' } }),
  },
  {
    what: 'a list with details and explained',
    body: JSON.stringify({ texts: [great, '悪い'], explain: true, details: true }),
    status: 200,
    equals: () => ({
      scores: [great, '悪い'].map((text) => scorer.score(text)),
      explanations: [great, '悪い'].map((text) => explained.get(text)),
      details: [great, '悪い'].map((text) => detailed.get(text)),
    }),
  },
  {
    what: '3,000 texts with details, which are written in slices',
    body: JSON.stringify({ texts: Array(1500).fill([great, 'zzz']).flat(), details: true }),
    status: 200,
    equals: () => ({
      scores: Array(1500)
        .fill([scorer.score(great), scorer.score('zzz')])
        .flat(),
      details: Array(1500)
        .fill([detailed.get(great), detailed.get('zzz')])
        .flat(),
    }),
  },
  {
    what: 'details of another type',
    body: JSON.stringify({ texts: great, details: 'yes' }),
    status: 400,
    detail: /^Expected "details" to be true or false, received string$/,
    pointer: '#/details',
  },
  {
    what: 'null for each optional member',
    body: JSON.stringify({ texts: great, explain: null, details: null }),
    status: 200,
    equals: scored(great),
  },
  {
    what: 'a text that is too long to explain',
    body: JSON.stringify({ texts: ['良い', '良'.repeat(4001)], explain: true }),
    status: 413,
    detail: /at most 4000 UTF-16 units to explain, received 4001 in text 2 of 2$/,
  },
  {
    what: 'a text that is too long to explain when it is normalized: one U+FDFA becomes 18 units',
    body: JSON.stringify({ texts: '\ufdfa'.repeat(223), explain: true }),
    status: 413,
    detail: /at most 4000 UTF-16 units to explain, received 223, up to 4014 when it is normalized, in text 1 of 1$/,
  },
  {
    what: 'a text that grows to 3996 units, explained',
    body: JSON.stringify({ texts: '\ufdfa'.repeat(222), explain: true }),
    status: 200,
  },
  {
    what: 'ordinary text of 4000 units with some characters that grow, explained',
    body: JSON.stringify({ texts: '25℃で15㎡、安い…！'.repeat(400).slice(0, 4000), explain: true }),
    status: 200,
  },
  {
    what: 'explain false',
    body: JSON.stringify({ texts: great, explain: false }),
    status: 200,
    equals: scored(great),
  },
  {
    what: 'explain of another type',
    body: JSON.stringify({ texts: great, explain: 1 }),
    status: 400,
    detail: /^Expected "explain" to be true or false, received number$/,
    pointer: '#/explain',
  },
  {
    what: 'unknown keys and __proto__',
    body: '{"__proto__": {"texts": 5}, "x": 1, "texts": "良い"}',
    status: 200,
    equals: scored('良い'),
  },
  {
    what: '1,000 short texts',
    body: texts(Array(1000).fill(great)),
    status: 200,
    equals: () => ({ scores: Array(1000).fill(scorer.score(great)) }),
  },
  {
    what: '16,384 empty texts',
    body: texts(Array(16_384).fill('')),
    status: 200,
    equals: () => ({ scores: Array(16_384).fill(scorer.score('')) }),
  },
  {
    what: '16,385 texts',
    body: texts(Array(16_385).fill('')),
    status: 413,
    detail: /^Expected at most 16384 texts, received 16385\. HOSHI_WORK_LIMIT_UNITS sets this limit$/,
    pointer: '#/texts',
  },
  {
    what: 'texts that are too much work when they are normalized: 120,000 of U+FDFA become 2,160,000 units',
    body: texts('\ufdfa'.repeat(120_000)),
    status: 413,
    detail:
      /^Expected texts of at most 2097152 units of work together, received 2160128: .* HOSHI_WORK_LIMIT_UNITS sets this limit$/,
  },
  {
    what: 'more texts than may be explained',
    body: JSON.stringify({ texts: Array(105).fill('良い'), explain: true }),
    status: 413,
    detail: /^Expected at most 104 texts to explain, received 105: .*HOSHI_WORK_LIMIT_UNITS sets this limit$/,
  },
  {
    what: '104 texts explained',
    body: JSON.stringify({ texts: Array(104).fill('悪い'), explain: true }),
    status: 200,
    equals: () => ({
      scores: Array(104).fill(scorer.score('悪い')),
      explanations: Array(104).fill(explained.get('悪い')),
    }),
  },
  { what: 'no body', body: '', status: 400, detail: /received nothing$/, pointer: '#' },
  {
    what: 'a body that is not JSON',
    body: '{"texts": "すごい"',
    status: 400,
    detail: /^Expected the body to be JSON such as/,
    pointer: '#',
  },
  {
    what: 'a body that is not JSON, with Content-Type: application/json',
    headers: { 'Content-Type': 'application/json' },
    body: '{',
    status: 400,
    detail: /^Expected the body to be JSON/,
    leanOnly: true,
  },
  {
    what: 'an array',
    body: '["x"]',
    status: 400,
    detail: /^Expected the body to be an object, received array\. Send \{"texts": "…"\}$/,
    pointer: '#',
  },
  { what: 'null', body: 'null', status: 400, detail: /received null\. Send \{"texts": "…"\}$/, pointer: '#' },
  {
    what: 'no texts',
    body: '{"text": "x"}',
    status: 400,
    detail:
      /^Expected "texts" in the body, received none\. Did you mean "texts"\? There is a member of a similar name$/,
    pointer: '#',
  },
  {
    what: 'texts from a prototype',
    body: '{"__proto__": {"texts": "x"}}',
    status: 400,
    detail: /received none\. Send /,
  },
  {
    what: 'a number',
    body: texts(5),
    status: 400,
    detail: /^Expected "texts" to be a string or a list of strings, received number$/,
    pointer: '#/texts',
  },
  {
    what: 'a list with null',
    body: texts(['a', null]),
    status: 400,
    detail: /^Expected each of "texts" to be a string, received null$/,
    pointer: '#/texts/1',
  },
  {
    what: 'null as texts',
    body: texts(null),
    status: 400,
    detail: /^Expected "texts" to be a string or a list of strings, received null$/,
    pointer: '#/texts',
  },
  {
    what: 'V1: null as instances',
    path: '/v1/models/stars:predict',
    body: '{"instances": null}',
    status: 400,
    detail: /^Expected "instances" to be a list, received null$/,
    pointer: '#/instances',
  },
  {
    what: 'V1: null as an instance',
    path: '/v1/models/stars:predict',
    body: '{"instances": ["a", null]}',
    status: 400,
    detail: /^Expected each of "instances" to be a text or \{"text": "…"\}, received null$/,
    pointer: '#/instances/1',
  },
  {
    what: 'V1: null as the text of an instance',
    path: '/v1/models/stars:explain',
    body: '{"instances": [{"text": null}]}',
    status: 400,
    detail: /^Expected "text" to be a string, received null$/,
    pointer: '#/instances/0/text',
  },
  {
    what: 'V1: null as the parameters, which are ignored',
    path: '/v1/models/stars:predict',
    body: '{"instances": ["良い"], "parameters": null}',
    status: 200,
    equals: () => ({ predictions: [scorer.score('良い')] }),
  },
  {
    what: 'V1: 1,000 short texts',
    path: '/v1/models/stars:predict',
    body: JSON.stringify({ instances: Array(1000).fill({ text: great }) }),
    status: 200,
    equals: () => ({ predictions: Array(1000).fill(scorer.score(great)) }),
  },
  {
    what: 'V2: 3,000 short texts, which are written in slices',
    path: '/v2/models/stars/infer',
    body: JSON.stringify({
      inputs: [{ name: 'text', datatype: 'BYTES', shape: [1500, 2], data: Array(1500).fill([great, '']) }],
    }),
    status: 200,
    equals: () => ({
      model_name: 'stars',
      model_version: scorer.bundle.version,
      outputs: [
        {
          name: 'score',
          datatype: 'FP64',
          shape: [1500, 2],
          data: Array(1500)
            .fill([scorer.score(great), scorer.score('')])
            .flat(),
        },
      ],
    }),
  },
  { what: 'deep nesting', body: '['.repeat(100_000), status: 400, pointer: '#' },
  {
    what: 'bytes that are not UTF-8',
    body: Uint8Array.of(0x7b, 0x82, 0xa0),
    status: 400,
    detail: /^Expected the body to be UTF-8/,
  },
  ...(['gzip', 'GZIP', 'deflate', 'br'] as const).map((coding) => ({
    what: `a body compressed with ${coding}`,
    headers: { 'Content-Encoding': coding },
    body: { gzip: gzipSync, GZIP: gzipSync, deflate: deflateSync, br: brotliCompressSync }[coding](texts(great)),
    status: 200,
    equals: scored(great),
  })),
  {
    what: 'the coding identity',
    headers: { 'Content-Encoding': 'identity' },
    body: texts(great),
    status: 200,
    equals: scored(great),
  },
  ...[
    { what: 'deflate without the header of zlib', coding: 'deflate', body: deflateRawSync(texts(great)) },
    { what: 'two codings', coding: 'gzip, br', body: brotliCompressSync(gzipSync(texts(great))) },
    { what: 'x-gzip, after identity', coding: 'identity, x-gzip', body: gzipSync(texts(great)) },
  ].map(({ what, coding, body }) => ({
    what,
    headers: { 'Content-Encoding': coding },
    body,
    status: 200,
    equals: scored(great),
    leanOnly: true,
  })),
  {
    what: 'an unknown coding',
    headers: { 'Content-Encoding': 'compress' },
    body: 'x',
    status: 415,
    detail: /^Expected the content codings gzip, deflate, br(, zstd)? or identity, received another$/,
    leanOnly: true,
  },
  {
    what: 'three codings',
    headers: { 'Content-Encoding': 'gzip, gzip, gzip' },
    body: gzipSync(gzipSync(gzipSync(texts(great)))),
    status: 415,
    detail: /^Expected at most 2 content codings, received 3$/,
    leanOnly: true,
  },
  {
    what: 'a body that is not what Content-Encoding says',
    headers: { 'Content-Encoding': 'gzip' },
    body: texts(great),
    status: 400,
    detail: /^Expected the body to be gzip data, as Content-Encoding says, received something else$/,
    leanOnly: true,
  },
  {
    what: 'a compressed body of over 1 MiB',
    headers: { 'Content-Encoding': 'gzip' },
    body: gzipSync(texts('x'.repeat(1 << 20))),
    status: 413,
    detail: /^Expected a body of at most 1048576 bytes/,
  },
  {
    what: 'an empty body that says that it is compressed',
    headers: { 'Content-Encoding': 'gzip' },
    body: '',
    status: 400,
    detail: /received nothing$/,
    leanOnly: true,
  },
  {
    what: 'a body over 1 MiB',
    body: texts('あ'.repeat(400_000)),
    status: 413,
    detail: /^Expected a body of at most 1048576 bytes, received more\. HOSHI_BODY_LIMIT_BYTES sets this limit$/,
  },
  {
    what: 'a remote function of BigQuery',
    path: '/bigquery',
    headers: { 'Content-Type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ requestId: '1', calls: [[great], [null], ['']] }),
    status: 200,
    equals: () => ({ replies: [scorer.score(great), null, scorer.score('')] }),
  },
  {
    what: 'a remote function of BigQuery, labels of a batch in slices',
    path: '/bigquery',
    body: JSON.stringify({ userDefinedContext: { mode: 'label' }, calls: Array(9000).fill([great]) }),
    status: 200,
    equals: { replies: Array(9000).fill('positive') },
  },
  {
    what: 'a message of Pub/Sub, wrapped',
    path: '/pubsub',
    body: JSON.stringify({
      message: { data: Buffer.from(great).toString('base64'), messageId: '7' },
      subscription: 's',
    }),
    status: 200,
    has: { 'ce-type': 'hoshi.score', 'ce-causationid': '7', 'ce-source': '/v1/models/stars' },
    equals: scored(great),
  },
  {
    what: 'a message of Pub/Sub, unwrapped',
    path: '/pubsub',
    headers: { 'x-goog-pubsub-message-id': '7', 'Content-Type': 'text/plain' },
    body: great,
    status: 200,
    has: { 'ce-causationid': '7' },
    equals: scored(great),
  },
  {
    what: 'an event in binary mode',
    headers: event,
    body: texts(great),
    status: 200,
    equals: scored(great),
    has: { 'ce-type': 'hoshi.score', 'ce-source': '/v1/models/stars', 'ce-causationid': '7' },
  },
  {
    what: 'an event to KServe V1',
    path: '/v1/models/stars:predict',
    headers: event,
    body: JSON.stringify({ instances: [great] }),
    status: 200,
    equals: () => ({ predictions: [scorer.score(great)] }),
    has: { 'ce-type': 'hoshi.score' },
  },
  {
    what: 'an event without an id',
    headers: withoutId,
    body: texts(great),
    status: 400,
    detail: /^Expected the attribute "id" of the CloudEvent to be a string that is not empty, received none$/,
  },
  {
    what: 'an event with details',
    headers: event,
    body: JSON.stringify({ texts: great, details: true }),
    status: 200,
    equals: () => ({ score: scorer.score(great), details: { known: 1, label: 'positive' } }),
    has: { 'ce-type': 'hoshi.score' },
  },
  {
    what: 'an event in structured mode, with a wrong text',
    headers: { 'Content-Type': 'application/cloudevents+json' },
    body: JSON.stringify({ specversion: '1.0', id: '7', source: '/test', type: 'test', data: { texts: [great, 5] } }),
    status: 400,
    pointer: '#/data/texts/1',
  },
  { what: 'home', method: 'GET', path: '/', status: 200, equals: 'Hello Machine Learning !' },
  {
    what: 'the card',
    method: 'GET',
    path: '/card',
    status: 200,
    equals: readFileSync(join(packageRoot, 'model', 'stars', 'README.md'), 'utf8'),
  },
  ...(
    [
      ['ja', 'README.ja.md'],
      ['fr, ja;q=0.9, en;q=0.8', 'README.ja.md'],
      ['ja-JP;q=0.5,en-US', 'README.md'],
      ['ja;q=0, *', 'README.md'],
      ['fr', 'README.md'],
    ] as const
  ).map(([languages, file]) => ({
    what: `the card for ${languages}`,
    method: 'GET',
    path: '/card',
    headers: { 'Accept-Language': languages },
    status: 200,
    equals: readFileSync(join(packageRoot, 'model', 'stars', file), 'utf8'),
    has: { 'content-type': 'text/markdown; charset=utf-8', vary: 'Accept, Accept-Language' },
  })),
  { what: 'livez', method: 'GET', path: '/livez', status: 200, equals: { status: 'alive' } },
  { what: 'healthz', method: 'GET', path: '/healthz', status: 200, equals: { status: 'alive' } },
  {
    what: 'readyz',
    method: 'GET',
    path: '/readyz',
    status: 200,
    equals: () => ({ status: 'ready', engine: 'native', bundle: { name: 'stars', version: scorer.bundle.version } }),
  },
  { what: 'readyz by HEAD', method: 'HEAD', path: '/readyz', status: 200, equals: '' },
  {
    what: 'another path by GET',
    method: 'GET',
    path: '/none',
    status: 404,
    detail:
      /^Expected a path that answers GET, received another: .*\. To score texts, POST \{"texts": "…"\} to any path/,
  },
  {
    what: 'a listed path by GET',
    method: 'GET',
    path: '/api/1/users',
    status: 405,
    detail: /^Expected POST for \/api\/1\/users, received GET$/,
  },
  {
    what: 'DELETE',
    method: 'DELETE',
    path: '/',
    status: 405,
    detail: /^Expected GET or HEAD or POST for \/, received DELETE$/,
  },
  {
    what: 'OPTIONS without CORS',
    method: 'OPTIONS',
    path: '/api/1/users',
    headers: { Origin: 'https://a.example', 'Access-Control-Request-Method': 'POST' },
    status: 405,
    detail: /^Expected POST for \/api\/1\/users, received OPTIONS$/,
    has: { allow: 'POST' },
  },
  {
    what: 'texts in the URL',
    method: 'GET',
    path: '/?texts=%E8%89%AF%E3%81%84',
    status: 400,
    detail: /^Expected the texts in the body of a POST, received them in the URL, and URLs are logged\. POST/,
  },
  {
    what: 'a path in another spelling',
    method: 'GET',
    path: '//%76%31/x/../models/',
    status: 200,
    equals: { models: ['stars'] },
  },
  {
    what: 'parameters of Vertex AI',
    path: '/v1/models/stars:predict',
    body: JSON.stringify({ instances: [great], parameters: { any: [1] } }),
    status: 200,
    equals: () => ({ predictions: [scorer.score(great)] }),
  },
  {
    what: 'PUT elsewhere',
    method: 'PUT',
    path: '/x',
    status: 405,
    detail: /^Expected POST for this path, received PUT$/,
  },
];

async function ask(host: Host, { method = 'POST', path = '/api/1/users', headers = {}, body }: Case) {
  const sent = request(`${host.url}${path}`, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) }) },
  });
  sent.end(body);
  return new Promise<{ status: number; headers: Record<string, unknown>; body: string }>((resolve, reject) => {
    sent.on('error', reject);
    sent.on('response', async (response) =>
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: await readAll(response) }),
    );
  });
}

const hosts = {
  'the lean server': [leanServer],
  'the packed server': [packedServer],
  'functions-framework': functionsFramework,
};
for (const [name, args] of Object.entries(hosts)) {
  describe(`contract under ${name}`, () => {
    let host: Host;
    before(async () => {
      host = await start(args);
      for (let tries = 0; !(await fetch(`${host.url}/readyz`)).ok; tries++) {
        if (tries > 600) throw new Error(`Expected the server to be ready, received: ${host.messages()}`);
        await delay(50);
      }
    });
    after(() => host.stop());

    for (const one of cases) {
      if (one.leanOnly && args === functionsFramework) continue;
      test(`${one.what} → ${one.status}`, async () => {
        const { status, headers, body } = await ask(host, one);
        assert.equal(status, one.status, body);
        if (one.status !== 200) {
          assert.equal(headers['content-type'], 'application/problem+json');
          const problem = JSON.parse(body);
          assert.equal(problem.status, one.status);
          assert.equal(problem.type, 'about:blank');
          assert.match(problem.detail, one.detail ?? /^Expected/);
          assert.equal(problem.pointer, one.pointer ?? problem.pointer);
          assert.doesNotMatch(body, /すごい| {4}at /, 'no text, no stack trace');
        }
        const expected = typeof one.equals === 'function' ? one.equals() : one.equals;
        if (typeof expected === 'string') assert.equal(body, expected);
        else if (expected !== undefined) assert.deepEqual(JSON.parse(body), expected);
        for (const [name, value] of Object.entries(one.has ?? {})) assert.equal(headers[name], value, name);
        assert.equal(headers['cache-control'], 'no-store');
        assert.equal(headers['x-content-type-options'], 'nosniff');
      });
    }

    for (const [path, title] of [
      ['/', 'hoshi 星'],
      ['/card', 'hoshi 星: model card'],
      ['/docs', 'hoshi 星: API'],
    ] as const)
      test(`a browser gets a page at ${path}, under a strict policy`, async () => {
        const response = await fetch(host.url + path, { headers: { Accept: 'text/html,application/xhtml+xml' } });
        assert.match(response.headers.get('content-type') ?? '', /^text\/html/);
        const policy = response.headers.get('content-security-policy') ?? '';
        assert.match(
          policy,
          /^default-src 'none'; style-src 'sha256-[\w+/=]+'; script-src 'sha256-[\w+/=]+'; connect-src 'self'; img-src data:; /,
        );
        assert.match(policy, /; require-trusted-types-for 'script'; trusted-types 'none'$/);
        const page = await response.text();
        assert.ok(page.includes(`<title>${title}</title>`));
        assert.doesNotMatch(page, /\b(common\.(css|js)|many\.js) ?(\*\/)?$|_SOURCE;/m, 'each part is put in');
        assert.doesNotMatch(page, /\b(src|href)=["']?(https?:)?\/\//, 'nothing from elsewhere');
      });

    test('405 says which methods are allowed', async () => {
      const response = await fetch(host.url, { method: 'DELETE' });
      assert.equal(response.headers.get('allow'), 'GET, HEAD, POST');
    });
  });
}
