/** The numbers of a report and its drawings → one HTML page. */

import { labels } from '../../scoring/labels.ts';
import { lastRoundOf, type NamedCurve } from '../learning-curve.ts';
import type { ErrorBin } from './bins.ts';
import { key } from './colours.ts';
import type { ReportData } from './data.ts';
import { type Figure, factsFooter, figure, htmlTable, pageOf, rangeText } from './document.ts';
import { japanese, showText } from './html.ts';
import { baselinesSection, reviewsSection, sizesSection, tiles } from './measures-sections.ts';
import { mistakesSection } from './mistakes.ts';
import { countText, fixed, signed } from './numbers.ts';
import { isWideMatrix } from './plots/confusion.ts';
import type { Summary } from './summary.ts';
import {
  fewForCalibration,
  fewForConfusion,
  fewForContributions,
  fewForDistributions,
  fewForErrors,
  fewForLabels,
  fewForRounds,
  fewForWeights,
} from './warnings.ts';

/** `style` is the content of the style sheet. The page is well-formed for any review and any name. */
export function writePage(data: ReportData, figures: readonly Figure[], style: string): string {
  const { name, version, measuredOn, evaluation, facts } = data.input;
  return pageOf(
    {
      title: `${name} ${version}: how well its scores match the stars`,
      heading: `${showText(name)} <small>version ${showText(version)}</small>`,
      lead: `How well its scores match the stars of ${countText(evaluation.reviews)} reviews: ${showText(measuredOn)}.${evaluation.otherScale === null ? '' : ` <b>${showText(evaluation.otherScale)}</b>`}`,
      few: evaluation.few ?? undefined,
      sections: [
        ['baselines', 'Baselines'],
        ...(data.input.sizeCurve === undefined ? [] : ([['more', 'More reviews']] as const)),
        ['fit', 'Scores and stars'],
        ['errors', 'Errors'],
        ['terms', 'Terms'],
        ['mistakes', 'Worst mistakes'],
        ['reviews', 'The reviews'],
        ['facts', 'How it was made'],
      ],
      main: [
        tiles(data),
        baselinesSection(data),
        sizesSection(data, figures),
        fitSection(data, figures),
        errorsSection(data, figures),
        termsSection(data, figures),
        mistakesSection(data),
        reviewsSection(data),
      ].join(''),
      footer: factsFooter(facts),
    },
    style,
  );
}

function fitSection(data: ReportData, figures: readonly Figure[]): string {
  const { confusion } = data;
  return `<section aria-labelledby="fit">
<h2 id="fit">Scores and stars</h2>
<div class="pair">
${figure(
  figures,
  'distributions',
  'The scores of the reviews with each number of stars. The bar is the middle half of the reviews, the line is nine of ten, and the dot is the median.',
  distributionTable(data),
  { warning: fewForDistributions(data) },
)}${figure(
  figures,
  'calibration',
  'The mean of the stars that reviews with a score were given, with its 95&#160;% interval. On the dashed line it equals the score.',
  calibrationTable(data),
  { warning: fewForCalibration(data) },
)}${figure(
  figures,
  'confusion',
  'The number of reviews for each pair of stars and score. A darker cell has a larger share of its row.',
  confusionTable(data),
  { isWide: isWideMatrix(confusion.predicted), warning: fewForConfusion(data) },
)}${figure(figures, 'labels', labelCaption(data), labelTable(data), { warning: fewForLabels(data) })}${figure(
  figures,
  'curve',
  curveCaption(data),
  curveTable(data),
  { warning: fewForRounds(data) },
)}</div>
</section>
`;
}

function labelCaption({ input: { evaluation }, digits }: ReportData): string {
  const { accuracy, interval, cuts, mostFrequent, byModel } = evaluation.labels;
  const [negative, positive] = cuts.map((cut) => fixed(cut, digits)) as [string, string];
  const own = byModel.cuts.map((cut) => fixed(cut, digits)).join(' and ');
  const percent = (share: number) => `${fixed(100 * share, 1)}&#160;%`;
  return `The best cuts call scores below ${negative} negative and above ${positive} positive. They give ${percent(accuracy)} of the labels right (95&#160;%: ${interval === null ? 'no interval' : interval.map(percent).join(' to ')}). To be fair, ten parts of the reviews are each measured by the best cuts of the other nine. The model’s own cuts, ${own}, give ${percent(byModel.accuracy)}; always ${mostFrequent.label} gives ${percent(mostFrequent.accuracy)}.`;
}

function labelTable({ input: { evaluation } }: ReportData): string {
  return htmlTable(
    ['by stars', ...labels.map((label) => `→ ${label}`)],
    evaluation.labels.counts.map((row, i) => [labels[i] as string, ...row.map(countText)]),
  );
}

function errorsSection({ byLength, byUnknown, unknownSample, digits }: ReportData, figures: readonly Figure[]): string {
  const caption =
    'Score minus stars. The bar is the middle half of the reviews, and the line is nine of ten. The tick is the median, and the dot is the mean. Groups of few reviews are joined.';
  return `<section aria-labelledby="errors">
<h2 id="errors">Errors</h2>
<div class="pair">
${figure(figures, 'length', caption, errorTable(byLength, 'characters', digits), { warning: fewForErrors(byLength) })}${figure(
  figures,
  'unknown',
  `${caption} Measured on ${countText(unknownSample)} reviews.`,
  errorTable(byUnknown, 'unknown terms, %', digits),
  { warning: fewForErrors(byUnknown) },
)}</div>
</section>
`;
}

