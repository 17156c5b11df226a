/**
 * A Vega-Lite specification → SVG. Vega-Lite and Vega are loaded with the first drawing. Colours are the page's CSS
 * variables (colours.css), so that the same SVG fits the light and the dark page.
 */
import type { TopLevelSpec } from 'vega-lite';
import type { ColourRole } from '../colours.ts';
import { embedSvg } from '../svg.ts';

const colour = (name: string) => `var(--${name})`;
const ofRole = (role: ColourRole) => colour(role);
export const INK = colour('ink');
export const MUTED = colour('muted');
export const GRID = colour('grid');
export const PAPER = colour('paper');
// The colours with a meaning (colours.ts).
export const RAISES = ofRole('raises');
export const LOWERS = ofRole('lowers');
export const MODEL = ofRole('model');
export const BASE = ofRole('base');

const CONFIG: NonNullable<TopLevelSpec['config']> = {
  aria: false,
  background: 'transparent',
  padding: 2,
  autosize: { type: 'fit', contains: 'padding' },
  view: { stroke: null },
  axis: {
    labelColor: MUTED,
    labelFontSize: 13,
    labelLimit: 220,
    titleColor: MUTED,
    titleFontSize: 13,
    titleFontWeight: 'normal',
    titlePadding: 10,
    gridColor: GRID,
    domain: false,
    ticks: false,
    labelPadding: 6,
  },
  text: { fontSize: 13, color: INK },
};

export interface Drawing {
  readonly id: string;
  readonly title: string;
  /** The content of the drawing, for screen readers. */
  readonly description: string;
  readonly spec: TopLevelSpec;
}

/** Single values beside a group's place, each a dot: for groups that are too small for quantiles. */
export const DOT = { type: 'point', filled: true, size: 28, color: MODEL, opacity: 0.75 } as const;

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
