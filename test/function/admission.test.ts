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

describe('what waits on the event loop', () => {
  test('requests are let in until those found at one turn have taken the limit', () => {
    const { clock, admission } = make();
    assert.equal(admission.refusal(), undefined);
    clock.ms = 50;
    assert.equal(admission.refusal(), undefined);
    clock.ms = 51;
    assert.equal(admission.refusal(), 'loop');
  });

  test('the next turn begins anew', async () => {
    const { clock, admission } = make();
    admission.refusal();
    clock.ms = 51;
    assert.equal(admission.refusal(), 'loop');
    await setImmediate();
    assert.equal(admission.refusal(), undefined);
  });

  test('an idle loop is no busy one', async () => {
    const { clock, admission } = make();
    admission.refusal();
    await setImmediate();
    clock.ms = 10_000;
    assert.equal(admission.refusal(), undefined);
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
