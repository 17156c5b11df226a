/**
 * An explanation for the terminal: the text, coloured by the contributions of its terms, and a table of the terms.
 * Amber adds stars, blue with underline takes them away, as in the reports and on the server's page; test/colours.test.ts
 * compares them. A deeper colour means more, and the signs in the table say the same. Control characters are replaced by visible characters.
 */
import { contributionPieces } from '../../model/scoring/contribution-pieces.ts';
import type { ExplainedTerm, Explanation } from '../../model/scoring/explain.ts';

// Five of the 256 terminal colours for each direction, pale to deep. Black text is readable on all of them.
export const RAISES = [223, 222, 221, 215, 214];
export const LOWERS = [153, 117, 111, 75, 69];
/** A piece of text below this part of the largest figure is not coloured. */
const FAINT = 0.08;

/**
 * The text with colours: the figures of its words, as on the page and in the reports. The table below it has the model's
 * terms instead, because it is compared with the API, `hoshi inspect` and other models.
 */
export function paintText(text: string, terms: readonly ExplainedTerm[]): string {
  const pieces = contributionPieces(text.length, terms);
  const largest = pieces.reduce((most, { share }) => Math.max(most, Math.abs(share)), 0);
  const runs: { style: string; start: number; end: number }[] = []; // neighbours of the same style
  for (const { start, end, share } of pieces) {
    const style = styleOf(share, largest);
    const last = runs.at(-1);
    if (last?.style === style) last.end = end;
    else runs.push({ style, start, end });
  }
  return runs
    .map(({ style, start, end }) => {
      const part = printable(text.slice(start, end));
      return style === '' ? part : `\x1b[${style}m${part}\x1b[0m`;
    })
    .join('');
}

function styleOf(share: number, largest: number): string {
  const weight = Math.abs(share) / largest;
  if (!(weight >= FAINT)) return '';
  const colour = (share > 0 ? RAISES : LOWERS)[Math.min(4, Math.floor(weight * 5))];
  return `${share > 0 ? '' : '4;'}38;5;16;48;5;${colour}`;
}

/** One line for each term (stars, term, occurrences), then the other parts of the score, and the score. */
export function contributionTable(explanation: Explanation & { readonly others: number }): string {
  const { score, base, absent, held, others, terms } = explanation;
  const stars = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`.padStart(8);
  const lines = terms.map(
    ({ term, offsets, contribution }) =>
      `${stars(contribution)}  ${printable(term)}${offsets.length > 1 ? ` ×${offsets.length}` : ''}`,
  );
  if (others !== 0) lines.push(`${stars(others)}  (other terms)`);
  if (absent !== 0) lines.push(`${stars(absent)}  (terms that the text does not have)`);
  lines.push(`${stars(base)}  (mean of the model)`);
  if (held !== 0) lines.push(`${stars(held)}  (the range of stars)`);
  lines.push(`${score.toFixed(3).padStart(8)}  stars`);
  return `${lines.join('\n')}\n`;
}

/**
 * Control characters as their pictures (␛, ␊); lone surrogates and characters that change the writing direction as �.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}\p{Cs}\u2028\u2029]/gu, (character) => {
    const code = character.codePointAt(0) as number;
    return code < 0x20 ? String.fromCodePoint(0x2400 + code) : '\ufffd';
  });
}
