/**
 * Line plots as one SVG file, one plot below the other. Vega draws them and is loaded when a plot is drawn. The file
 * needs no style sheet, and its colours can be read on light and on dark pages. The same input gives the same bytes.
 */
import { escapeHtml } from '../../model/evaluation/report/html.ts';
import { draw, list, quantitative } from '../../model/evaluation/report/plots/draw.ts';

export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Plot {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly Series[];
}

const WIDTH = 720;
const HEIGHT = 400; // of a plot with its title
const TITLE_HEIGHT = 26;
const GREY = '#888888'; // has a contrast of 3.5 on white and of 5.9 on black
const GRID_OPACITY = 0.3;
const SERIES_COLOURS = list('#2563eb', '#d97706', '#059669', '#dc2626', '#7c3aed', '#6b7280');

/** Both axes are linear and begin at 0. REQUIRES: each plot has a point, and all values are finite. */
export async function plotLines(...plots: readonly Plot[]): Promise<string> {
  const drawn = await Promise.all(plots.map(drawPlot));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT * plots.length}" font-family="sans-serif">`,
    ...drawn.map((svg, i) => `${titleOf(plots[i] as Plot, i * HEIGHT)}${standAlone(svg, i * HEIGHT + TITLE_HEIGHT)}`),
    '</svg>',
    '',
  ].join('\n');
}

/** Not Vega's title: without a canvas Vega overestimates the width of text, and would cut long titles. */
function titleOf({ title }: Plot, y: number): string {
  return `<text x="2" y="${y + TITLE_HEIGHT / 2}" fill="${GREY}" font-size="14">${escapeHtml(title)}</text>`;
}

function drawPlot({ title, xLabel, yLabel, series }: Plot, index: number): Promise<string> {
  const names = series.map(({ name }) => name);
  const values = series.flatMap(({ name, points }) => points.map(([x, y]) => ({ x, y, name })));
  const axis = (label: string) => ({ title: label, titleColor: GREY, labelColor: GREY, gridOpacity: GRID_OPACITY });
  const scale = { zero: true, nice: true };
  return draw({
    id: `plot${index}`,
    title,
    description: `${yLabel} against ${xLabel}: ${names.join(', ')}`,
    spec: {
      width: WIDTH,
      height: HEIGHT - TITLE_HEIGHT,
      data: { values },
      mark: { type: 'line', strokeWidth: 1.5, point: { size: 20 } },
      encoding: {
        x: { field: 'x', ...quantitative, scale, axis: axis(xLabel) },
        y: { field: 'y', ...quantitative, scale, axis: axis(yLabel) },
        color: {
          field: 'name',
          type: 'nominal',
          scale: { domain: names, range: SERIES_COLOURS },
          legend: { title: null, labelColor: GREY, labelFontSize: 12, symbolType: 'circle' },
        },
      },
    },
  });
}

/**
 * Drawings take their colours from the style sheet of the report's page (colours.css). A separate file has none, so grey
 * replaces them.
 */
function standAlone(svg: string, y: number): string {
  return svg
    .replace('<svg ', `<svg y="${y}" width="${WIDTH}" height="${HEIGHT - TITLE_HEIGHT}" `)
    .replace(/var\(--\w+\)/g, GREY);
}
