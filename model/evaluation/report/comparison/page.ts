/** A comparison and its drawings → one HTML page, in the frame of all reports (document.ts). */

import { labels } from '../../../scoring/labels.ts';
import { type ComparedMeasures, type Comparison, notesOf, quantileShares, type Spread } from '../../compare.ts';
import { ENOUGH_FOR_MOVES } from '../../enough.ts';
import type { ExplainedMove, MovedTerm } from '../../moves.ts';
import { groupText, HIGHEST, LOWEST, MIDDLE } from '../../star-sides.ts';
import { colouredText, strongestShare } from '../coloured-text.ts';
import { capitalKey, key } from '../colours.ts';
import { type Figure, factsFooter, figure, htmlTable, pageOf, rangeText, tile, warningNote } from '../document.ts';
import { escapeHtml, japanese, showText } from '../html.ts';
import { countText, fixed, signed } from '../numbers.ts';
import { fewInRows, only } from '../warnings.ts';
import type { DrawnComparison } from './plots.ts';

export interface ComparisonPage {
  readonly drawn: DrawnComparison;
  readonly figures: readonly Figure[];
  readonly moves: readonly ExplainedMove[];
  /** The name of the texts. */
  readonly comparedOn: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
}

/** `style` is the content of the style sheet. The page is well-formed for any text and any name. */
export function writeComparisonPage(page: ComparisonPage, style: string): string {
  const { comparison, digits } = page.drawn;
  const { old: before, new: after, texts, measures } = comparison;
  return pageOf(
    {
      title: `${before.name} ${before.version} → ${after.name} ${after.version}: how scores move`,
      heading: `${showText(before.name)} <small>version ${showText(before.version)}</small> → ${showText(after.name)} <small>version ${showText(after.version)}</small>`,
      lead: [
        `How scores move from the old model to the new one, on ${countText(texts)} texts: ${showText(page.comparedOn)}.`,
        ...notesOf(comparison).map(escapeHtml),
      ].join(' '),
      few: measures?.few ?? undefined,
      sections: [
        ['scores', 'Scores'],
        ...(measures === undefined ? [] : ([['stars', 'Scores and stars']] as const)),
        ...(page.moves.length === 0 ? [] : ([['largest', 'Largest moves']] as const)),
        ['facts', 'How it was made'],
      ],
      main: `${tiles(comparison, digits)}${scoresSection(page)}${measures === undefined ? '' : measuresSection(measures, digits)}${movesSection(page.moves, digits)}`,
      footer: factsFooter(page.facts),
    },
    style,
  );
}

function tiles({ scores, moved, labels: { counts }, spearman, texts }: Comparison, digits: number): string {
  const [, , half] = moved as [unknown, unknown, Comparison['moved'][number]];
  const changed = texts - counts.reduce((sum, row, i) => sum + (row[i] as number), 0);
  return `<section class="tiles" aria-label="The most important figures">
${tile('Mean move', signed(scores.move.mean, digits), [`mean |move| ${fixed(scores.absoluteMove.mean, digits)}`, 'stars'])}${tile(
  `Moved by more than ${fixed(half.by, digits)}`,
  percent(half.texts, texts),
  [`${countText(half.texts)} texts`, 'up or down'],
)}${tile('Labels that change', percent(changed, texts), [`${countText(changed)} texts`, 'negative, neutral, positive'])}${tile(
  'Rank agreement',
  fixed(spearman, 3),
  ['Spearman', 'old and new scores'],
)}</section>
`;
}

