/** Bar charts of the most important terms. */

import { colourNames } from '../colours.ts';
import type { ReportData } from '../data.ts';
import { plainText } from '../html.ts';
import { countText, signed } from '../numbers.ts';
import { type Drawing, LOWERS, MODEL, MUTED, quantitative, RAISES, WIDTH } from './draw.ts';

const DIRECTIONS = `The colour is ${colourNames.raises} for terms that raise the score, ${colourNames.lowers} for terms that lower it.`;

/** By LightGBM's gain, or by the number of splits if the model keeps no gain. */
export function importances({ importances: terms }: ReportData): Drawing | undefined {
  if (terms.length === 0) return undefined;
  if (terms[0]?.gain === undefined) {
    return bars(
      'importances',
      'Terms by splits',
      'splits',
      terms.map(({ term, splits: value }) => ({ term, value, label: countText(value) })),
      'The terms that most tree nodes split on.',
    );
  }
  return bars(
    'importances',
    'Terms by gain',
    'sum of split_gain',
    terms.map(({ term, gain = 0 }) => ({
      term,
      value: gain,
      label: gain >= 1000 ? countText(Math.round(gain)) : gain.toPrecision(3),
    })),
    'The terms whose splits reduced the training error most.',
  );
}

/** By the coefficient of the linear leaf. */
export function coefficients({ coefficients: terms, digits }: ReportData): Drawing | undefined {
  if (terms.length === 0) return undefined;
  return bars(
    'coefficients',
    'Terms by coefficient',
    '|coefficient|, stars',
    terms.map(({ term, coefficient }) => ({
      term,
      value: Math.abs(coefficient),
      label: signed(coefficient, digits),
      mean: coefficient,
    })),
    `The terms with the largest weights in the linear model. ${DIRECTIONS}`,
  );
}

/** By SHAP contribution, plus coefficient · value of the linear leaf. */
export function contributions({ contributions: terms, digits }: ReportData): Drawing | undefined {
  if (terms.length === 0) return undefined;
  return bars(
    'contributions',
    'Terms by contribution',
    'mean |contribution|, stars',
    terms.map(({ term, meanAbsolute, mean }) => ({ term, value: meanAbsolute, label: signed(mean, digits), mean })),
    `The terms that change scores most. ${DIRECTIONS}`,
  );
}

interface Bar {
  readonly term: string;
  readonly value: number;
  readonly label: string;
  readonly mean?: number;
}

/** Terms without a direction have the colour of the model. */
const directionColour = {
  condition: [
    { test: 'datum.mean < 0', value: LOWERS },
    { test: 'datum.mean >= 0', value: RAISES },
  ],
  value: MODEL,
};

/** As the axis cuts labels (draw.ts). */
const LABEL_LIMIT = 220;
const [WIDE_GLYPH, NARROW_GLYPH] = [13, 8]; // in pixels

/** The width of a label. Without a canvas, Vega takes Japanese characters for narrow ones. */
function widthOf(text: string): number {
  return Array.from(text).reduce((sum, character) => sum + (character < '\u1100' ? NARROW_GLYPH : WIDE_GLYPH), 0);
}

function bars(id: string, title: string, xTitle: string, values: readonly Bar[], description: string): Drawing {
  const y = {
    field: 'term',
    type: 'ordinal',
    title: null,
    sort: null,
    axis: { minExtent: Math.min(LABEL_LIMIT, Math.max(...values.map(({ term }) => widthOf(plainText(term))))) },
  } as const;
  const isLarge = values.some(({ value }) => value >= 1000);
  const x = {
    field: 'value',
    ...quantitative,
    title: xTitle,
    stack: null, // stacked bars with round corners would need clip paths
    axis: { tickCount: 4, format: isLarge ? '~s' : '~g' },
    scale: { domainMax: 1.12 * Math.max(...values.map(({ value }) => value)) },
  } as const;
  return {
    id,
    title,
    description: `${description} First ${values
      .slice(0, 5)
      .map(({ term }) => plainText(term))
      .join(', ')}.`,
    spec: {
      width: WIDTH,
      height: 60 + 19 * values.length,
      data: { values: values.map((bar) => ({ ...bar, term: plainText(bar.term) })) },
      layer: [
        {
          mark: { type: 'bar', cornerRadiusEnd: 2, height: { band: 0.7 } },
          encoding: { x, y, color: directionColour },
        },
        {
          mark: { type: 'text', align: 'left', dx: 5, fontSize: 12, color: MUTED },
          encoding: { x, y, text: { field: 'label' } },
        },
      ],
    },
  };
}
