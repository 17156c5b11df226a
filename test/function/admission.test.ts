import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { Admission } from '../../function/admission.ts';

const limits = { delayLimitMs: 50, queueLimitUnits: 1000, bufferLimitBytes: 100 };

/** A clock that a test sets. */
function make() {
  const clock = { ms: 0 };
  return { clock, admission: new Admission(limits, () => clock.ms) };
}

describe('what waits for the event loop', () => {
  /** So many that wait, after hundreds that took `ms` each. */
  async function fill({ clock, admission }: ReturnType<typeof make>, count: number, ms: number): Promise<void> {
    const take = () =>
      admission.turns.take(() => {
        clock.ms += ms;
      });
    for (let i = 0; i < 500; i++) take();
    while (admission.turns.length > 0) await setImmediate();
    for (; admission.turns.length < count; ) take();
  }

  test('others are shed while what waits will take longer than the limit', async () => {
    const made = make();
    await fill(made, 49, 1);
    assert.equal(made.admission.enter({}), undefined);
    await fill(made, 52, 1);
    assert.equal(made.admission.enter({}), 'loop');
    while (made.admission.turns.length > 0) await setImmediate();
    assert.equal(made.admission.enter({}), undefined);
  });

  test('few are let in however long they take', async () => {
    const made = make();
    await fill(made, 31, 1000);
    assert.equal(made.admission.enter({}), undefined);
    await fill(made, 32, 1000);
    assert.equal(made.admission.enter({}), 'loop');
  });

  test('a machine that stalls turns nobody away', async () => {
    const made = make();
    await fill(made, 200, 0.1);
    made.clock.ms += 60_000;
    assert.equal(made.admission.enter({}), undefined);
  });

  test('a connection has 256 at most that are not answered; others go on', () => {
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

describe('text in the threads', () => {
  test('up to the limit; a single request of any size where nothing waits', async () => {
    const { admission } = make();
    assert.equal(admission.hasRoomFor(5000), true);
    let end = () => {};
    const work = admission.queue(900, () => new Promise<void>((resolve) => (end = resolve)));
    assert.equal(admission.queuedUnits, 900);
    assert.equal(admission.hasRoomFor(100), true);
    assert.equal(admission.hasRoomFor(101), false);
    end();
    await work;
    assert.equal(admission.queuedUnits, 0);
    assert.equal(admission.hasRoomFor(5000), true);
  });

  test('none behind one that has been there for too long', async () => {
    const { clock, admission } = make();
    let end = () => {};
    const work = admission.queue(10, () => new Promise<void>((resolve) => (end = resolve)));
    clock.ms = 200;
    assert.equal(admission.hasRoomFor(1), true);
    clock.ms = 201;
    assert.equal(admission.hasRoomFor(1), false);
    end();
    await work;
    assert.equal(admission.hasRoomFor(1), true);
  });

  test('work that fails is no longer counted', async () => {
    const { admission } = make();
    await assert.rejects(
      admission.queue(10, () => Promise.reject(new Error('no'))),
      /no/,
    );
    assert.equal(admission.queuedUnits, 0);
  });
});

test('bodies are held up to the limit, and given back', () => {
  const { admission } = make();
  assert.equal(admission.buffer(60), true);
  assert.equal(admission.buffer(41), false);
  assert.equal(admission.buffer(40), true);
  admission.release(60);
  assert.equal(admission.bufferedBytes, 40);
  assert.equal(admission.buffer(60), true);
});
