import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plotLines, ticksTo } from '../../../cli/loadtest/plot.ts';

test('ticks go in round steps from 0 to the first that reaches the highest value', () => {
  assert.deepEqual(ticksTo(1024), [0, 200, 400, 600, 800, 1000, 1200]);
  assert.deepEqual(ticksTo(7), [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual(ticksTo(0.2), [0, 0.025, 0.05, 0.075, 0.1, 0.125, 0.15, 0.175, 0.2]);
  for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) assert.throws(() => ticksTo(value));
});

test('a straight line is drawn straight, from the corner of the axes to the top of both', () => {
  const line = (points: readonly (readonly [number, number])[]) =>
    /<polyline points="([^"]+)"/.exec(
      plotLines({ title: 't', xLabel: 'x', yLabel: 'y', series: [{ name: 'a', points }] }),
    )?.[1];
  assert.equal(
    line([
      [0, 0],
      [5, 50],
      [10, 100],
    ]),
    '60,350 295,195 530,40',
  );
});

test('names are escaped', () => {
  const svg = plotLines({ title: '<&">', xLabel: 'x', yLabel: 'y', series: [{ name: '<a>', points: [[1, 1]] }] });
  assert.ok(svg.startsWith('<svg xmlns="http://www.w3.org/2000/svg"') && svg.endsWith('</svg>\n'));
  assert.ok(svg.includes('<title>&#60;&#38;&#34;&#62;</title>') && svg.includes('>&#60;a&#62;</text>'));
});
