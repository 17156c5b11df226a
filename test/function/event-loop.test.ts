/**
 * No request holds the event loop for more than 20 ms: the largest requests that the default limits allow, and the largest
 * that they refuse. A shared machine stops a process now and then, so the best of several rounds counts.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:http2';
import { after, before, type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type Host, start } from './hosts.ts';

const MAX_HELD_MS = 20;
const ROUNDS = 40;
const MIB = 1 << 20;

let host: Host;
before(async () => {
  host = await start(['dist/test/fixtures/serve-timed.js']);
  while (!(await fetch(`${host.url}/readyz`)).ok) await delay(20);
});
after(() => host.stop());

/** How long the event loop was held since the last call, in milliseconds. */
async function held(): Promise<number> {
  const reports = () => host.lines().filter((line) => line.startsWith('held '));
  const count = reports().length;
  host.child.kill('SIGUSR2');
  while (reports().length === count) await delay(2);
  return Number(reports().at(-1)?.split(' ')[1]);
}

const review = 'とても楽しかったです。料理は冷たいけど、店員は親切でした。';
const full = (text: string) => text.repeat(Math.floor((MIB - 100) / Buffer.byteLength(text)));
const list = (length: number, text = '') => Array<string>(length).fill(text);
const names = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`name${i}`, 1]));
const base64 = Buffer.from('良い').toString('base64');
const input = { name: 'text', datatype: 'BYTES' };
const event = { specversion: '1.0', id: '1', source: '/a', type: 'b' };
const STRUCTURED = { 'Content-Type': 'application/cloudevents+json' };

const cases: [
  what: string,
  status: number,
  path: string,
  body: object | string | Uint8Array,
  headers?: Record<string, string>,
][] = [
  ['1 MiB of one text', 200, '/', { texts: full(review) }],
  ['1 MiB of one text, with details', 200, '/', { texts: full(review), details: true }],
  ['1,000 short texts', 200, '/', { texts: list(1000, review) }],
  ['1,000 short texts, with details', 200, '/', { texts: list(1000, review), details: true }],
  ['16,384 empty texts', 200, '/', { texts: list(16_384) }],
  ['16,384 empty texts, with details', 200, '/', { texts: list(16_384), details: true }],
  ['10,000 texts that fill the body', 200, '/', { texts: list(10_000, review.slice(0, 29)) }],
  [
    '64 texts explained, of 250 units each',
    200,
    '/',
    { texts: list(64, review.repeat(9).slice(0, 250)), explain: true },
  ],
  ['104 texts explained', 200, '/', { texts: list(104, review.repeat(6).slice(0, 153)), explain: true, details: true }],
  ['V1: 16,384 objects', 200, '/v1/models/stars:predict', { instances: list(16_384).map((text) => ({ text })) }],
  [
    'V2: 16,000 in base64',
    200,
    '/v2/models/stars/infer',
    {
      inputs: [{ ...input, shape: [16_000], data: list(16_000, base64), parameters: { content_type: 'base64' } }],
    },
  ],
  [
    'V2: 16,384 nested',
    200,
    '/v2/models/stars/infer',
    {
      inputs: [{ ...input, shape: [16_384, 1], data: list(16_384).map((text) => [text]) }],
    },
  ],
  ['a structured event of 16,384 texts', 200, '/', { ...event, data: { texts: list(16_384) } }, STRUCTURED],
  [
    'a structured event of 16,384 texts, with details',
    200,
    '/',
    { ...event, data: { texts: list(16_384), details: true } },
    STRUCTURED,
  ],
  [
    'a structured event of 1 MiB in base64',
    200,
    '/',
    {
      ...event,
      data_base64: Buffer.from(JSON.stringify({ texts: full(review).slice(0, 250_000) })).toString('base64'),
    },
    STRUCTURED,
  ],
  ['BigQuery: 4 MiB of 1,000 calls', 200, '/bigquery', { calls: list(1000, review.repeat(48)).map((text) => [text]) }],
  ['BigQuery: 65,000 empty calls', 200, '/bigquery', { calls: list(65_000).map((text) => [text]) }],
  ['BigQuery: 65,000 nulls', 200, '/bigquery', { calls: list(65_000).map(() => [null]) }],
  ['BigQuery: four calls of 1 MiB', 200, '/bigquery', { calls: list(4, full(review)).map((text) => [text]) }],
  [
    'BigQuery: labels of 30,000 calls',
    200,
    '/bigquery',
    { calls: list(30_000, review).map((text) => [text]), userDefinedContext: { mode: 'label' } },
  ],
  [
    'BigQuery: 400 calls explained',
    200,
    '/bigquery',
    { calls: list(400, review.repeat(6).slice(0, 155)).map((text) => [text]), userDefinedContext: { mode: 'explain' } },
  ],
  ['BigQuery: a call of 4 MiB', 413, '/bigquery', { calls: [[review.repeat(48_000)]] }],
  ['BigQuery: 4 MiB of U+FDFA', 413, '/bigquery', { calls: list(1000, '\ufdfa'.repeat(1300)).map((text) => [text]) }],
  ['BigQuery: 4 MiB of brackets', 400, '/bigquery', '[1]'.repeat(1_390_000)],
  [
    'BigQuery: 4 MiB of calls that are cut',
    400,
    '/bigquery',
    `{"calls":[${'["a"],'.repeat(60_000)}${' '.repeat(3_800_000)}`,
  ],
  ['BigQuery: 4 MiB of quotes and backslashes', 400, '/bigquery', `{"calls":[["${'\\\\\\"'.repeat(1_000_000)}`],
  ['BigQuery: 4 MiB of escaped quotes', 413, '/bigquery', { calls: [['"'.repeat(2_050_000)]] }],
  ['BigQuery: 4 MiB in another encoding', 400, '/bigquery', new Uint8Array(4 * MIB).fill(0x82)],
  ['BigQuery: 600,000 nulls', 413, '/bigquery', { calls: list(590_000).map(() => [null]) }],
  [
    'Pub/Sub: 1 MiB of one text',
    200,
    '/pubsub',
    { message: { data: Buffer.from(review.repeat(8900)).toString('base64') } },
  ],
  ['Pub/Sub: an id of 1 MiB', 400, '/pubsub', { message: { data: base64, messageId: full('星') } }],
  ['Pub/Sub: a subscription of 1 MiB', 400, '/pubsub', { message: { data: base64 }, subscription: full('/') }],
  ['Pub/Sub: 1 MiB unwrapped', 200, '/pubsub', full(review)],
  ['20,000 texts', 413, '/', { texts: list(20_000) }],
  ['36,000 members of different names', 400, '/', { x: Array.from({ length: 36 }, () => names(1000)) }],
  ['1 MiB of U+FDFA', 413, '/', { texts: full('\ufdfa') }],
  ['1 MiB of JSON that is cut', 400, '/', JSON.stringify({ texts: full(review) }).slice(0, -2)],
  ['1 MiB of escapes with a fault at the end', 400, '/', `{"texts":"${'\\n'.repeat(500_000)}`],
  ['1 MiB of ASCII, then a byte that is not UTF-8', 400, '/', Buffer.from(`{"texts":"${full('a')}\xff"}`, 'latin1')],
  ['1 MiB in another encoding', 400, '/', new Uint8Array(MIB).fill(0x82)],
  ['1 MiB of a form', 400, '/', `texts=${full('%E6%98%9F')}`],
  ['1 MiB after @', 400, '/', `@${full('a')}!`],
  ['1 MiB of a bare name', 400, '/', `{${full('a')}`],
  ['1 MiB of quotes and backslashes', 400, '/', `{"texts":"${full('\\\\\\"')}`],
  ['1 MiB of brackets', 413, '/', '[1]'.repeat(340_000)],
  ['1 MiB of spaces', 400, '/', ' '.repeat(MIB)],
  ['a name of 1 MiB', 400, '/', { [full('a')]: 1 }],
];