function scoresSection({ drawn, figures }: ComparisonPage): string {
  const { comparison, digits } = drawn;
  const warning = only(comparison.texts, ENOUGH_FOR_MOVES, 'texts are compared');
  const [low, high] = comparison.labels.cuts.new.map((cut) => fixed(cut, digits));
  return `<section aria-labelledby="scores">
<h2 id="scores">Scores</h2>
<div class="pair">
<div class="card wide"><h3>Scores and moves in stars</h3><div class="scroll">${spreadTable(comparison, digits)}</div></div>
${figure(
  figures,
  'moves',
  `How far scores move: ${key('raises')} scores rise, ${key('lowers')} scores fall, and ${key('base')} ones stay about where they are.`,
  moveBinTable(drawn),
  { warning },
)}${figure(
  figures,
  'pairs',
  'A darker cell has more texts. On the dashed line a score stays as it is.',
  cellTable(drawn),
  { warning },
)}${figure(
  figures,
  'distributions',
  `The share of the texts at each score, smoothed: ${key('base')} is old and ${key('model')} is new.`,
  densityTable(drawn),
  { warning },
)}<div class="card"><h3>Moved texts</h3>${movedTable(comparison, digits)}</div>
${figure(
  figures,
  'labels',
  `Negative is below ${low} stars, positive above ${high}, and neutral between. A darker cell has a larger share of its row.`,
  labelTable(comparison),
  { warning: fewInRows(labels, comparison.labels.counts, 'as the old label', 'texts') },
)}<div class="card"><h3>Scores at the ends of the range</h3>${endTable(comparison)}</div>
</div>
</section>
`;
}

function moveBinTable({ moveBins, digits }: DrawnComparison): string {
  return htmlTable(
    ['new − old', 'texts'],
    moveBins.map(({ from, to, count }) => [signedRange([from, to], digits + 1), countText(count)]),
  );
}

const CELL_ROWS = 20;

/** The cells with the most texts. */
function cellTable({ cells, cellWidth, digits }: DrawnComparison): string {
  const fullest = [...cells].sort((a, b) => b.count - a.count || a.x - b.x || a.y - b.y).slice(0, CELL_ROWS);
  const ends = (from: number) => rangeText([from, from + cellWidth], digits + 1);
  return htmlTable(
    ['old score', 'new score', 'texts'],
    fullest.map(({ x, y, count }) => [ends(x), ends(y), countText(count)]),
  );
}

function densityTable({ densities, digits }: DrawnComparison): string {
  return htmlTable(
    ['score', 'old', 'new'],
    densities.new.map(({ at, share }, i) => [
      fixed(at, digits),
      percent(densities.old[i]?.share ?? 0, 1),
      percent(share, 1),
    ]),
  );
}

function labelTable({ labels: { counts } }: Comparison): string {
  return htmlTable(
    ['old label', ...labels.map((label) => `→ ${label}`)],
    counts.map((row, i) => [labels[i] as string, ...row.map(countText)]),
  );
}

function spreadTable({ scores }: Comparison, digits: number): string {
  const row = (name: string, { mean, quantiles }: Spread, show: typeof fixed) => [
    name,
    ...[mean, ...quantiles].map((value) => show(value, digits)),
  ];
  return htmlTable(
    ['', 'mean', ...quantileShares.map((share) => `${Math.round(100 * share)} %`)],
    [
      row('old score', scores.old, fixed),
      row('new score', scores.new, fixed),
      row('move, new − old', scores.move, signed),
      row('|move|', scores.absoluteMove, fixed),
    ],
  );
}

function movedTable({ moved, texts }: Comparison, digits: number): string {
  return htmlTable(
    ['moved by', 'texts', 'share'],
    moved.map(({ by, texts: count }) => [`more than ${fixed(by, digits)}`, countText(count), percent(count, texts)]),
  );
}

function endTable({ old: before, new: after, ends, texts }: Comparison): string {
  const cell = (count: number, end: number) => `${countText(count)} at ${end} (${percent(count, texts)})`;
  return htmlTable(
    ['', 'lowest', 'highest'],
    [
      ['old', cell(ends.old.lowest, before.scoreRange[0]), cell(ends.old.highest, before.scoreRange[1])],
      ['new', cell(ends.new.lowest, after.scoreRange[0]), cell(ends.new.highest, after.scoreRange[1])],
    ],
  );
}

