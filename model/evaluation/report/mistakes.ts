/**
 * The worst mistakes → HTML: texts coloured by the contributions of their terms, and the terms that contribute most.
 */
import { contributionPieces, type PlacedTerm } from '../../scoring/contribution-pieces.ts';
import type { Explanation } from '../../scoring/explain.ts';
import type { Mistake, ReportData } from './data.ts';
import { escapeHtml, japanese, plainText, showText } from './html.ts';
import { countText, fixed, signed } from './numbers.ts';

export function mistakesSection({ mistakes, digits }: ReportData): string {
  if (mistakes.length === 0) return '';
  const strongest = Math.max(
    ...mistakes.flatMap(({ review, explanation }) =>
      explanation === undefined
        ? []
        : contributionPieces(review.text.length, explanation.terms).map(({ share }) => Math.abs(share)),
    ),
  );
  const colours =
    strongest > 0
      ? ' <span class="key u2">Blue</span> words raised the score and <span class="key d2">orange</span> words lowered it; a stronger colour means more. Point at a word to see its value.'
      : '';
  return `<section aria-labelledby="mistakes">
<h2 id="mistakes">Worst mistakes</h2>
<p class="note">The ${mistakes.length} reviews with the largest difference between score and stars.${colours}</p>
<div class="card"><ol class="mistakes">
${mistakes.map((mistake) => mistakeItem(mistake, strongest, digits)).join('')}</ol></div>
</section>
`;
}

const SHOWN_UNITS = 1200; // UTF-16 units of a text; the page shows only the length of the rest
const CHIPS = 8; // terms under a text
const TAB_STOPS = 6; // words of a text that the Tab key reaches; a text may have a thousand words

function mistakeItem({ review, score, explanation }: Mistake, strongest: number, digits: number): string {
  const pieces = contributionPieces(review.text.length, explanation?.terms ?? []);
  const byStrength = pieces.map(({ share }) => Math.abs(share)).sort((a, b) => b - a);
  const weakestStop = byStrength[TAB_STOPS - 1] ?? 0;
  let [html, units] = ['', 0];
  for (const { start, end, share, terms } of pieces) {
    if (units >= SHOWN_UNITS) break;
    const shown = clip(review.text.slice(start, end), SHOWN_UNITS - units);
    units += shown.length;
    const level = Math.ceil(4 * Math.sqrt(Math.abs(share) / strongest)); // most shares are weak; the root separates them
    if (terms.length === 0 || !(level > 0) || Math.abs(share) < strongest / 200) html += showText(shown);
    else {
      const stop = Math.abs(share) >= weakestStop ? ' tabindex="0"' : '';
      html += `<mark class="${share > 0 ? 'u' : 'd'}${Math.min(4, level)}"${stop} data-adds="${tipText(share, terms, digits + 1)}">${showText(shown)}</mark>`;
    }
  }
  const rest = review.text.length - units;
  if (rest > 0) html += ` <i class="hidden">and ${countText(rest)} more characters</i>`;
  return `<li><div class="verdict"><b>${signed(score - review.stars, digits)}</b>${fixed(review.stars, Number.isInteger(review.stars) ? 0 : digits)} given<br>${fixed(score, digits)} scored</div>
<div><blockquote lang="ja" dir="ltr">${html}</blockquote>${explanation === undefined ? '' : strongestTerms(explanation, digits)}</div></li>
`;
}

/** The parts of the score, in one line: the terms that contribute most, then the other parts. */
function strongestTerms({ base, absent, held, terms }: Explanation, digits: number): string {
  const isSeen = (value: number) => Number(value.toFixed(digits)) !== 0;
  const chips = terms
    .slice(0, CHIPS)
    .filter(({ contribution }) => isSeen(contribution))
    .map(({ term, contribution }) => `<span>${japanese(term)} ${signed(contribution, digits)}</span>`);
  const others = [
    `<span>mean of the model ${fixed(base, digits)}</span>`,
    `<span>terms that the text does not have ${signed(absent, digits)}</span>`,
  ];
  if (isSeen(held)) others.push(`<span>limited to the range ${signed(held, digits)}</span>`);
  return `<div class="terms">${[...chips, ...others].join(' ')}</div>`;
}

/** The first `units` UTF-16 units, without half a surrogate pair at the end. */
function clip(content: string, units: number): string {
  const isPair = /[\ud800-\udbff]/.test(content.charAt(units - 1));
  return content.slice(0, isPair ? units - 1 : units);
}

/**
 * The tooltip of a coloured word: its share of the score, then each term that covers it with its whole contribution.
 */
function tipText(share: number, terms: readonly PlacedTerm[], digits: number): string {
  const lines = Array.from(new Set(terms), ({ term, contribution, offsets }) => {
    const places = offsets.length > 1 ? ` in ${offsets.length} places` : '';
    return `${plainText(term)} ${signed(contribution, digits)}${places}`;
  });
  return escapeHtml([`${signed(share, digits)} stars here`, ...lines].join('\n'));
}
