/** The first and the last sections of a report: tiles, baselines, the gain of more reviews, and the reviews themselves. */
import type { Interval } from '../bootstrap.ts';
import type { LabelledMeasures } from '../compare.ts';
import type { Evaluation, StarAuc } from '../evaluate.ts';
import type { ScoreEnd, ScoreEnds } from '../score-ends.ts';
import { doubledText, type SizePoint } from '../size-curve.ts';
import { condense } from '../star-groups.ts';
import { groupText } from '../star-sides.ts';
import { type ColourRole, key } from './colours.ts';
import type { ReportData } from './data.ts';
import { type Figure, figure, htmlTable, rangeText, tile, warningNote } from './document.ts';
import { escapeHtml, japanese } from './html.ts';
import { countText, fixed, signed } from './numbers.ts';
import { fewBySize, fewForDifferences, fewForPoints, fewForStars } from './warnings.ts';

const AUC_DIGITS = 3;

export function tiles({ input: { evaluation, model }, digits }: ReportData): string {
  const { auc, aucLower, aucUpper, labels, ends, spearman, rmse, mae, intervals } = evaluation;
  const aucTile = (each: StarAuc | null) =>
    each === null
      ? ''
      : tile('AUC', fixed(each.value, AUC_DIGITS), [rangeText(each.interval, AUC_DIGITS), against(each)]);
  const [lowest, highest] = model.scoreRange;
  return `<section class="tiles" aria-label="Measures with their ${Math.round(intervals.level * 100)} % intervals">
${aucTile(auc)}${aucTile(aucLower)}${aucTile(aucUpper)}${tile('Right labels', percent(labels.accuracy), [
  percentRange(labels.interval),
  `always ${labels.mostFrequent.label}: ${percent(labels.mostFrequent.accuracy)}`,
])}${tile('Scores at the ends', percent(ends.share), [
  percentRange(ends.interval),
  `${endText(ends.lowest, lowest)}, ${endText(ends.highest, highest)}`,
])}${tile('Spearman', fixed(spearman, AUC_DIGITS), [rangeText(intervals.spearman, AUC_DIGITS), 'rank correlation'])}${tile(
  'RMSE',
  fixed(rmse, digits + 1),
  [rangeText(intervals.rmse, digits + 1), 'stars'],
)}${tile('MAE', fixed(mae, digits + 1), [rangeText(intervals.mae, digits + 1), 'stars'])}</section>
<p class="note">The ranges are 95&#160;% confidence intervals: of Spearman, RMSE and MAE from ${countText(intervals.draws)} bootstrap draws of the reviews (seed ${intervals.seed}), of AUC and shares in closed form. A score is at an end if it is within an eighth of the range from it; it is right if the stars are, too.${exactText(ends)}</p>
`;
}

function exactText({ lowest, highest }: ScoreEnds): string {
  const exact = lowest.exact + highest.exact;
  return exact === 0
    ? ''
    : ` ${countText(exact)} scores are exactly the lowest or the highest, so nothing tells them apart.`;
}

/** `12 of 13 right at 5`. */
function endText({ reviews, right }: ScoreEnd, stars: number): string {
  return reviews === 0 ? `none at ${stars}` : `${countText(right)} of ${countText(reviews)} right at ${stars}`;
}

function against({ groups: [low, high] }: StarAuc): string {
  return `${groupText(low)} against ${groupText(high)} stars`;
}

/** A measure of the table of baselines. */
interface Measure {
  readonly name: string;
  readonly of: keyof LabelledMeasures;
  /** Of this model. */
  readonly value: number;
  readonly interval: Interval | null;
  show(value: number): string;
  showDifference(value: number): string;
}

function measuresOf({ evaluation, digits }: { readonly evaluation: Evaluation; readonly digits: number }): Measure[] {
  const { spearman, rmse, mae, labels, intervals } = evaluation;
  const number = (
    name: string,
    of: Measure['of'],
    value: number,
    interval: Interval | null,
    places: number,
  ): Measure => ({
    name,
    of,
    value,
    interval,
    show: (shown) => fixed(shown, places),
    showDifference: (shown) => signed(shown, places),
  });
  const aucs = (['auc', 'aucLower', 'aucUpper'] as const).flatMap((of) => {
    const auc = evaluation[of];
    return auc === null ? [] : [number(`AUC, ${against(auc)}`, of, auc.value, auc.interval, 4)];
  });
  return [
    ...aucs,
    number('Spearman', 'spearman', spearman, intervals.spearman, 4),
    number('RMSE, stars', 'rmse', rmse, intervals.rmse, digits + 1),
    number('MAE, stars', 'mae', mae, intervals.mae, digits + 1),
    {
      ...number('right labels', 'labels', labels.accuracy, labels.interval, 1),
      show: percent,
      showDifference: (shown) => `${signed(100 * shown, 1)}&#160;%`,
    },
  ];
}

