import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Recorder, type Second } from '../../../cli/loadtest/recorder.ts';

const none = { opened: 0, late: 0 };

/** Compares with the three-digit precision of the histogram. */
function isNear(actual: number | undefined, expected: number): void {
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) <= expected * 1e-3, `${actual} is not near ${expected}`);
}

test('the percentiles of 1, 2, … 1000 ms', () => {
  const recorder = new Recorder(0, () => {});
  for (let ms = 1; ms <= 1000; ms++) {
    recorder.recordOffered(0, 0);
    recorder.recordResponse('accepted', 0, ms);
  }
  const { latency } = recorder.figures(0, none);
  assert.equal(latency.accepted?.count, 1000);
  isNear(latency.accepted?.p50Ms, 500);
  isNear(latency.accepted?.p90Ms, 900);
  isNear(latency.accepted?.p99Ms, 990);
  isNear(latency.accepted?.p999Ms, 999);
  isNear(latency.accepted?.maxMs, 1000);
  isNear(latency.accepted?.meanMs, 500.5);
  assert.equal(latency.refused, undefined);
});

test('latency counts from the due time, separately for accepted and refused responses; failures have none', () => {
  const recorder = new Recorder(0, () => {});
  for (const due of [0, 10, 20, 30, 40]) recorder.recordOffered(due, due + 2);
  recorder.recordResponse('accepted', 0, 100);
  recorder.recordResponse('refused', 10, 12);
  recorder.recordResponse({ error: 'status 500' }, 20, 900);
  recorder.recordUnsent(950);
  const { offered, accepted, refused, errors, unsent, unfinished, goodput, seconds, latency, lag } = recorder.figures(
    500,
    none,
  );
  assert.deepEqual(
    { offered, accepted, refused, unsent, unfinished },
    { offered: 5, accepted: 1, refused: 1, unsent: 1, unfinished: 1 },
  );
  assert.deepEqual(errors, { 'status 500': 1 });
  assert.deepEqual([seconds, goodput], [0.5, 2]);
  isNear(latency.accepted?.maxMs, 100);
  isNear(latency.refused?.maxMs, 2);
  isNear(lag?.p50Ms, 2);
});

test('a response after the end of the schedule makes the run longer', () => {
  const recorder = new Recorder(0, () => {});
  recorder.recordOffered(0, 0);
  recorder.recordResponse('accepted', 0, 2000);
  const { seconds, goodput, lag } = recorder.figures(1000, none);
  assert.deepEqual([seconds, goodput, lag], [2, 0.5, undefined]);
});

test('a request counts in the second when it was made, a response in the second when it arrived; no second is missing', () => {
  const reported: Second[] = [];
  const recorder = new Recorder(0, (second) => reported.push(second));
  recorder.recordOffered(100, 100);
  recorder.recordOffered(200, 200);
  recorder.recordResponse('accepted', 100, 150);
  recorder.recordResponse('refused', 200, 3100);
  recorder.recordOffered(2900, 3200); // late: a second that was reported does not change
  recorder.recordResponse({ error: 'closed early' }, 2900, 3300);
  const { timeline } = recorder.figures(3500, none);
  assert.deepEqual(reported, timeline);
  const counts = timeline.map(({ offered, accepted, refused, failed }) => [offered, accepted, refused, failed]);
  assert.deepEqual(counts, [
    [2, 1, 0, 0],
    [0, 0, 0, 0],
    [0, 0, 0, 0],
    [1, 0, 1, 1],
  ]);
  isNear(timeline[0]?.p99Ms, 50);
  assert.equal(timeline[3]?.p99Ms, undefined);
});
