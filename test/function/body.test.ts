/** Reading a body by itself; contract.test.ts and hostile.test.ts send bodies to a server. */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { readBody } from '../../function/body.ts';

/** Reads a body of these chunks, where so many bytes may be held in all; tells what became of it. */
function read(chunks: readonly string[], { limitBytes = 100, roomBytes = 100 } = {}) {
  const request = Object.assign(new EventEmitter(), { headers: {} });
  let held = 0;
  const bodies: string[] = [];
  const errors: string[] = [];
  readBody(
    request as unknown as IncomingMessage,
    limitBytes,
    (bytes) => {
      if (bytes > roomBytes) throw new Error('no room');
      held += bytes;
    },
    (body) => bodies.push(Buffer.from(body).toString()),
    (error) => errors.push((error as Error).message),
  );
  for (const chunk of chunks) request.emit('data', Buffer.from(chunk));
  request.emit('end');
  return { held, bodies, errors };
}

test('a body in chunks is held as it comes, and told once', () => {
  assert.deepEqual(read(['{"te', 'xts":5}']), { held: 11, bodies: ['{"texts":5}'], errors: [] });
  assert.deepEqual(read([]), { held: 0, bodies: [''], errors: [] });
});

test('once there was no room for a chunk, none that follows is held, be there room again or not', () => {
  assert.deepEqual(read(['12', '12345', '12'], { roomBytes: 4 }), { held: 2, bodies: [], errors: ['no room'] });
});

test('once it has grown over the limit, none that follows is held', () => {
  const { held, bodies, errors } = read(['12', '12345', '12'], { limitBytes: 6 });
  assert.deepEqual({ held, bodies }, { held: 2, bodies: [] });
  assert.deepEqual(errors, ['Expected a body of at most 6 bytes, received more']);
});
