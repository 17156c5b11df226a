import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findKnee } from '../../../cli/loadtest/knee.ts';
import { type Figures, Recorder } from '../../../cli/loadtest/recorder.ts';

/** Figures of a server that accepts up to `capacity` a second, each within `ms`. */
function figuresOf(rate: number, capacity: number, ms: number, lagMs = 0): Figures {
  const recorder = new Recorder(0, () => {});
  for (let i = 0; i < rate; i++) {
    recorder.offer(0, lagMs);
    recorder.answer(i < capacity ? 'accepted' : 'refused', 0, ms);
  }
  return recorder.figures(1000, { opened: 0, late: 0 });
}

const options = { firstRate: 100, p99LimitMs: 250 };

test('rates double until one is not held, then close in on the knee', async () => {
  const asked: number[] = [];
  const { rate, steps } = await findKnee(options, async (each) => {
    asked.push(each);
    return figuresOf(each, 1000, 10);
  });
  assert.deepEqual(asked, [100, 200, 400, 800, 1600, 1131, 951, 1037, 993]);
  assert.equal(rate, 993);
  assert.deepEqual(
    steps.map((step) => [step.rate, step.why]),
    [
      [100, ''],
      [200, ''],
      [400, ''],
      [800, ''],
      [951, ''],
      [993, ''],
      [1037, 'not all accepted'],
      [1131, 'not all accepted'],
      [1600, 'not all accepted'],
    ],
  );
});

test('rates are whole, from 1 on', async () => {
  for (const firstRate of [0.1, 0.3, 1, 1.4]) {
    const asked: number[] = [];
    const { rate } = await findKnee({ ...options, firstRate }, async (each) => {
      asked.push(each);
      return figuresOf(each, 3, 10);
    });
    assert.deepEqual([asked, rate], [[1, 2, 4, 3], 3], `from ${firstRate}`);
  }
});

test('a hundredth may be refused', async () => {
  const { steps } = await findKnee(options, async (rate) => figuresOf(rate, 198, 10));
  assert.deepEqual(steps.map(({ rate, isHeld }) => isHeld && rate).slice(0, 2), [100, 200]);
});

test('a p99 above the limit ends it, even at the first rate', async () => {
  const { rate, steps } = await findKnee(options, async (each) => figuresOf(each, 1000, 300));
  assert.equal(rate, undefined);
  assert.deepEqual(
    steps.map(({ why }) => why),
    ['p99 above the limit'],
  );
});

test('what the generator is too slow for is no knee of the server', async () => {
  const { steps } = await findKnee(options, async (each) => figuresOf(each, 1000, 300, 280));
  assert.deepEqual(
    steps.map(({ why }) => why),
    ['too much for the generator'],
  );
});

test('broken off, it tells what it has', async () => {
  const stopping = new AbortController();
  const { rate, steps } = await findKnee({ ...options, signal: stopping.signal }, async (each) => {
    if (each === 400) stopping.abort();
    return figuresOf(each, 1000, 10);
  });
  assert.equal(rate, 200);
  assert.equal(steps.at(-1)?.why, 'broken off');
});
