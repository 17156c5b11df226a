import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Plot, plotLines } from '../../../cli/loadtest/plot.ts';

const plot: Plot = {
  title: '<&">',
  xLabel: 'seconds',
  yLabel: 'ms',
  series: [
    {
      name: '<a>',
      points: [
        [0, 0],
        [5, 50],
        [10, 100],
      ],
    },
  ],
};

test('a straight line is straight, from the corner of the axes to the top of both', async () => {
  const svg = await plotLines(plot);
  const [, path = ''] = /<path d="([^"]+)" stroke="#2563eb" stroke-width="1.5"\/>/.exec(svg) ?? [];
  const points = path
    .slice(1)
    .split('L')
    .map((point) => point.split(',').map(Number));
  const [, width, height] = /<path d="M0,0h([\d.]+)v([\d.]+)h-[\d.]+Z"\/>/.exec(svg)?.map(Number) ?? [];
  assert.ok(width !== undefined && height !== undefined && width > 400 && height > 300, svg);
  assert.deepEqual(points, [
    [0, height],
    [width / 2, height / 2],
    [width, 0],
  ]);
  const labels = Array.from(svg.matchAll(/>(\d+)<\/text>/g), ([, label]) => Number(label));
  assert.deepEqual([labels[0], Math.max(...labels)], [0, 100]);
});

test('the file stands alone: a namespace, colours of its own, and escaped names', async () => {
  const svg = await plotLines(plot);
  assert.ok(svg.startsWith('<svg xmlns="http://www.w3.org/2000/svg"') && svg.endsWith('</svg>\n'));
  assert.doesNotMatch(svg, /var\(|style=|class=/);
  assert.match(svg, /<title[^>]*>&#60;&#38;&#34;&#62;<\/title>/);
  for (const name of ['seconds', 'ms', '&#60;&#38;&#34;&#62;', '&lt;a&gt;'])
    assert.ok(svg.includes(`>${name}</text>`), name);
});

test('plots stand below each other, and the same input gives the same bytes', async () => {
  const svg = await plotLines(plot, { ...plot, title: 'again' });
  assert.match(svg, /^<svg [^>]*viewBox="0 0 720 800"/);
  assert.deepEqual(
    Array.from(svg.matchAll(/<svg y="(\d+)"/g), ([, y]) => y),
    ['26', '426'],
  );
  assert.equal(await plotLines(plot, { ...plot, title: 'again' }), svg);
});
