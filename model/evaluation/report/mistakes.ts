/**
 * The worst mistakes → HTML: texts coloured by the contributions of their terms, and the terms that contribute most.
 */
import type { Explanation } from '../../scoring/explain.ts';
import { colouredText, strongestShare } from './coloured-text.ts';
import { capitalKey, key } from './colours.ts';
import type { Mistake, ReportData } from './data.ts';
import { japanese } from './html.ts';
import { fixed, signed } from './numbers.ts';

export function mistakesSection({ mistakes, digits }: ReportData): string {
  if (mistakes.length === 0) return '';
  const strongest = strongestShare(
    mistakes.map(({ review, explanation }) => [review.text, explanation?.terms ?? []] as const),
  );
  const colours =
    strongest > 0
      ? ` ${capitalKey('raises')} words raised the score and ${key('lowers')} words lowered it; a stronger colour means more. Point at a word, or tap it, to see its value.`
      : '';
  return `<section aria-labelledby="mistakes">
<h2 id="mistakes">Worst mistakes</h2>
<p class="note">The ${mistakes.length} reviews with the largest difference between score and stars.${colours}</p>
<div class="card"><ol class="mistakes">
${mistakes.map((mistake) => mistakeItem(mistake, strongest, digits)).join('')}</ol></div>
</section>
`;
}

const CHIPS = 8; // terms under a text

function mistakeItem({ review, score, explanation }: Mistake, strongest: number, digits: number): string {
  return `<li><div class="verdict"><b>${signed(score - review.stars, digits)}</b>${fixed(review.stars, Number.isInteger(review.stars) ? 0 : digits)} given<br>${fixed(score, digits)} scored</div>
<div>${colouredText(review.text, explanation?.terms ?? [], strongest, digits)}${explanation === undefined ? '' : strongestTerms(explanation, digits)}</div></li>
`;
}

/** The parts of the score, in one line: the terms that contribute most, then the other parts. */
function strongestTerms({ base, absent, held, terms }: Explanation, digits: number): string {
  const isSeen = (value: number) => Number(value.toFixed(digits)) !== 0;
  const chips = terms
    .slice(0, CHIPS)
    .filter(({ contribution }) => isSeen(contribution))
    .map(({ term, contribution }) => `<span>${japanese(term)} ${signed(contribution, digits)}</span>`);
  const others = [`<span>mean of the model ${fixed(base, digits)}</span>`];
  if (isSeen(absent)) others.push(`<span>terms that the text does not have ${signed(absent, digits)}</span>`);
  if (isSeen(held)) others.push(`<span>limited to the range ${signed(held, digits)}</span>`);
  return `<div class="terms">${[...chips, ...others].join(' ')}</div>`;
}
