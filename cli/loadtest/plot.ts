/** Plots as SVG: lines on two linear axes from zero, one plot below the other. They read on a light and on a dark page. */

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
const HEIGHT = 400;
const MARGIN = { left: 60, right: 190, top: 40, bottom: 50 };
const COLOURS = ['#2563eb', '#d97706', '#059669', '#dc2626', '#7c3aed', '#6b7280'];

export function plotLines(...plots: readonly Plot[]): string {
  const panels = plots.map((plot, i) => `<g transform="translate(0 ${i * HEIGHT})">\n${panel(plot)}\n</g>`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT * plots.length}" font-family="sans-serif" font-size="12" fill="#888">`,
    `<title>${escapeXml(plots.map(({ title }) => title).join('; '))}</title>`,
    ...panels,
    '</svg>',
    '',
  ].join('\n');
}

function panel({ title, xLabel, yLabel, series }: Plot): string {
  const all = series.flatMap(({ points }) => points);
  const [xTicks, yTicks] = [ticksTo(Math.max(...all.map(([x]) => x))), ticksTo(Math.max(...all.map(([, y]) => y)))];
  const right = WIDTH - MARGIN.right;
  const bottom = HEIGHT - MARGIN.bottom;
  const x = (value: number) => MARGIN.left + (value / (xTicks.at(-1) as number)) * (right - MARGIN.left);
  const y = (value: number) => bottom - (value / (yTicks.at(-1) as number)) * (bottom - MARGIN.top);
  const axes = [
    ...xTicks.map(
      (tick) => `${line(x(tick), bottom, x(tick), MARGIN.top)}${text(x(tick), bottom + 18, tick, 'middle')}`,
    ),
    ...yTicks.map(
      (tick) => `${line(MARGIN.left, y(tick), right, y(tick))}${text(MARGIN.left - 8, y(tick) + 4, tick, 'end')}`,
    ),
    text((MARGIN.left + right) / 2, HEIGHT - 12, xLabel, 'middle'),
    `<text transform="translate(16 ${(MARGIN.top + bottom) / 2}) rotate(-90)" text-anchor="middle">${escapeXml(yLabel)}</text>`,
  ];
  const lines = series.map(({ name, points }, i) => {
    const colour = COLOURS[i % COLOURS.length] as string;
    const legend = MARGIN.top + 10 + 22 * i;
    const path = points.map(([px, py]) => `${round(x(px))},${round(y(py))}`).join(' ');
    const dots = points.map(([px, py]) => `<circle cx="${round(x(px))}" cy="${round(y(py))}" r="2.5"/>`).join('');
    return [
      `<g fill="${colour}" stroke="none"><polyline points="${path}" fill="none" stroke="${colour}" stroke-width="1.5"/>${dots}`,
      `<circle cx="${right + 18}" cy="${legend - 4}" r="4"/></g>${text(right + 28, legend, name, 'start')}`,
    ].join('');
  });
  const heading = `<text x="${MARGIN.left}" y="22" font-size="14">${escapeXml(title)}</text>`;
  return [heading, ...axes, ...lines].join('\n');
}

/** From 0 in round steps, four to eight of them, to the first that reaches `highest`. */
export function ticksTo(highest: number): number[] {
  if (!(highest > 0 && highest < Number.POSITIVE_INFINITY))
    throw new Error(`Expected values whose highest is above 0, received ${highest}`);
  const power = 10 ** Math.floor(Math.log10(highest));
  const steps = [0.1, 0.2, 0.25, 0.5, 1, 2].map((step) => step * power);
  const step = steps.find((each) => Math.ceil(highest / each) <= 8) as number;
  return Array.from({ length: Math.ceil(highest / step) + 1 }, (_, i) => round(i * step));
}

function line(x1: number, y1: number, x2: number, y2: number): string {
  return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="#888" stroke-opacity="0.3"/>`;
}

function text(x: number, y: number, content: string | number, anchor: 'start' | 'middle' | 'end'): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${escapeXml(String(content))}</text>`;
}

function escapeXml(content: string): string {
  return content.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
