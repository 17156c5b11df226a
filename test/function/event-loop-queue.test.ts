import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { EventLoopQueue } from '../../function/event-loop-queue.ts';

/** A clock that a test sets, and work that takes so long by it. */
function make() {
  const clock = { ms: 1000 };
  const turns = new EventLoopQueue(() => clock.ms);
  const done: number[] = [];
  const take = (id: number, ms: number) =>
    turns.take(() => {
      clock.ms += ms;
      done.push(id);
    });
  return { clock, turns, done, take };
}

test('short work is done at once, as long as the round is young', () => {
  const { turns, done, take } = make();
  for (let i = 0; i < 5; i++) take(i, 0.25);
  assert.deepEqual(done, [0, 1, 2, 3]);
  assert.equal(turns.length, 1);
});

test('the rest waits, first come first served, a round of it at a time', async () => {
  const { turns, done, take } = make();
  for (let i = 0; i < 9; i++) take(i, 0.5);
  assert.deepEqual(done, [0, 1]);
  await setImmediate();
  take(9, 0); // not before those that wait
  assert.deepEqual(done, [0, 1, 2, 3]);
  while (turns.length > 0) await setImmediate();
  assert.deepEqual(done, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('a round is longer where others take the time, and has an end', async () => {
  const { clock, turns, done, take } = make();
  for (let i = 0; i < 100; i++) take(i, 1);
  assert.equal(done.length, 1);
  clock.ms += 2;
  await setImmediate();
  assert.equal(done.length, 1 + 8);
  clock.ms += 1000;
  await setImmediate();
  assert.equal(done.length, 9 + 10);
  await setImmediate();
  assert.equal(done.length, 19 + 1);
  while (turns.length > 0) await setImmediate();
});

test('after a pause, the round is a new one', () => {
  const { clock, turns, done, take } = make();
  take(0, 5);
  clock.ms += 1;
  take(1, 5);
  take(2, 0);
  assert.deepEqual(done, [0, 1]);
  assert.equal(turns.length, 1);
});

test('what waits is expected to take what the last ones took', async () => {
  const { turns, take } = make();
  assert.equal(turns.expectedMs, 0);
  for (let i = 0; i < 200; i++) take(i, 2);
  assert.equal(turns.length, 199);
  while (turns.length > 50) await setImmediate();
  assert.ok(Math.abs(turns.expectedMs / turns.length - 2) < 0.1, `${turns.expectedMs}`);
  while (turns.length > 0) await setImmediate();
  assert.equal(turns.expectedMs, 0);
});

test('a machine that stalls changes little of what is expected', async () => {
  const { turns, take } = make();
  for (let i = 0; i < 300; i++) take(i, i === 200 ? 1000 : 0.1);
  while (turns.length > 90) await setImmediate();
  assert.ok(turns.expectedMs / turns.length < 0.15, `${turns.expectedMs / turns.length}`);
  while (turns.length > 0) await setImmediate();
});

test('ten thousand that wait are all done, in order', async () => {
  const { turns, done, take } = make();
  for (let i = 0; i < 10_000; i++) take(i, 0.1);
  while (turns.length > 0) await setImmediate();
  assert.deepEqual(
    done,
    Array.from({ length: 10_000 }, (_, i) => i),
  );
});
