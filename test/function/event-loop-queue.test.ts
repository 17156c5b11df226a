import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { EventLoopQueue } from '../../function/event-loop-queue.ts';

/** A queue with a clock that the test sets. `add` adds a task that takes `ms` by that clock, and its flush `flushMs`. */
function make() {
  const clock = { ms: 1000 };
  const queue = new EventLoopQueue(() => clock.ms);
  const done: number[] = [];
  const flushed: number[] = [];
  const add = (id: number, ms: number, flushMs = 0) =>
    queue.add({
      run: () => {
        clock.ms += ms;
        done.push(id);
      },
      flush: () => {
        clock.ms += flushMs;
        flushed.push(id);
      },
    });
  return { clock, queue, done, flushed, add };
}

test('an idle loop runs short tasks in its next round, for about a millisecond', async () => {
  const { queue, done, add } = make();
  for (let i = 0; i < 5; i++) add(i, 0.25);
  assert.deepEqual(done, []);
  await setImmediate();
  assert.deepEqual(done, [0, 1, 2, 3]);
  assert.equal(queue.length, 1);
  await setImmediate();
  assert.equal(queue.length, 0);
});

test('other tasks wait: first come, first served, one round at a time', async () => {
  const { queue, done, add } = make();
  for (let i = 0; i < 9; i++) add(i, 0.5);
  await setImmediate();
  assert.deepEqual(done, [0, 1]);
  add(9, 0); // must not overtake the waiting tasks
  await setImmediate();
  assert.deepEqual(done, [0, 1, 2, 3]);
  while (queue.length > 0) await setImmediate();
  assert.deepEqual(done, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('the tasks of a group run before their results are written, and a group is small and short', async () => {
  const { clock, queue, done, flushed, add } = make();
  const flushedBefore: number[] = [];
  queue.add({ run: () => flushedBefore.push(flushed.length), flush: () => {} });
  for (let i = 0; i < 20; i++) add(i, 0.01);
  queue.add({ run: () => flushedBefore.push(flushed.length), flush: () => {} });
  await setImmediate();
  assert.deepEqual(flushedBefore, [0, 15]); // the first group has this first task and 15 others
  assert.deepEqual(flushed, done);
  for (let i = 0; i < 4; i++) add(i, 0.2);
  queue.add({ run: () => flushedBefore.push(flushed.length), flush: () => {} });
  clock.ms += 1;
  await setImmediate();
  assert.deepEqual(flushedBefore, [0, 15, 20 + 4]); // two groups of 0.4 ms came before
});

test('the writes of a task count towards its round and its duration', async () => {
  const { queue, done, add } = make();
  for (let i = 0; i < 300; i++) add(i, 0.2, 0.2);
  await setImmediate();
  assert.deepEqual(done, [0, 1, 2]); // a group of two, 0.8 ms, and one that the end of the round ends
  while (queue.length > 20) await setImmediate();
  const meanMs = queue.expectedWaitMs / queue.length;
  assert.ok(Math.abs(meanMs - 0.4) < 0.03, `${meanMs}`);
  while (queue.length > 0) await setImmediate();
});

test('a round is longer if other work takes time, but has a maximum', async () => {
  const { clock, queue, done, add } = make();
  for (let i = 0; i < 100; i++) add(i, 1);
  await setImmediate();
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

test('a pause is no other work', async () => {
  const { clock, queue, done, add } = make();
  add(0, 5);
  await setImmediate();
  clock.ms += 1000;
  add(1, 1);
  add(2, 1);
  await setImmediate();
  assert.deepEqual(done, [0, 1]);
  await setImmediate();
  assert.equal(queue.length, 0);
});

test('waiting tasks are expected to take as long as the last tasks', async () => {
  const { queue, add } = make();
  assert.equal(queue.expectedWaitMs, 0);
  for (let i = 0; i < 200; i++) add(i, 2);
  assert.equal(queue.length, 200);
  while (queue.length > 50) await setImmediate();
  assert.ok(Math.abs(queue.expectedWaitMs / queue.length - 2) < 0.1, `${queue.expectedWaitMs}`);
  while (queue.length > 0) await setImmediate();
  assert.equal(queue.expectedWaitMs, 0);
});

test('a stall of the machine hardly changes the expected wait', async () => {
  const { queue, add } = make();
  for (let i = 0; i < 300; i++) add(i, i === 200 ? 1000 : 0.1);
  while (queue.length > 90) await setImmediate();
  assert.ok(queue.expectedWaitMs / queue.length < 0.15, `${queue.expectedWaitMs / queue.length}`);
  while (queue.length > 0) await setImmediate();
});

test('ten thousand waiting tasks all run, in order', async () => {
  const { queue, done, add } = make();
  for (let i = 0; i < 10_000; i++) add(i, 0.1);
  while (queue.length > 0) await setImmediate();
  assert.deepEqual(
    done,
    Array.from({ length: 10_000 }, (_, i) => i),
  );
});
