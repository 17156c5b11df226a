/** `readBody` alone. contract.test.ts and hostile.test.ts send bodies to a server. */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { readBody } from '../../function/body.ts';

/**
 * Reads a body of these chunks. A chunk of more than `roomBytes` cannot be reserved. Returns what `readBody` called.
 */
function read(chunks: readonly string[], { limitBytes = 100, roomBytes = 100 } = {}) {
  const request = Object.assign(new EventEmitter(), { headers: {} });
  let reserved = 0;
  const bodies: string[] = [];
  const errors: string[] = [];
  readBody(
    request as unknown as IncomingMessage,
    limitBytes,
    (bytes) => {
      if (bytes > roomBytes) throw new Error('no room');
      reserved += bytes;
    },
    (body) => bodies.push(Buffer.from(body).toString()),
    (error) => errors.push((error as Error).message),
  );
  for (const chunk of chunks) request.emit('data', Buffer.from(chunk));
  request.emit('end');
  return { reserved, bodies, errors };
}

test('each chunk of a body is reserved when it arrives, and the body is given once', () => {
  assert.deepEqual(read(['{"te', 'xts":5}']), { reserved: 11, bodies: ['{"texts":5}'], errors: [] });
  assert.deepEqual(read([]), { reserved: 0, bodies: [''], errors: [] });
});

test('after a chunk that could not be reserved, no later chunk is reserved, even if there is room again', () => {
  assert.deepEqual(read(['12', '12345', '12'], { roomBytes: 4 }), { reserved: 2, bodies: [], errors: ['no room'] });
});

test('after the body has grown over the limit, no later chunk is reserved', () => {
  const { reserved, bodies, errors } = read(['12', '12345', '12'], { limitBytes: 6 });
  assert.deepEqual({ reserved, bodies }, { reserved: 2, bodies: [] });
  assert.deepEqual(errors, ['Expected a body of at most 6 bytes, received more']);
});
