import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Ending } from '../../../model/load/connection.ts';
import { Connections, type Exchange } from '../../../model/load/connections.ts';
import { targetOf } from '../../../model/load/target.ts';
import { serveSmall } from '../../fixtures/small-server.ts';

async function serve(t: { after(end: () => void): void }) {
  const waiting: (() => void)[] = [];
  const served = await serveSmall(t, (request, response) => {
    request.resume().on('end', () => waiting.push(() => response.end('{"score":4}')));
  });
  const answer = async () => {
    while (waiting.length === 0) await delay(1);
    waiting.shift()?.();
  };
  return { ...served, answer };
}

function connectionsTo(port: number, limit: number) {
  const target = targetOf({ url: `http://127.0.0.1:${port}` }, ['0', '1', '2', '3', '4']);
  const ended: [text: number, ending: Ending | undefined][] = [];
  const onEnd = ({ text }: Exchange, ending: Ending | undefined) => ended.push([text, ending]);
  const connections = new Connections(target, limit, 1000, { onEnd });
  const until = async (count: number) => {
    while (ended.length < count) await delay(1);
  };
  return { connections, ended, until };
}

test('one that was closed between two requests is opened anew, without a failure', async (t) => {
  const { server, answer, port, connections: opened } = await serve(t);
  const { connections, ended, until } = connectionsTo(port, 1);
  t.after(() => connections.close());
  for (const text of [0, 1]) {
    connections.send({ text, dueMs: performance.now() });
    await answer();
    await until(text + 1);
    server.closeIdleConnections();
    await delay(50); // until it is known here
  }
  const whole = { status: 200, body: '{"score":4}' };
  assert.deepEqual(ended, [
    [0, whole],
    [1, whole],
  ]);
  assert.deepEqual([opened(), connections.opened, connections.late], [2, 2, 0]);
});

test('as many as it takes, up to the limit; what waits goes out in order', async (t) => {
  const { answer, port, connections: opened } = await serve(t);
  const { connections, ended, until } = connectionsTo(port, 2);
  t.after(() => connections.close());
  for (const text of [0, 1, 2, 3, 4]) connections.send({ text, dueMs: 0 });
  assert.equal(connections.late, 3);
  for (let i = 1; i <= 5; i++) {
    await answer();
    await until(i);
  }
  assert.deepEqual(ended.map(([text]) => text).slice(2), [2, 3, 4]);
  assert.equal(opened(), 2);
});

test('what is too old is given up: with its connection if it was sent, and the next takes its place', async (t) => {
  const { answer, port, connections: opened } = await serve(t);
  const { connections, ended, until } = connectionsTo(port, 1);
  t.after(() => connections.close());
  connections.send({ text: 0, dueMs: 0 });
  connections.send({ text: 1, dueMs: 10 });
  connections.send({ text: 2, dueMs: 20 });
  connections.sweep(999);
  assert.deepEqual(ended, []);
  while (opened() === 0) await delay(1);
  connections.sweep(1010);
  assert.deepEqual(ended, [
    [1, undefined],
    [0, { failure: 'time-out' }],
  ]);
  await answer(); // to the one that was given up: nobody hears it
  await answer();
  await until(3);
  assert.deepEqual(ended.at(-1), [2, { status: 200, body: '{"score":4}' }]);
  assert.equal(opened(), 2);
});
