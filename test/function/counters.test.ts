import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Counters, Histogram } from '../../function/counters.ts';

test('an observation is counted at the first bound that is not below it', () => {
  const histogram = new Histogram([1, 2, 5]);
  for (const value of [0.5, 1, 1.5, 5, 6]) histogram.observe(value);
  assert.deepEqual([...histogram.counts], [2, 1, 1, 1]);
  assert.equal(histogram.sum, 14);
});

test('scores are counted by sixteenths of the range', () => {
  const counters = new Counters();
  counters.setScoreRange([1, 5]);
  assert.equal(counters.scores.bounds.length, 16);
  assert.equal(counters.scores.bounds[0], 1.25);
  assert.equal(counters.scores.bounds.at(-1), 5);
  counters.scores.observe(5);
  assert.equal(counters.scores.counts[15], 1);
});

test('a duration has one histogram for each route and status', () => {
  const counters = new Counters();
  const histogram = counters.duration('/a', 200);
  assert.equal(counters.duration('/a', 200), histogram);
  assert.notEqual(counters.duration('/a', 503), histogram);
  assert.notEqual(counters.duration('/b', 200), histogram);
  assert.deepEqual([...counters.durations.keys()], ['/a', '/b']);
});
