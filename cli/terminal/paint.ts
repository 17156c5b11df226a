/**
 * An explanation for a person's eyes: the text with what its terms add as its background, and a table. Green adds stars, red and
 * underlined takes them, deeper is more; the table says the same by signs. What could steer a terminal is shown, not sent.
 */
import type { ExplainedTerm, Explanation } from '../../model/scoring/explain.ts';

// Of the 256 colours of a terminal, pale to deep; black is read on each.
const ADDS = [194, 157, 120, 77, 41];
const TAKES = [224, 217, 210, 209, 203];
/** Less than this share of the text's most coloured character is not coloured. */
const FAINT = 0.05;

/** The text, coloured: a character has what all terms over it add, each shared by its occurrences. */
export function paint(text: string, terms: readonly ExplainedTerm[]): string {
  const weights = new Float64Array(text.length);
  for (const { offsets, contribution } of terms) {
    for (const [start, end] of offsets) {
      for (let i = start; i < end; i++) weights[i] = (weights[i] as number) + contribution / offsets.length;
    }
  }
  const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
  let painted = '';
  for (let start = 0, end = 0; start < text.length; start = end) {
    const style = styleOf(weights[start] as number, largest);
    do end++;
    while (end < text.length && styleOf(weights[end] as number, largest) === style);
    const part = printable(text.slice(start, end));
    painted += style === '' ? part : `\x1b[${style}m${part}\x1b[0m`;
  }
  return painted;
}

function styleOf(weight: number, largest: number): string {
  const share = Math.abs(weight) / largest;
  if (!(share >= FAINT)) return '';
  const colour = (weight > 0 ? ADDS : TAKES)[Math.min(4, Math.floor(share * 5))];
  return `${weight > 0 ? '' : '4;'}38;5;16;48;5;${colour}`;
}

/** One line a term: stars, occurrences, the term; then what is beside the terms, and the score. */
export function table({ score, base, absent, held, others, terms }: Explanation & { readonly others: number }): string {
  const stars = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`.padStart(8);
  const lines = terms.map(
    ({ term, offsets, contribution }) =>
      `${stars(contribution)}  ${printable(term)}${offsets.length > 1 ? ` ×${offsets.length}` : ''}`,
  );
  if (others !== 0) lines.push(`${stars(others)}  (other terms)`);
  lines.push(`${stars(absent)}  (terms that it does not have)`, `${stars(base)}  (mean of the model)`);
  if (held !== 0) lines.push(`${stars(held)}  (held within the range of stars)`);
  lines.push(`${score.toFixed(3).padStart(8)}  stars`);
  return `${lines.join('\n')}\n`;
}

/** Controls as their pictures (␛, ␊), what turns the direction of writing and lone surrogates as �. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}\p{Cs}\u2028\u2029]/gu, (character) => {
    const code = character.codePointAt(0) as number;
    return code < 0x20 ? String.fromCodePoint(0x2400 + code) : '\ufffd';
  });
}
