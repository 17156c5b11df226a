import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findKnee } from '../../../cli/loadtest/knee.ts';
import { type Figures, Recorder } from '../../../cli/loadtest/recorder.ts';

/** Figures of a server that accepts up to `capacity` requests per second, each within `ms`. */
function figuresOf(rate: number, capacity: number, ms: number, lagMs = 0): Figures {
  const recorder = new Recorder(0, () => {});
  for (let i = 0; i < rate; i++) {
    recorder.recordOffered(0, lagMs);
    recorder.recordResponse(i < capacity ? 'accepted' : 'refused', 0, ms);
  }
  return recorder.figures(1000, { opened: 0, late: 0 });
}

const options = { firstRate: 100, p99LimitMs: 250 };

test('the rate doubles until one is not held, then bisection finds the knee', async () => {
  const tried: number[] = [];
  const { rate, steps } = await findKnee(options, async (each) => {
    tried.push(each);
    return figuresOf(each, 1000, 10);
  });
  assert.deepEqual(tried, [100, 200, 400, 800, 1600, 1131, 951, 1037, 993]);
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

test('rates are whole numbers from 1 on', async () => {
  for (const firstRate of [0.1, 0.3, 1, 1.4]) {
    const tried: number[] = [];
    const { rate } = await findKnee({ ...options, firstRate }, async (each) => {
      tried.push(each);
      return figuresOf(each, 3, 10);
    });
    assert.deepEqual([tried, rate], [[1, 2, 4, 3], 3], `from ${firstRate}`);
  }
});

test('a rate is held if 1 % of its requests are refused', async () => {
  const { steps } = await findKnee(options, async (rate) => figuresOf(rate, 198, 10));
  assert.deepEqual(steps.map(({ rate, isHeld }) => isHeld && rate).slice(0, 2), [100, 200]);
});

test('a p99 above the limit ends the search, even at the first rate', async () => {
  const { rate, steps } = await findKnee(options, async (each) => figuresOf(each, 1000, 300));
  assert.equal(rate, undefined);
  assert.deepEqual(
    steps.map(({ why }) => why),
    ['p99 above the limit'],
  );
});

test('a slow generator is not reported as the knee of the server', async () => {
  const { steps } = await findKnee(options, async (each) => figuresOf(each, 1000, 300, 280));
  assert.deepEqual(
    steps.map(({ why }) => why),
    ['too much for the generator'],
  );
});

test('an interrupted search returns the steps so far', async () => {
  const stopping = new AbortController();
  const { rate, steps } = await findKnee({ ...options, signal: stopping.signal }, async (each) => {
    if (each === 400) stopping.abort();
    return figuresOf(each, 1000, 10);
  });
  assert.equal(rate, 200);
  assert.equal(steps.at(-1)?.why, 'broken off');
});
