import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Plot } from '../../../cli/loadtest/plot.ts';
import { type Figures, Recorder } from '../../../cli/loadtest/recorder.ts';
import { formatFigures, formatKnee, formatSecond, plotsOfKnee, plotsOfRun } from '../../../cli/loadtest/report.ts';

function figuresOf(accepted: number, refused: number): Figures {
  const recorder = new Recorder(0, () => {});
  for (let i = 0; i < accepted + refused; i++) {
    recorder.recordOffered(0, 0);
    recorder.recordResponse(i < accepted ? 'accepted' : 'refused', 0, 8);
  }
  recorder.recordOffered(0, 0);
  recorder.recordResponse({ error: 'closed early' }, 0, 1500);
  return recorder.figures(2000, { opened: 3, late: 0 });
}

test('the results as text', () => {
  assert.equal(
    formatFigures(figuresOf(4, 2)),
    [
      'elapsed    2.00 s, 3 connections',
      'offered    7',
      'accepted   4, 2.00 per second',
      'refused    2',
      'errors     1: closed early 1',
      'unsent     0',
      '',
      '| latency, ms |  p50 |  p90 |  p99 | p99.9 |  max |',
      '| ----------- | ---: | ---: | ---: | ----: | ---: |',
      '| accepted    | 8.00 | 8.00 | 8.00 |  8.00 | 8.00 |',
      '| refused     | 8.00 | 8.00 | 8.00 |  8.00 | 8.00 |',
      '',
    ].join('\n'),
  );
});

test('a second as text, with and without accepted responses', () => {
  const counts = { second: 0, offered: 3, accepted: 2, refused: 1, failed: 0 };
  assert.equal(
    formatSecond({ ...counts, p50Ms: 0.5, p99Ms: 12.34 }),
    '1 s: 3 offered, 2 accepted, 1 refused, 0 failed, p50 0.500 ms, p99 12.3 ms',
  );
  assert.equal(
    formatSecond({ ...counts, p50Ms: undefined, p99Ms: undefined }),
    '1 s: 3 offered, 2 accepted, 1 refused, 0 failed',
  );
});

test('the knee as text', () => {
  const steps = [
    { rate: 100, isHeld: true, why: '', figures: figuresOf(100, 0) },
    { rate: 200, isHeld: false, why: 'not all accepted', figures: figuresOf(100, 100) },
  ] as const;
  const text = formatKnee({ rate: 100, steps });
  assert.match(text, /^\| 100 .*\| +yes \|$/m);
  assert.match(text, /^\| 200 .*\| not all accepted \|$/m);
  assert.match(text, /\nthe server holds 100 requests per second\n$/);
  assert.match(formatKnee({ rate: undefined, steps: [] }), /the server did not hold the lowest rate/);
});

test('the plots of a run and of a knee; no latency plot if nothing was accepted', () => {
  const linesIn = (plots: readonly Plot[]) => plots.map(({ series }) => series.map(({ points }) => points));
  const [rates, latencies] = linesIn(plotsOfRun('a run', figuresOf(4, 2)));
  // In the first second 7 requests are offered, 4 accepted and 2 refused. The error is in the second one.
  assert.deepEqual(rates, [
    [
      [1, 7],
      [2, 0],
    ],
    [
      [1, 4],
      [2, 0],
    ],
    [
      [1, 2],
      [2, 0],
    ],
    [
      [1, 0],
      [2, 1],
    ],
  ]);
  assert.deepEqual(
    latencies?.map((points) => points.map(([second, ms]) => [second, Math.round(ms)])),
    [[[1, 8]], [[1, 8]]],
  );
  assert.equal(plotsOfRun('all refused', figuresOf(0, 2)).length, 1);
  const step = { rate: 100, isHeld: true, why: '', figures: figuresOf(100, 0) } as const;
  const knee = linesIn(plotsOfKnee('a knee', { rate: 100, steps: [step] }));
  assert.deepEqual(knee[0], [[[100, 50.5]], [[100, 50]]]);
  assert.deepEqual(
    knee[1]?.map((points) => points[0]?.[0]),
    [100, 100],
  );
});
