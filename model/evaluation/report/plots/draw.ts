/**
 * A Vega-Lite specification → SVG. Vega-Lite and Vega are loaded with the first drawing. Colours are the page's CSS
 * variables (page.css), so that the same SVG fits the light and the dark page.
 */
import type { TopLevelSpec } from 'vega-lite';
import { embedSvg } from '../svg.ts';

export const [INK, MUTED, GRID, BLUE, ORANGE, PAPER] = [
  '--ink',
  '--muted',
  '--grid',
  '--blue',
  '--orange',
  '--paper',
].map((name) => `var(${name})`) as [string, string, string, string, string, string];

const CONFIG: NonNullable<TopLevelSpec['config']> = {
  aria: false,
  background: 'transparent',
  padding: 2,
  autosize: { type: 'fit', contains: 'padding' },
  view: { stroke: null },
  axis: {
    labelColor: MUTED,
    labelFontSize: 12,
    labelLimit: 220,
    titleColor: MUTED,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    titlePadding: 10,
    gridColor: GRID,
    domain: false,
    ticks: false,
    labelPadding: 6,
  },
  text: { fontSize: 12, color: INK },
};

export interface Drawing {
  readonly id: string;
  readonly title: string;
  /** The content of the drawing, for screen readers. */
  readonly description: string;
  readonly spec: TopLevelSpec;
}

export async function draw({ id, title, description, spec }: Drawing): Promise<string> {
  const [{ compile }, { parse, View }] = await Promise.all([import('vega-lite'), import('vega')]);
  const { spec: compiled } = compile({ ...spec, config: CONFIG });
  const view = new View(parse(compiled), { renderer: 'none' });
  try {
    return embedSvg(await view.toSVG(), id, title, description);
  } finally {
    view.finalize();
  }
}

// In pixels of the page: a drawing takes half of the page's width or all of it.
export const WIDTH = 470;
export const FULL_WIDTH = 1000;
export const HEIGHT = 300;
// Vega-Lite's types need mutable arrays.
export const list = <T>(...values: T[]): T[] => values;
export const quantitative = { type: 'quantitative' } as const;
