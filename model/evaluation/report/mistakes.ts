/** The worst mistakes → HTML: texts with their words coloured by what these add, and the terms that add most. */
import type { ExplainedTerm, Explanation } from '../../scoring/explain.ts';
import { piecesOf } from './coloured-text.ts';
import type { Mistake, ReportData } from './data.ts';
import { escapeHtml, japanese, plainText, showText } from './html.ts';
import { countText, fixed, signed } from './numbers.ts';

export function mistakesSection({ mistakes, digits }: ReportData): string {
  if (mistakes.length === 0) return '';
  const strongest = Math.max(
    ...mistakes.flatMap(({ review, explanation }) =>
      explanation === undefined
        ? []
        : piecesOf(review.text, explanation.terms).map(({ contribution }) => Math.abs(contribution)),
    ),
  );
  const colours =
    strongest > 0
      ? ' Words on <span class="key u2">blue</span> raised the score, words on <span class="key d2">orange</span> lowered it, the stronger the more; pointing at a word tells by how much.'
      : '';
  return `<section aria-labelledby="mistakes">
<h2 id="mistakes">Worst mistakes</h2>
<p class="note">The ${mistakes.length} reviews whose scores are farthest from their stars.${colours}</p>
<div class="card"><ol class="mistakes">
${mistakes.map((mistake) => mistakeItem(mistake, strongest, digits)).join('')}</ol></div>
</section>
`;
}

const SHOWN_UNITS = 1200; // of a text; the rest is told by its length
const CHIPS = 8;
const STOPS = 6; // words of a text that the keyboard reaches; all of them would be a thousand

function mistakeItem({ review, score, explanation }: Mistake, strongest: number, digits: number): string {
  const pieces = piecesOf(review.text, explanation?.terms ?? []);
  const byStrength = pieces.map(({ contribution }) => Math.abs(contribution)).sort((a, b) => b - a);
  const reached = byStrength[STOPS - 1] ?? 0;
  let [html, units] = ['', 0];
  for (const { text: content, contribution, terms } of pieces) {
    if (units >= SHOWN_UNITS) break;
    const shown = clip(content, SHOWN_UNITS - units);
    units += shown.length;
    const level = Math.ceil(4 * Math.sqrt(Math.abs(contribution) / strongest)); // weak ones, which are most, stay apart;
    if (terms.length === 0 || !(level > 0) || Math.abs(contribution) < strongest / 200) html += showText(shown);
    else {
      const stop = Math.abs(contribution) >= reached ? ' tabindex="0"' : '';
      html += `<mark class="${contribution > 0 ? 'u' : 'd'}${Math.min(4, level)}"${stop} data-adds="${addsText(contribution, terms, digits + 1)}">${showText(shown)}</mark>`;
    }
  }
  const rest = review.text.length - units;
  if (rest > 0) html += ` <i class="hidden">and ${countText(rest)} more characters</i>`;
  return `<li><div class="verdict"><b>${signed(score - review.stars, digits)}</b>${fixed(review.stars, Number.isInteger(review.stars) ? 0 : digits)} given<br>${fixed(score, digits)} scored</div>
<div><blockquote lang="ja" dir="ltr">${html}</blockquote>${explanation === undefined ? '' : strongestTerms(explanation, digits)}</div></li>
`;
}

function strongestTerms({ base, absent, held, terms }: Explanation, digits: number): string {
  const isSeen = (value: number) => Number(value.toFixed(digits)) !== 0;
  const chips = terms
    .slice(0, CHIPS)
    .filter(({ contribution }) => isSeen(contribution))
    .map(({ term, contribution }) => `<span>${japanese(term)} ${signed(contribution, digits)}</span>`);
  const others = [
    `<span>base ${fixed(base, digits)}</span>`,
    `<span>words that are not there ${signed(absent, digits)}</span>`,
  ];
  if (isSeen(held)) others.push(`<span>held in range ${signed(held, digits)}</span>`);
  return `<div class="terms">${[...chips, ...others].join(' ')}</div>`;
}

/** The first units, without half a pair at the end. */
function clip(content: string, units: number): string {
  const isPair = /[\ud800-\udbff]/.test(content.charAt(units - 1));
  return content.slice(0, isPair ? units - 1 : units);
}

function addsText(
  contribution: number,
  terms: readonly Pick<ExplainedTerm, 'term' | 'offsets' | 'contribution'>[],
  digits: number,
): string {
  const lines = terms.map(({ term, contribution: whole, offsets }) => {
    return `${plainText(term)} ${signed(whole, digits)}${offsets.length > 1 ? ` in ${offsets.length} places` : ''}`;
  });
  return escapeHtml([`${signed(contribution, digits)} stars here`, ...lines].join('\n'));
}
