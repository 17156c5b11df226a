import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { EventLoopQueue } from '../../function/event-loop-queue.ts';

/**
 * A queue with a clock that the test sets. `add` adds a task that takes `ms` by that clock in its second stage. Tasks of
 * over 8 KiB make no groups.
 */
function make() {
  const clock = { ms: 1000 };
  const queue = new EventLoopQueue(() => clock.ms);
  const done: number[] = [];
  const stages: string[] = [];
  const add = (id: number, ms: number, bodyBytes = 8193) =>
    queue.add({
      bodyBytes,
      prepare: () => stages.push(`prepare ${id}`),
      run: () => {
        clock.ms += ms;
        done.push(id);
        stages.push(`run ${id}`);
      },
      flush: () => stages.push(`flush ${id}`),
    });
  return { clock, queue, done, stages, add };
}

/** The same with a loop that is busy: a task has just run. */
function makeBusy() {
  const made = make();
  made.add(-1, 0);
  made.done.length = 0;
  made.stages.length = 0;
  return made;
}

test('a task runs at once if the loop has been free, and the tasks after it wait for a round', async () => {
  const { clock, queue, done, stages, add } = make();
  add(0, 0.01);
  assert.deepEqual(stages, ['prepare 0', 'run 0', 'flush 0']);
  add(1, 0.01);
  add(2, 0.01);
  assert.deepEqual(done, [0]);
  await setImmediate();
  assert.deepEqual(done, [0, 1, 2]);
  clock.ms += 0.1;
  add(3, 0.01);
  assert.equal(queue.length, 1);
  await setImmediate();
  clock.ms += 0.3;
  add(4, 0.01);
  assert.deepEqual(done, [0, 1, 2, 3, 4]);
});

test('after tasks that came together, the next one waits for others, also after a pause', async () => {
  const { clock, done, add } = makeBusy();
  for (const id of [0, 1]) add(id, 0.01, 1);
  await setImmediate();
  clock.ms += 0.3;
  add(2, 0.01, 1);
  assert.deepEqual(done, [0, 1]);
  await setImmediate();
  clock.ms += 0.3;
  add(3, 0.01, 1);
  assert.deepEqual(done, [0, 1, 2, 3]); // 2 has come alone
});

test('a busy loop runs short tasks in its next round, for about a millisecond', async () => {
  const { queue, done, add } = makeBusy();
  for (let i = 0; i < 5; i++) add(i, 0.25);
  assert.deepEqual(done, []);
  await setImmediate();
  assert.deepEqual(done, [0, 1, 2, 3]);
  assert.equal(queue.length, 1);
  await setImmediate();
  assert.equal(queue.length, 0);
});

test('other tasks wait: first come, first served, one round at a time', async () => {
  const { queue, done, add } = makeBusy();
  for (let i = 0; i < 9; i++) add(i, 0.5);
  await setImmediate();
  assert.deepEqual(done, [0, 1]);
  add(9, 0); // must not overtake the waiting tasks
  await setImmediate();
  assert.deepEqual(done, [0, 1, 2, 3]);
  while (queue.length > 0) await setImmediate();
  assert.deepEqual(done, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('the tasks of a group go through each stage together', async () => {
  const { stages, add } = makeBusy();
  for (let i = 0; i < 3; i++) add(i, 0, 100);
  await setImmediate();
  assert.equal(stages.join(', '), 'prepare 0, prepare 1, prepare 2, run 0, run 1, run 2, flush 0, flush 1, flush 2');
});

test('a group has at most 16 tasks, of 8 KiB together unless it is one', async () => {
  const { queue, done, stages, add } = makeBusy();
  const sizes = [...Array<number>(20).fill(100), 8192, 8192, 9000, 4000, 4192, 1];
  for (const [i, size] of sizes.entries()) add(i, 0.1, size);
  while (queue.length > 0) await setImmediate();
  assert.deepEqual(done, [...sizes.keys()]);
  let count = 0;
  const groups: number[] = [];
  for (const [i, stage] of stages.entries()) {
    if (stage.startsWith('flush')) count++;
    if (count > 0 && !stages[i + 1]?.startsWith('flush')) {
      groups.push(count);
      count = 0;
    }
  }
  assert.deepEqual(groups, [16, 4, 1, 1, 1, 2, 1]);
});

test('a round ends with its group', async () => {
  const { done, add } = makeBusy();
  for (let i = 0; i < 40; i++) add(i, 0.05, 1);
  await setImmediate();
  assert.equal(done.length, 32); // 0.8 ms after the first group
});

test('a round is longer if other work takes time, but has a maximum', async () => {
  const { clock, queue, done, add } = makeBusy();
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
  const { clock, queue, done, add } = makeBusy();
  add(0, 5);
  await setImmediate();
  clock.ms += 1000;
  for (const id of [1, 2, 3]) add(id, 1);
  await setImmediate();
  assert.deepEqual(done, [0, 1, 2]); // 1 at once, and 2 in a round of a millisecond
  await setImmediate();
  assert.equal(queue.length, 0);
});

test('waiting tasks are expected to take as long as the last tasks', async () => {
  const { queue, add } = makeBusy();
  assert.equal(queue.expectedWaitMs, 0);
  for (let i = 0; i < 200; i++) add(i, 2);
  assert.equal(queue.length, 200);
  while (queue.length > 50) await setImmediate();
  assert.ok(Math.abs(queue.expectedWaitMs / queue.length - 2) < 0.1, `${queue.expectedWaitMs}`);
  while (queue.length > 0) await setImmediate();
  assert.equal(queue.expectedWaitMs, 0);
});

test('a stall of the machine hardly changes the expected wait', async () => {
  for (const bodyBytes of [8193, 1]) {
    const { queue, add } = makeBusy();
    for (let i = 0; i < 300; i++) add(i, i === 200 ? 1000 : 0.1, bodyBytes);
    while (queue.length > 90) await setImmediate();
    assert.ok(queue.expectedWaitMs / queue.length < 0.15, `${queue.expectedWaitMs / queue.length}`);
    while (queue.length > 0) await setImmediate();
  }
});

test('the tasks of a group are expected to take their share of it', async () => {
  const { queue, add } = makeBusy();
  for (let i = 0; i < 400; i++) add(i, 0.5, 1);
  while (queue.length > 50) await setImmediate();
  assert.ok(Math.abs(queue.expectedWaitMs / queue.length - 0.5) < 0.05, `${queue.expectedWaitMs / queue.length}`);
  while (queue.length > 0) await setImmediate();
});

test('ten thousand waiting tasks all run, in order', async () => {
  const { queue, done, add } = makeBusy();
  for (let i = 0; i < 10_000; i++) add(i, 0.1);
  while (queue.length > 0) await setImmediate();
  assert.deepEqual(
    done,
    Array.from({ length: 10_000 }, (_, i) => i),
  );
});