/** Sends the request again and again, until the event loop was held for a short time. */
async function isShort(t: TestContext, send: () => Promise<void>): Promise<void> {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS && (round < 2 || best > MAX_HELD_MS); round++) {
    await held();
    await send();
    best = Math.min(best, await held());
  }
  t.diagnostic(`held for ${best} ms`);
  assert.ok(best <= MAX_HELD_MS, `held for ${best} ms`);
}

for (const [what, status, path, body, headers = {}] of cases) {
  test(`${what}: ${status}`, (t) => {
    const bytes = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
    return isShort(t, async () => {
      const response = await fetch(host.url + path, { method: 'POST', body: bytes, headers });
      const text = await response.text();
      assert.equal(response.status, status, text.slice(0, 500));
    });
  });
}

/** A message of gRPC with its prefix. */
function framed(message: Uint8Array): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** Half a million empty texts as fields of a ModelInferRequest: `contents` of one input, without their lengths. */
const emptyTexts = Buffer.alloc(1_000_000, Buffer.of(0x42, 0));
const lengthOf = (size: number) => [(size & 127) | 128, ((size >> 7) & 127) | 128, size >> 14];
const contents = Buffer.concat([Buffer.of(0x2a, ...lengthOf(emptyTexts.length)), emptyTexts]);
const request = Buffer.concat([Buffer.of(0x2a, ...lengthOf(contents.length)), contents]);
const GROUP = Buffer.of(0xa3, 0x06, 0xa4, 0x06); // field 100, which no message has, as an empty group

const calls: [what: string, type: string, body: Buffer][] = [
  ['a message of half a million texts', 'application/grpc', framed(request)],
  ['a group before half a million texts', 'application/grpc', framed(Buffer.concat([GROUP, request]))],
  [
    'a second message of half a million texts',
    'application/grpc',
    Buffer.concat([framed(Buffer.alloc(0)), framed(request)]),
  ],
  ['a quarter of a million groups', 'application/grpc', framed(Buffer.alloc(1_000_000, GROUP))],
  ['1 MiB of JSON', 'application/grpc+json', framed(Buffer.from('['.repeat(1_000_000)))],
];
for (const [what, type, body] of calls)
  test(`gRPC: ${what}`, (t) =>
    isShort(t, async () => {
      const session = connect(host.url);
      const path = '/inference.GRPCInferenceService/ModelInfer';
      const stream = session.request({ ':method': 'POST', ':path': path, 'content-type': type });
      stream.end(body);
      const [head] = (await once(stream, 'response')) as [Record<string, unknown>];
      assert.match(String(head['grpc-status']), /^(?:8|12)$/); // RESOURCE_EXHAUSTED, UNIMPLEMENTED
      session.destroy();
    }));
