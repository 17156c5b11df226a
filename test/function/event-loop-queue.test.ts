import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { EventLoopQueue } from '../../function/event-loop-queue.ts';

/** A queue with a clock that the test sets. `run` runs a task that takes `ms` by that clock. */
function make() {
  const clock = { ms: 1000 };
  const queue = new EventLoopQueue(() => clock.ms);
  const done: number[] = [];
  const run = (id: number, ms: number) =>
    queue.run(() => {
      clock.ms += ms;
      done.push(id);
    });
  return { clock, queue, done, run };
}

test('short tasks run at once, as long as the round is young', () => {
  const { queue, done, run } = make();
  for (let i = 0; i < 5; i++) run(i, 0.25);
  assert.deepEqual(done, [0, 1, 2, 3]);
  assert.equal(queue.length, 1);
});

test('other tasks wait: first come, first served, one round at a time', async () => {
  const { queue, done, run } = make();
  for (let i = 0; i < 9; i++) run(i, 0.5);
  assert.deepEqual(done, [0, 1]);
  await setImmediate();
  run(9, 0); // must not overtake the waiting tasks
  assert.deepEqual(done, [0, 1, 2, 3]);
  while (queue.length > 0) await setImmediate();
  assert.deepEqual(done, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('a round is longer if other work takes time, but has a maximum', async () => {
  const { clock, queue, done, run } = make();
  for (let i = 0; i < 100; i++) run(i, 1);
  assert.equal(done.length, 1);
  clock.ms += 2;
  await setImmediate();
  assert.equal(done.length, 1 + 8);
  clock.ms += 1000;
  await setImmediate();
  assert.equal(done.length, 9 + 10);
  await setImmediate();
  assert.equal(done.length, 19 + 1);
  while (queue.length > 0) await setImmediate();
});

test('after a pause, a new round starts', () => {
  const { clock, queue, done, run } = make();
  run(0, 5);
  clock.ms += 1;
  run(1, 5);
  run(2, 0);
  assert.deepEqual(done, [0, 1]);
  assert.equal(queue.length, 1);
});

test('waiting tasks are expected to take as long as the last tasks', async () => {
  const { queue, run } = make();
  assert.equal(queue.expectedWaitMs, 0);
  for (let i = 0; i < 200; i++) run(i, 2);
  assert.equal(queue.length, 199);
  while (queue.length > 50) await setImmediate();
  assert.ok(Math.abs(queue.expectedWaitMs / queue.length - 2) < 0.1, `${queue.expectedWaitMs}`);
  while (queue.length > 0) await setImmediate();
  assert.equal(queue.expectedWaitMs, 0);
});

test('a stall of the machine hardly changes the expected wait', async () => {
  const { queue, run } = make();
  for (let i = 0; i < 300; i++) run(i, i === 200 ? 1000 : 0.1);
  while (queue.length > 90) await setImmediate();
  assert.ok(queue.expectedWaitMs / queue.length < 0.15, `${queue.expectedWaitMs / queue.length}`);
  while (queue.length > 0) await setImmediate();
});

test('ten thousand waiting tasks all run, in order', async () => {
  const { queue, done, run } = make();
  for (let i = 0; i < 10_000; i++) run(i, 0.1);
  while (queue.length > 0) await setImmediate();
  assert.deepEqual(
    done,
    Array.from({ length: 10_000 }, (_, i) => i),
  );
});