function termsSection(data: ReportData, figures: readonly Figure[]): string {
  return `<section aria-labelledby="terms">
<h2 id="terms">Most important terms</h2>
<div class="pair">
${importanceFigure(data, figures)}${figure(
  figures,
  'contributions',
  `How much a term changes scores, on average over ${countText(data.contributionSample)} reviews. The number is the mean change, in stars, where the term occurs: ${key('raises')} raises the score, ${key('lowers')} lowers it.`,
  contributionTable(data),
  { warning: fewForContributions(data) },
)}</div>
</section>
`;
}

function curveCaption({ input: { curves = [] } }: ReportData): string {
  const own = curves.at(-1);
  if (own === undefined) return '';
  const parts = curves.length > 1 ? ` The lines are the ${curves.length - 1} folds and all reviews.` : '';
  const metric = curves.find((curve) => curve.metric !== '')?.metric ?? '';
  return `${showText(metric)} by boosting round. The model has ${roundsText(own)}, up to the dashed line.${parts}`;
}

function roundsText(curve: NamedCurve): string {
  const { firstRound, best } = curve;
  const last = lastRoundOf(curve);
  return firstRound === 0
    ? `the linear leaf, which is round 0, and the first ${countText(best)} of ${countText(last)} rounds of trees`
    : `the first ${countText(best)} of ${countText(last)} rounds`;
}

const CURVE_ROWS = 20;

function curveTable({ input: { curves = [] } }: ReportData): string {
  const own = curves.at(-1);
  const length = Math.max(0, ...curves.map(({ training }) => training.length));
  const columns = curves.flatMap(({ name, training, validation }) => [
    { head: `${name}, training`, values: training },
    ...(validation.length > 0 ? [{ head: curves.length > 1 ? `${name}, validation` : name, values: validation }] : []),
  ]);
  const step = Math.ceil(length / CURVE_ROWS);
  const firstRound = own?.firstRound ?? 1;
  const rounds = Array.from({ length }, (_, i) => firstRound + i);
  const shown = rounds.filter((round, i) => i % step === 0 || round === own?.best || i + 1 === length);
  return htmlTable(
    ['round', ...columns.map(({ head }) => showText(head))],
    shown.map((round) => [
      `${countText(round)}${round === own?.best ? ' (best)' : ''}`,
      ...columns.map(({ values }) => fixed(values[round - firstRound] ?? Number.NaN, 4)),
    ]),
  );
}

function distributionTable({ distributions, digits }: ReportData): string {
  return htmlTable(
    ['stars', 'reviews', 'mean', '5 %', '25 %', 'median', '75 %', '95 %'],
    distributions.map(({ stars, count, mean, quantiles, values }) => [
      stars,
      countText(count),
      fixed(mean, digits),
      ...quantilesOf(quantiles, values).map((value) => fixed(value, digits)),
    ]),
  );
}

function calibrationTable({ calibration, digits }: ReportData): string {
  return htmlTable(
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
  return htmlTable(
    ['stars', ...predicted.map((label) => `→ ${label}`)],
    counts.map((row, i) => [given[i] as string, ...row.map(countText)]),
  );
}

function errorTable(bins: readonly ErrorBin[], property: string, digits: number): string {
  return htmlTable(
    [property, 'reviews', 'mean', '5 %', '25 %', 'median', '75 %', '95 %'],
    bins.map(({ label, count, mean, quantiles, values }) => [
      label,
      countText(count),
      signed(mean, digits),
      ...quantilesOf(quantiles, values).map((value) => signed(value, digits)),
    ]),
  );
}

/** A group that is drawn as single reviews has only a median. */
function quantilesOf(quantiles: Summary['quantiles'], values: readonly number[] | undefined): readonly number[] {
  return values === undefined ? quantiles : quantiles.map((value, i) => (i === 2 ? value : Number.NaN));
}

/** By the trees; for a model without splits, by the linear leaf. */
function importanceFigure(data: ReportData, figures: readonly Figure[]): string {
  const options = { warning: fewForWeights(data) };
  if (data.importances.length > 0 || data.coefficients.length === 0)
    return figure(figures, 'importances', importanceCaption(data), importanceTable(data), options);
  const caption = `The largest weights of the linear model. The number is the change of the score, in stars, for a TF-IDF value of 1: ${key('raises')} raises the score, ${key('lowers')} lowers it.`;
  return figure(figures, 'coefficients', caption, coefficientTable(data), options);
}

function coefficientTable({ coefficients, digits }: ReportData): string {
  return htmlTable(
    ['term', 'coefficient'],
    coefficients.map(({ term, coefficient }) => [japanese(term), signed(coefficient, digits)]),
  );
}

function importanceCaption({ importances }: ReportData): string {
  return importances[0]?.gain === undefined
    ? 'How many tree nodes split on a term. There is no gain (the training error that the splits removed), because this model does not keep it.'
    : 'How much training error the splits on a term removed (LightGBM’s gain).';
}

function importanceTable({ importances }: ReportData): string {
  const hasGain = importances[0]?.gain !== undefined;
  return htmlTable(
    ['term', ...(hasGain ? ['gain'] : []), 'splits'],
    importances.map(({ term, gain, splits }) => [
      japanese(term),
      ...(gain === undefined ? [] : [gain.toPrecision(4)]),
      countText(splits),
    ]),
  );
}

function contributionTable({ contributions, digits }: ReportData): string {
  return htmlTable(
    ['term', 'mean |contribution|', 'mean where it occurs', 'reviews'],
    contributions.map(({ term, meanAbsolute, mean, count }) => [
      japanese(term),
      fixed(meanAbsolute, digits + 2),
      signed(mean, digits + 1),
      countText(count),
    ]),
  );
}