function measuresSection(compared: ComparedMeasures, digits: number): string {
  const { groups, intervals, difference, few, ...models } = compared;
  const row = (name: string, measure: keyof typeof difference, places: number) => [
    name,
    fixed(models.old[measure], places),
    fixed(models.new[measure], places),
    signed(difference[measure], places),
    signedRange(intervals[measure], places),
  ];
  const auc = (measure: 'auc' | 'aucLower' | 'aucUpper', low: number, high: number) => {
    const [below, above] = [groups[low], groups[high]];
    if (!below || !above) return [];
    return [row(`AUC (${groupText(below)} against ${groupText(above)} stars)`, measure, 4)];
  };
  return `<section aria-labelledby="stars">
<h2 id="stars">Scores and stars</h2>
<div class="card">${warningNote(few ?? undefined)}<div class="scroll">${htmlTable(
    ['', 'old', 'new', 'new − old', `${Math.round(intervals.level * 100)} % interval`],
    [
      ...auc('auc', LOWEST, HIGHEST),
      ...auc('aucLower', LOWEST, MIDDLE),
      ...auc('aucUpper', MIDDLE, HIGHEST),
      row('Spearman', 'spearman', 4),
      row('RMSE (stars)', 'rmse', digits + 1),
      row('MAE (stars)', 'mae', digits + 1),
      row('share of right labels', 'labels', 4),
    ],
  )}</div>
<p class="note">The intervals of the differences come from ${countText(intervals.draws)} bootstrap draws of the reviews (seed ${intervals.seed}). Each draw measures both models on the same reviews. Labels are right if they agree with the stars; each tenth of the reviews is labelled by the best cuts of the others.</p></div>
</section>
`;
}

function signedRange(interval: readonly [number, number] | null, places: number): string {
  return interval === null ? 'too few' : interval.map((end) => signed(end, places)).join(' to ');
}

function movesSection(moves: readonly ExplainedMove[], digits: number): string {
  if (moves.length === 0) return '';
  const strongest = strongestShare(moves.map(({ text, terms }) => [text, terms] as const));
  const isBoth = moves.every(({ parts: { base } }) => base.old !== null && base.new !== null);
  const meaning = isBoth
    ? `${capitalKey('raises')} words raise the new score above the old one, and ${key('lowers')} words lower it; a stronger colour means more. Point at a word to see by how much. Below a text stand the contributions of its terms, old → new.`
    : `One of the models cannot be explained. ${capitalKey('raises')} words raise the score of the other model, and ${key('lowers')} words lower it.`;
  return `<section aria-labelledby="largest">
<h2 id="largest">Largest moves</h2>
<p class="note">The ${moves.length} texts with the largest difference between old and new score.${strongest > 0 ? ` ${meaning}` : ''}</p>
<div class="card"><ol class="mistakes">
${moves.map((move) => moveItem(move, strongest, digits)).join('')}</ol></div>
</section>
`;
}

const CHIPS = 8; // terms under a text

function moveItem(
  { text, old, new: now, move, terms, parts }: ExplainedMove,
  strongest: number,
  digits: number,
): string {
  const chip = (name: string, values: Pick<MovedTerm, 'old' | 'new'>) =>
    `<span>${name} ${[values.old, values.new].map((value) => (value === null ? 'none' : signed(value, digits))).join(' → ')}</span>`;
  const isSeen = (value: number) => Number(value.toFixed(digits)) !== 0;
  const chips = [
    ...terms
      .slice(0, CHIPS)
      .filter(({ contribution }) => isSeen(contribution))
      .map((term) => chip(japanese(term.term), term)),
    ...(parts.base.old === null && parts.base.new === null
      ? []
      : [chip('mean of the model', parts.base), chip('terms that the text does not have', parts.absent)]),
    ...(isSeen(parts.held.old ?? 0) || isSeen(parts.held.new ?? 0) ? [chip('limited to the range', parts.held)] : []),
  ];
  return `<li><div class="verdict"><b>${signed(move, digits)}</b>${fixed(old, digits)} old<br>${fixed(now, digits)} new</div>
<div>${colouredText(text, terms, strongest, digits)}<div class="terms">${chips.join(' ')}</div></div></li>
`;
}

function percent(count: number, all: number): string {
  return `${((100 * count) / all).toFixed(1)} %`;
}
