/**
 * The figures and their drawings → one HTML page that needs nothing else: no network, no script. Its policy lets a browser apply its
 * one style sheet and nothing besides, whatever a review holds.
 */
import { createHash } from 'node:crypto';
import type { Interval } from '../bootstrap.ts';
import type { ErrorBin, ReportData } from './data.ts';
import { escapeHtml, japanese, plainText, showText } from './html.ts';
import { mistakesSection } from './mistakes.ts';
import { countText, fixed, signed } from './numbers.ts';

/** A drawing with the words beside it. */
export interface Figure {
  readonly id: string;
  readonly title: string;
  readonly svg: string;
}

export function writePage(data: ReportData, figures: readonly Figure[], style: string): string {
  const { name, version, measuredOn, facts, evaluation } = data.input;
  const title = `${name} ${version}: how well it tells stars`;
  const figure = (id: string, caption: string, table: string, isWide = false) => {
    const found = figures.find((each) => each.id === id);
    if (found === undefined) return '';
    return `<figure class="card${isWide ? ' wide' : ''}" id="${id}">
<figcaption><h3>${escapeHtml(found.title)}</h3><p>${caption}</p></figcaption>
${found.svg}
<details><summary>Numbers</summary><div class="scroll">${table}</div></details>
</figure>
`;
  };
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '${sourceHash(style)}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${showPlain(title)}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${showText(name)} <small>version ${showText(version)}</small></h1>
<p class="lead">How well it tells stars, measured on ${countText(evaluation.reviews)} reviews: ${showText(measuredOn)}.</p>
<nav aria-label="Sections"><a href="#fit">Scores and stars</a><a href="#errors">Errors</a><a href="#terms">Terms</a><a href="#mistakes">Worst mistakes</a><a href="#facts">How it was made</a></nav>
</header>
<main>
${tiles(data)}<section aria-labelledby="fit">
<h2 id="fit">Scores and stars</h2>
<div class="pair">
${figure('curve', curveCaption(data), curveTable(data), true)}${figure(
  'distributions',
  'How scores spread for each number of stars that was given. The bar holds the middle half of the reviews, the line nine of ten, the dot is the median.',
  distributionTable(data),
)}${figure(
  'calibration',
  'What reviews of a score were really given, on the average, with its 95&#160;% interval. On the dashed line scores mean what they say.',
  calibrationTable(data),
)}${figure(
  'confusion',
  'How many reviews of each number of stars have which score; a darker cell holds more of its line.',
  confusionTable(data),
  true,
)}</div>
</section>
<section aria-labelledby="errors">
<h2 id="errors">Errors</h2>
<div class="pair">
${figure('length', errorCaption, errorTable(data.byLength, 'characters', data.digits))}${figure(
  'unknown',
  `${errorCaption} Of ${countText(data.unknownSample)} reviews.`,
  errorTable(data.byUnknown, 'unknown terms, %', data.digits),
)}</div>
</section>
<section aria-labelledby="terms">
<h2 id="terms">Terms that matter most</h2>
<div class="pair">
${figure('splits', splitsCaption(data), splitTable(data))}${figure(
  'weights',
  `How far a term moves scores, over ${countText(data.weightSample)} reviews. <span class="key u2">Blue</span> raises them where it occurs, <span class="key d2">orange</span> lowers them, by the stars beside it.`,
  weightTable(data),
)}</div>
</section>
${mistakesSection(data)}</main>
<footer>
<h2 id="facts">How it was made</h2>
<div class="card">${table(
    undefined,
    facts.map(([key, value]) => [text(key), text(value)]),
    'facts',
  )}</div>
</footer>
</body>
</html>
`;
}

function sourceHash(content: string): string {
  return `sha256-${createHash('sha256').update(content).digest('base64')}`;
}

function showPlain(content: string): string {
  return escapeHtml(plainText(content));
}

function tiles({ input: { evaluation }, digits }: ReportData): string {
  const { rmse, mae, auc, spearman, intervals } = evaluation;
  const tile = (
    name: string,
    value: number,
    interval: Interval | null,
    decimals: number,
    note: string,
  ) => `<dl class="card">
<dt>${name}</dt><dd class="value">${fixed(value, decimals)}</dd><dd class="range">${rangeText(interval, decimals)}</dd><dd class="range">${note}</dd>
</dl>
`;
  return `<section class="tiles" aria-label="Measures with their ${Math.round(intervals.level * 100)} % intervals">
${tile('AUC', auc.value, intervals.auc, 3, `${auc.low} against ${auc.high} stars`)}${tile(
  'Spearman',
  spearman,
  intervals.spearman,
  3,
  'rank correlation',
)}${tile('RMSE', rmse, intervals.rmse, digits + 1, 'stars')}${tile('MAE', mae, intervals.mae, digits + 1, 'stars')}</section>
<p class="note">Ranges hold 95 % of ${countText(intervals.draws)} bootstrap draws of the reviews (seed ${intervals.seed}).</p>
`;
}

function rangeText(interval: Interval | null, digits: number): string {
  return interval === null ? 'no interval' : `${fixed(interval[0], digits)} to ${fixed(interval[1], digits)}`;
}

// Tables. Cells are HTML.

function table(head: readonly string[] | undefined, rows: readonly (readonly string[])[], name?: string): string {
  const header =
    head === undefined ? '' : `<thead><tr>${head.map((cell) => `<th scope="col">${cell}</th>`).join('')}</tr></thead>`;
  const body = rows.map(
    ([first, ...cells]) => `<tr><th scope="row">${first}</th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`,
  );
  return `<table${name === undefined ? '' : ` class="${name}"`}>${header}<tbody>${body.join('\n')}</tbody></table>`;
}

function text(content: string): string {
  return `<bdi>${showText(content)}</bdi>`;
}

function curveCaption({ input: { curves = [] } }: ReportData): string {
  const own = curves.at(-1);
  if (own === undefined) return '';
  const parts = curves.length > 1 ? ` Thin lines are the ${curves.length - 1} folds and all reviews.` : '';
  return `${showText(own.metric)} by round of boosting. The model holds ${countText(own.best)} of ${countText(own.training.length)} rounds, up to the dashed line.${parts}`;
}

const CURVE_LINES = 20;

function curveTable({ input: { curves = [] } }: ReportData): string {
  const own = curves.at(-1);
  const length = Math.max(0, ...curves.map(({ training }) => training.length));
  const columns = curves.flatMap(({ name, training, validation }) => [
    { head: `${name}, training`, values: training },
    ...(validation.length > 0 ? [{ head: curves.length > 1 ? `${name}, validation` : name, values: validation }] : []),
  ]);
  const step = Math.ceil(length / CURVE_LINES);
  const rounds = Array.from({ length }, (_, i) => i + 1);
  const shown = rounds.filter((round, i) => i % step === 0 || round === own?.best || round === length);
  return table(
    ['round', ...columns.map(({ head }) => showText(head))],
    shown.map((round) => [
      `${countText(round)}${round === own?.best ? ' (best)' : ''}`,
      ...columns.map(({ values }) => fixed(values[round - 1] ?? Number.NaN, 4)),
    ]),
  );
}

function distributionTable({ distributions, digits }: ReportData): string {
  return table(
    ['stars', 'reviews', 'mean', '5 %', '25 %', 'median', '75 %', '95 %'],
    distributions.map(({ stars, count, mean, quantiles }) => [
      stars,
      countText(count),
      fixed(mean, digits),
      ...quantiles.map((value) => fixed(value, digits)),
    ]),
  );
}

function calibrationTable({ calibration, digits }: ReportData): string {
  return table(
    ['score', 'reviews', 'mean score', 'mean stars', '95 %'],
    calibration.map(({ from, to, count, predicted, given, interval }) => [
      `${fixed(from, digits)} to ${fixed(to, digits)}`,
      countText(count),
      fixed(predicted, digits),
      fixed(given, digits),
      rangeText(interval, digits),
    ]),
  );
}

function confusionTable({ confusion: { given, predicted, counts } }: ReportData): string {
  return table(
    ['stars', ...predicted.map((label) => `→ ${label}`)],
    counts.map((row, i) => [given[i] as string, ...row.map(countText)]),
  );
}

const errorCaption =
  'Score less stars. The bar holds the middle half of the reviews, the line nine of ten; the tick is the median, the dot the mean.';

function errorTable(bins: readonly ErrorBin[], property: string, digits: number): string {
  return table(
    [property, 'reviews', 'mean', '5 %', '25 %', 'median', '75 %', '95 %'],
    bins.map(({ label, count, mean, quantiles }) => [
      label,
      countText(count),
      signed(mean, digits),
      ...quantiles.map((value) => signed(value, digits)),
    ]),
  );
}

function splitsCaption({ splits }: ReportData): string {
  return splits[0]?.gain === undefined
    ? 'What the trees split by: how many of their nodes ask for a term. How much error that took away, LightGBM’s gain, this model does not keep.'
    : 'What the trees split by: how much error the splits on a term took away in training.';
}

function splitTable({ splits }: ReportData): string {
  const isGainKept = splits[0]?.gain !== undefined;
  return table(
    ['term', ...(isGainKept ? ['gain'] : []), 'splits'],
    splits.map(({ term, gain, splits }) => [
      japanese(term),
      ...(gain === undefined ? [] : [gain.toPrecision(4)]),
      countText(splits),
    ]),
  );
}

function weightTable({ weights, digits }: ReportData): string {
  return table(
    ['term', 'mean |contribution|', 'mean where it occurs', 'reviews'],
    weights.map(({ term, weight, mean, count }) => [
      japanese(term),
      fixed(weight, digits + 2),
      signed(mean, digits + 1),
      countText(count),
    ]),
  );
}