export function baselinesSection(data: ReportData): string {
  const { baselines, digits, input } = data;
  const { constant, base, verdict } = baselines;
  const { evaluation } = input;
  const rangeOf = (interval: Interval | null, show: (value: number) => string) =>
    interval === null ? 'too few' : interval.map(show).join(' to ');
  const rows = measuresOf({ evaluation, digits }).map(({ name, of, value, interval, show, showDifference }) => [
    name,
    show(constant[of]),
    ...(base === undefined ? [] : [show(base.old[of])]),
    show(value),
    rangeOf(interval, show),
    ...(base === undefined ? [] : [showDifference(base.difference[of]), rangeOf(base.intervals[of], showDifference)]),
  ]);
  const ofRole = (role: ColourRole, name: string) => `<span class="key ${role}">${name}</span>`;
  const head = [
    '',
    'no model',
    ...(base === undefined ? [] : [ofRole('base', 'base')]),
    ofRole('model', 'this model'),
    '95&#160;%',
    ...(base === undefined ? [] : ['this model − base', '95&#160;%']),
  ];
  return `<section aria-labelledby="baselines">
<h2 id="baselines">Against baselines</h2>
<div class="card">${warningNote(fewForDifferences(data))}<p class="note">On the same ${countText(evaluation.reviews)} reviews. Without a model, every score is ${fixed(constant.score, digits)} stars, the mean, and every label is ${evaluation.labels.mostFrequent.label}, the most frequent one.${base === undefined ? '' : ' The base is the model that this one started from. The intervals of the differences come from draws that measure both models on the same reviews.'}</p>
<div class="scroll">${htmlTable(head, rows)}</div>
${verdict === undefined ? '' : `<p>${escapeHtml(verdict)}</p>\n`}</div>
</section>
`;
}

/** Empty without a learning curve by number of reviews. */
export function sizesSection(data: ReportData, figures: readonly Figure[]): string {
  const { sizeCurve } = data.input;
  if (sizeCurve === undefined) return '';
  const caption = `Models that learned from parts of the reviews, each measured on the same ${countText(sizeCurve.heldOut)} held-out reviews. The bars are 95&#160;% intervals; the steps are more certain than these, because all points share their reviews.${sizeCurve.points[0]?.reviews === 0 ? ` The ${key('base')} line is the base, without reviews of your own.` : ''}`;
  const table = sizeTable(sizeCurve.points, data.digits);
  const drawn = [
    figure(figures, 'auc-by-size', caption, table, { warning: fewBySize(data) }),
    figure(figures, 'rmse-by-size', caption, table, { warning: fewForPoints(data) }),
  ].join('');
  return `<section aria-labelledby="more">
<h2 id="more">More reviews</h2>
<p class="finding">${escapeHtml(doubledText(sizeCurve))}</p>
${drawn === '' ? '' : `<div class="pair">\n${drawn}</div>\n`}</section>
`;
}

function sizeTable(points: readonly SizePoint[], digits: number): string {
  return htmlTable(
    ['reviews', 'AUC', '95&#160;%', 'RMSE', '95&#160;%', 'Spearman'],
    points.map(({ reviews, auc, aucInterval, rmse, rmseInterval, spearman }) => [
      reviews === 0 ? 'base' : countText(reviews),
      fixed(auc, 4),
      rangeText(aucInterval, 4),
      fixed(rmse, digits + 1),
      rangeText(rmseInterval, digits + 1),
      fixed(spearman, 4),
    ]),
  );
}

/** The reviews: how many have which stars, and texts that occur more than once. */
export function reviewsSection(data: ReportData): string {
  const { input, repeats, conflicts, digits } = data;
  const { evaluation, allReviews = input.reviews } = input;
  const { repeated, conflicting, copies } = repeats;
  const counts = condense(evaluation).rows.map(({ label, reviews, score }) => [
    label,
    countText(reviews),
    percent(reviews / evaluation.reviews),
    fixed(score, digits),
  ]);
  const found =
    repeated === 0
      ? `No text occurs twice among the ${countText(allReviews.length)} reviews.`
      : `Among the ${countText(allReviews.length)} reviews, ${countText(repeated)} texts occur more than once (${countText(copies)} copies), and ${conflicting === 0 ? 'none' : countText(conflicting)} of these have different stars.`;
  const table = htmlTable(
    ['text', 'stars'],
    conflicts.map(({ text, stars }) => [japanese(clipped(text)), starsOf(stars)]),
    'conflicts',
  );
  return `<section aria-labelledby="reviews">
<h2 id="reviews">The reviews</h2>
<div class="pair">
<div class="card"><h3>Stars</h3>${warningNote(fewForStars(data))}<div class="scroll">${htmlTable(['stars', 'reviews', 'share', 'mean score'], counts)}</div></div>
<div class="card"><h3>Copies and conflicts</h3><p>${found}</p>${conflicts.length === 0 ? '' : `<p class="note">No model can be right about a text that has different stars. ${conflicting > conflicts.length ? `The first ${conflicts.length}:` : 'Correct the wrong ones:'}</p>\n<div class="scroll">${table}</div>`}</div>
</div>
</section>
`;
}

const CLIPPED_UNITS = 40;
const SHOWN_STARS = 8;

function clipped(text: string): string {
  const characters = Array.from(text.replace(/\s+/g, ' '));
  return characters.length <= CLIPPED_UNITS ? characters.join('') : `${characters.slice(0, CLIPPED_UNITS).join('')}…`;
}

function starsOf(stars: readonly number[]): string {
  const shown = stars.slice(0, SHOWN_STARS).join(', ');
  return stars.length > SHOWN_STARS ? `${shown} …` : shown;
}

function percent(share: number): string {
  return Number.isFinite(share) ? `${fixed(100 * share, 1)}&#160;%` : '–';
}

function percentRange(interval: readonly [number, number] | null): string {
  return interval === null ? 'no interval' : `${fixed(100 * interval[0], 1)} to ${percent(interval[1])}`;
}
