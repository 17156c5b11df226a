import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { Admission } from '../../function/admission.ts';

const limits = { delayLimitMs: 50, queueLimitUnits: 1000, bufferLimitBytes: 100 };

/** Admission with a clock that the test sets. */
function make() {
  const clock = { ms: 0 };
  return { clock, admission: new Admission(limits, () => clock.ms) };
}

describe('the event-loop queue', () => {
  /** Makes `count` tasks wait, after hundreds of tasks that took `ms` each. */
  async function fill({ clock, admission }: ReturnType<typeof make>, count: number, ms: number): Promise<void> {
    const add = () =>
      admission.eventLoopQueue.add({
        bodyBytes: 10_000,
        prepare: () => {},
        run: () => {
          clock.ms += ms;
        },
        flush: () => {},
      });
    for (let i = 0; i < 500; i++) add();
    while (admission.eventLoopQueue.length > 0) await setImmediate();
    for (; admission.eventLoopQueue.length < count; ) add();
  }

  test('requests are shed while the expected wait is over the limit', async () => {
    const made = make();
    await fill(made, 49, 1);
    assert.equal(made.admission.enter({}), undefined);
    await fill(made, 52, 1);
    assert.equal(made.admission.enter({}), 'loop');
    while (made.admission.eventLoopQueue.length > 0) await setImmediate();
    assert.equal(made.admission.enter({}), undefined);
  });

  test('few requests are admitted, however long they take', async () => {
    const made = make();
    await fill(made, 31, 1000);
    assert.equal(made.admission.enter({}), undefined);
    await fill(made, 32, 1000);
    assert.equal(made.admission.enter({}), 'loop');
  });

  test('a stall of the machine sheds no request', async () => {
    const made = make();
    await fill(made, 200, 0.1);
    made.clock.ms += 60_000;
    assert.equal(made.admission.enter({}), undefined);
  });

  test('a connection has at most 256 admitted requests; other connections are not affected', () => {
    const { admission } = make();
    const [hog, other] = [{}, {}];
    for (let i = 0; i < 256; i++) assert.equal(admission.enter(hog), undefined);
    assert.equal(admission.enter(hog), 'loop');
    assert.equal(admission.enter(other), undefined);
    admission.leave(hog);
    assert.equal(admission.enter(hog), undefined);
    assert.equal(admission.enter(hog), 'loop');
  });
});

describe("text in the scorer's threads", () => {
  test('is admitted up to the limit; idle threads admit one batch of any size', async () => {
    const { admission } = make();
    assert.equal(admission.hasRoomFor(5000), true);
    let end = () => {};
    const work = admission.runBatch(900, () => new Promise<void>((resolve) => (end = resolve)));
    assert.equal(admission.queuedUnits, 900);
    assert.equal(admission.hasRoomFor(100), true);
    assert.equal(admission.hasRoomFor(101), false);
    end();
    await work;
    assert.equal(admission.queuedUnits, 0);
    assert.equal(admission.hasRoomFor(5000), true);
  });

  test('no batch enters behind a batch that has been there for too long', async () => {
    const { clock, admission } = make();
    let end = () => {};
    const work = admission.runBatch(10, () => new Promise<void>((resolve) => (end = resolve)));
    clock.ms = 200;
    assert.equal(admission.hasRoomFor(1), true);
    clock.ms = 201;
    assert.equal(admission.hasRoomFor(1), false);
    end();
    await work;
    assert.equal(admission.hasRoomFor(1), true);
  });

  test('a failed batch is no longer counted', async () => {
    const { admission } = make();
    await assert.rejects(
      admission.runBatch(10, () => Promise.reject(new Error('no'))),
      /no/,
    );
    assert.equal(admission.queuedUnits, 0);
  });
});

test('bytes are reserved up to the limit, and freed', () => {
  const { admission } = make();
  assert.equal(admission.reserveBytes(60), true);
  assert.equal(admission.reserveBytes(41), false);
  assert.equal(admission.reserveBytes(40), true);
  admission.freeBytes(60);
  assert.equal(admission.bufferedBytes, 40);
  assert.equal(admission.reserveBytes(60), true);
});

test('a quarter of the buffer is kept for small bodies', () => {
  const admission = new Admission({ delayLimitMs: 50, queueLimitUnits: 1, bufferLimitBytes: 4_000_000 });
  assert.equal(admission.reserveBytes(2_900_000), true);
  assert.equal(admission.reserveBytes(200_000), false);
  assert.equal(admission.reserveBytes(16_000), true);
  // A body that grows is as large as all that it holds.
  assert.equal(admission.reserveBytes(16_384, 16_000), true);
  assert.equal(admission.reserveBytes(80_000, 32_384), false);
  while (admission.reserveBytes(10_000));
  assert.ok(admission.bufferedBytes > 3_980_000 && admission.bufferedBytes <= 4_000_000, `${admission.bufferedBytes}`);
});
