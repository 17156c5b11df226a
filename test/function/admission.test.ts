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

/** How many of so many requests at one moment are let in, each of a connection of its own. */
const letIn = (admission: Admission, count: number) =>
  Array.from({ length: count }, () => admission.refusal({})).filter((refusal) => refusal === undefined).length;

describe('what waits on the event loop', () => {
  test('requests are let in until those found at one turn have taken the limit', () => {
    const { clock, admission } = make();
    assert.equal(letIn(admission, 100), 100);
    clock.ms = 50;
    assert.equal(letIn(admission, 100), 100);
    clock.ms = 51;
    assert.equal(admission.refusal({}), 'loop');
    assert.equal(letIn(admission, 100), 0);
  });

  test('the first of a turn are let in however late it is: a machine that stalls is no load', () => {
    const { clock, admission } = make();
    assert.equal(letIn(admission, 60), 60);
    clock.ms = 1000;
    assert.equal(letIn(admission, 100), 100);
    clock.ms = 2000;
    assert.equal(letIn(admission, 100), 0);
  });

  test('where few are found at each turn, a machine that stalls turns nobody away', async () => {
    const { clock, admission } = make();
    for (let turn = 0; turn < 50; turn++) {
      for (let i = 0; i < 30; i++) {
        assert.equal(admission.refusal({}), undefined, `request ${i} of turn ${turn}`);
        clock.ms += 1000;
      }
      await setImmediate();
    }
  });

  test('what one connection sends ahead gets a quarter of the limit; others go on', () => {
    const { clock, admission } = make();
    const [hog, other] = [{}, {}];
    letIn(admission, 64);
    assert.equal(admission.refusal(hog), undefined);
    clock.ms = 12.5;
    assert.equal(admission.refusal(hog), undefined);
    clock.ms = 13;
    assert.equal(admission.refusal(hog), 'loop');
    assert.equal(admission.refusal(other), undefined);
    assert.equal(letIn(admission, 10), 10);
  });

  test('refusing takes no time of others', () => {
    const { clock, admission } = make();
    const hog = {};
    letIn(admission, 64);
    admission.refusal(hog);
    clock.ms = 13;
    for (; clock.ms < 1000; clock.ms += 10) assert.equal(admission.refusal(hog), 'loop');
    assert.equal(letIn(admission, 100), 100);
  });

  test('the next turn begins anew', async () => {
    const { clock, admission } = make();
    letIn(admission, 100);
    clock.ms = 51;
    assert.equal(letIn(admission, 100), 0);
    await setImmediate();
    assert.equal(letIn(admission, 100), 100);
  });

  test('an idle loop is no busy one', async () => {
    const { clock, admission } = make();
    letIn(admission, 100);
    await setImmediate();
    clock.ms = 10_000;
    assert.equal(letIn(admission, 100), 100);
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
