import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Outcome } from '../../../cli/loadtest/connection.ts';
import { ConnectionPool, type ScheduledRequest } from '../../../cli/loadtest/connection-pool.ts';
import { targetOf } from '../../../cli/loadtest/target.ts';
import { serveSmall } from '../../fixtures/small-server.ts';

const PATIENCE_MS = 60_000;

async function until(what: string, isSo: () => boolean): Promise<void> {
  const endMs = performance.now() + PATIENCE_MS;
  while (!isSo()) {
    if (performance.now() > endMs) throw new Error(`Expected ${what} within ${PATIENCE_MS} ms`);
    await delay(1);
  }
}

/** A server that responds only when `answer` is called. */
async function serve(t: { after(end: () => void): void }) {
  const waiting: (() => void)[] = [];
  const sockets: Socket[] = [];
  let count = 0;
  const served = await serveSmall(t, (request, response) => {
    request.resume().on('end', () => {
      count++;
      waiting.push(() => response.end('{"score":4}'));
    });
  });
  served.server.on('connection', (socket: Socket) => sockets.push(socket));
  const received = (requests: number) => until(`the server to receive ${requests} requests`, () => count >= requests);
  const answer = async () => {
    await until('the server to hold a request', () => waiting.length > 0);
    waiting.shift()?.();
  };
  /** Closes the newest connection, and waits until the client has closed it, too. */
  const endLast = async () => {
    const socket = sockets.at(-1) as Socket;
    const closed = once(socket, 'close', { signal: AbortSignal.timeout(PATIENCE_MS) });
    socket.end();
    await closed;
  };
  return { ...served, received, answer, endLast };
}

function poolFor(port: number, limit: number) {
  const target = targetOf({ url: `http://127.0.0.1:${port}` }, ['0', '1', '2', '3', '4']);
  const ended: [textIndex: number, outcome: Outcome | undefined][] = [];
  const onEnd = ({ textIndex }: ScheduledRequest, outcome: Outcome | undefined) => ended.push([textIndex, outcome]);
  const pool = new ConnectionPool(target, limit, 1000, { onEnd });
  const endOf = (count: number) => until(`${count} requests to end`, () => ended.length >= count);
  return { pool, ended, endOf };
}

test('a connection that is closed between two requests is opened again without a failure', async (t) => {
  const { answer, endLast, port, connections: opened } = await serve(t);
  const { pool, ended, endOf } = poolFor(port, 1);
  t.after(() => pool.close());
  for (const text of [0, 1]) {
    pool.send({ textIndex: text, dueMs: performance.now() });
    await answer();
    await endOf(text + 1);
    await endLast();
  }
  const response = { status: 200, body: '{"score":4}' };
  assert.deepEqual(ended, [
    [0, response],
    [1, response],
  ]);
  assert.deepEqual([opened(), pool.opened, pool.late], [2, 2, 0]);
});

test('connections are opened on demand up to the limit; waiting requests are sent in order', async (t) => {
  const { received, answer, port, connections: opened } = await serve(t);
  const { pool, ended, endOf } = poolFor(port, 2);
  t.after(() => pool.close());
  for (const text of [0, 1, 2, 3, 4]) pool.send({ textIndex: text, dueMs: 0 });
  assert.equal(pool.late, 3);
  await received(2);
  for (let i = 1; i <= 5; i++) {
    await answer();
    await endOf(i);
  }
  assert.deepEqual(ended.map(([text]) => text).slice(2), [2, 3, 4]);
  assert.equal(opened(), 2);
});

test('a time-out ends a request, with its connection if it was sent; the next request takes its place', async (t) => {
  const { received, answer, port, connections: opened } = await serve(t);
  const { pool, ended, endOf } = poolFor(port, 1);
  t.after(() => pool.close());
  pool.send({ textIndex: 0, dueMs: 0 });
  pool.send({ textIndex: 1, dueMs: 10 });
  pool.send({ textIndex: 2, dueMs: 20 });
  pool.sweep(999);
  assert.deepEqual(ended, []);
  await received(1);
  pool.sweep(1010);
  assert.deepEqual(ended, [
    [1, undefined],
    [0, { failure: 'time-out' }],
  ]);
  await answer(); // the response to the dropped request is not read
  await answer();
  await endOf(3);
  assert.deepEqual(ended.at(-1), [2, { status: 200, body: '{"score":4}' }]);
  assert.equal(opened(), 2);
});
