import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Ending } from '../../../cli/loadtest/connection.ts';
import { ConnectionPool, type Exchange } from '../../../cli/loadtest/connections.ts';
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

/** A server that answers when it is told to. */
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
  /** Ends the connection opened last, and waits until the other side has, too. */
  const endLast = async () => {
    const socket = sockets.at(-1) as Socket;
    const closed = once(socket, 'close', { signal: AbortSignal.timeout(PATIENCE_MS) });
    socket.end();
    await closed;
  };
  return { ...served, received, answer, endLast };
}

function connectionsTo(port: number, limit: number) {
  const target = targetOf({ url: `http://127.0.0.1:${port}` }, ['0', '1', '2', '3', '4']);
  const ended: [text: number, ending: Ending | undefined][] = [];
  const onEnd = ({ text }: Exchange, ending: Ending | undefined) => ended.push([text, ending]);
  const connections = new ConnectionPool(target, limit, 1000, { onEnd });
  const endings = (count: number) => until(`${count} requests to end`, () => ended.length >= count);
  return { connections, ended, endings };
}

test('one that was closed between two requests is opened anew, without a failure', async (t) => {
  const { answer, endLast, port, connections: opened } = await serve(t);
  const { connections, ended, endings } = connectionsTo(port, 1);
  t.after(() => connections.close());
  for (const text of [0, 1]) {
    connections.send({ text, dueMs: performance.now() });
    await answer();
    await endings(text + 1);
    await endLast();
  }
  const whole = { status: 200, body: '{"score":4}' };
  assert.deepEqual(ended, [
    [0, whole],
    [1, whole],
  ]);
  assert.deepEqual([opened(), connections.opened, connections.late], [2, 2, 0]);
});

test('as many as it takes, up to the limit; what waits goes out in order', async (t) => {
  const { received, answer, port, connections: opened } = await serve(t);
  const { connections, ended, endings } = connectionsTo(port, 2);
  t.after(() => connections.close());
  for (const text of [0, 1, 2, 3, 4]) connections.send({ text, dueMs: 0 });
  assert.equal(connections.late, 3);
  await received(2);
  for (let i = 1; i <= 5; i++) {
    await answer();
    await endings(i);
  }
  assert.deepEqual(ended.map(([text]) => text).slice(2), [2, 3, 4]);
  assert.equal(opened(), 2);
});

test('what is too old is given up: with its connection if it was sent, and the next takes its place', async (t) => {
  const { received, answer, port, connections: opened } = await serve(t);
  const { connections, ended, endings } = connectionsTo(port, 1);
  t.after(() => connections.close());
  connections.send({ text: 0, dueMs: 0 });
  connections.send({ text: 1, dueMs: 10 });
  connections.send({ text: 2, dueMs: 20 });
  connections.sweep(999);
  assert.deepEqual(ended, []);
  await received(1);
  connections.sweep(1010);
  assert.deepEqual(ended, [
    [1, undefined],
    [0, { failure: 'time-out' }],
  ]);
  await answer(); // to the one that was given up: nobody hears it
  await answer();
  await endings(3);
  assert.deepEqual(ended.at(-1), [2, { status: 200, body: '{"score":4}' }]);
  assert.equal(opened(), 2);
});
