/** `readBody` alone. contract.test.ts and hostile.test.ts send bodies to a server. */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { parseJson, readBody } from '../../function/body.ts';

/**
 * Reads a body of these chunks. More than `roomBytes` at once cannot be reserved. Returns what `readBody` called.
 */
function read(chunks: readonly string[], { limitBytes = 100, roomBytes = 100, headers = {} } = {}) {
  const request = Object.assign(new EventEmitter(), { headers });
  let reserved = 0;
  const bodies: string[] = [];
  const errors: string[] = [];
  readBody(
    request as unknown as IncomingMessage,
    { limitBytes, setBy: 'HOSHI_BODY_LIMIT_BYTES' },
    {
      reserve: (bytes) => {
        if (bytes > roomBytes) throw new Error('no room');
        reserved += bytes;
      },
      checkWait: () => {},
      onBody: (body) => bodies.push(Buffer.from(body).toString()),
      onBodyError: (error) => errors.push((error as Error).message),
    },
  );
  for (const chunk of chunks) request.emit('data', Buffer.from(chunk));
  request.emit('end');
  return { reserved, bodies, errors };
}

test('a body of one chunk reserves its bytes, one of more chunks its block, and the body is given once', () => {
  assert.deepEqual(read(['{"texts":5}']), { reserved: 11, bodies: ['{"texts":5}'], errors: [] });
  assert.deepEqual(read(['{"te', 'xts":5}']), { reserved: 100, bodies: ['{"texts":5}'], errors: [] });
  const headers = { 'content-length': '11' };
  assert.deepEqual(read(['{"te', 'xts":5}'], { headers }), { reserved: 11, bodies: ['{"texts":5}'], errors: [] });
  assert.deepEqual(read([]), { reserved: 0, bodies: [''], errors: [] });
});

test('a body of many chunks reserves at most twice its bytes', () => {
  const chunks = Array.from({ length: 5000 }, (_, i) => `${i}`.padStart(20, '-'));
  const options = { limitBytes: 1_000_000, roomBytes: 1_000_000 };
  const { reserved, bodies, errors } = read(chunks, options);
  assert.deepEqual(errors, []);
  assert.equal(bodies[0], chunks.join(''));
  assert.ok(reserved >= 100_000 && reserved <= 200_000, `${reserved}`);
});

test('a body of crumbs is refused, and small chunks of a body that is mostly large ones are not', () => {
  const options = { limitBytes: 1_000_000, roomBytes: 1_000_000 };
  const crumbs = Array<string>(5000).fill('x');
  const { bodies, errors } = read(crumbs, options);
  assert.deepEqual(bodies, []);
  assert.deepEqual(errors, [
    'Expected a body in chunks of at least 16 bytes on average, received 4097 chunks of 4096 bytes',
  ]);
  assert.equal(read(crumbs.slice(0, 4096), options).bodies[0]?.length, 4096);
  assert.equal(read(['y'.repeat(90_000), ...crumbs], options).bodies[0]?.length, 95_000);
});

test('after a chunk that could not be reserved, no later chunk is reserved, even if there is room again', () => {
  assert.deepEqual(read(['12', '12345', '12'], { roomBytes: 4, limitBytes: 1000 }), {
    reserved: 2,
    bodies: [],
    errors: ['no room'],
  });
});

test('after the body has grown over the limit, no later chunk is reserved', () => {
  const { reserved, bodies, errors } = read(['12', '12345', '12'], { limitBytes: 6 });
  assert.deepEqual({ reserved, bodies }, { reserved: 2, bodies: [] });
  assert.deepEqual(errors, [
    'Expected a body of at most 6 bytes, received more. HOSHI_BODY_LIMIT_BYTES sets this limit',
  ]);
});

test('JSON that would hold the event loop is refused before it is parsed, and strings do not count', () => {
  const limits = { maxTexts: 64, setBy: 'HOSHI_TEXTS_LIMIT' } as const;
  const parse = (json: string) => () => parseJson(json, limits, '{"texts": "…"}');
  const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
  const members = (count: number) => `{${Array.from({ length: count }, (_, i) => `"${i}":0`).join()}}`;
  const values = (count: number) => `[${Array(count).fill(0).join()}]`;
  for (const [json, message] of [
    [nested(65), /at most 64 levels, received more at position 64$/],
    [members(1025), /objects of at most 1024 members/],
    [values(4224), /at most 4224 values, received more; a request may have at most 64 texts. HOSHI_TEXTS_LIMIT sets/],
    [
      `[${Array(200)
        .fill('{"a":'.repeat(30) + 1 + '}'.repeat(30))
        .join()}]`,
      /at most 4224 values/,
    ],
  ] as const)
    assert.throws(parse(json), message);
  for (const json of [nested(64), members(1024), values(4223), JSON.stringify([members(900), members(900)])])
    assert.deepEqual(parse(json)(), JSON.parse(json));
  for (const text of ['[[['.repeat(99), '\\"[', '\\\\"]', '\\', '"', ':'.repeat(5000), ','.repeat(9000), '{"[\\']) {
    const json = JSON.stringify({ [text]: [text], texts: text });
    assert.deepEqual(parse(json)(), JSON.parse(json));
  }
  for (const broken of ['"', '"\\', '["', ']]]]', '}{', '{"a":"b'])
    assert.throws(parse(broken), /Expected the body to be JSON/);
});
