/** A text → HTML with its words coloured by contributions. colours.ts has the meaning of the colours. */
import {
  type ContributionPiece,
  contributionPieces,
  type PlacedTerm,
  writtenTerm,
} from '../../scoring/contribution-pieces.ts';
import { escapeHtml, plainText, showText } from './html.ts';
import { countText, signed } from './numbers.ts';

const SHOWN_UNITS = 1200; // UTF-16 units of a text; the page shows only the length of the rest
const TAB_STOPS = 6; // words of a text that the Tab key reaches; a text may have a thousand words

/** The contribution of the deepest colour: the largest |share| of a piece of these texts. 0 if there is none. */
export function strongestShare(texts: readonly (readonly [text: string, terms: readonly PlacedTerm[]])[]): number {
  let strongest = 0; // no spread into Math.max: a long text has more pieces than a call may have arguments
  for (const [text, terms] of texts)
    for (const { share } of contributionPieces(text.length, terms)) strongest = Math.max(strongest, Math.abs(share));
  return strongest;
}

/** `strongest` is the |share| of the deepest colour. */
export function colouredText(text: string, terms: readonly PlacedTerm[], strongest: number, digits: number): string {
  const pieces = contributionPieces(text.length, terms);
  const byStrength = pieces.map(({ share }) => Math.abs(share)).sort((a, b) => b - a);
  const weakestStop = byStrength[TAB_STOPS - 1] ?? 0;
  let [html, units] = ['', 0];
  for (const { start, end, share, parts } of pieces) {
    if (units >= SHOWN_UNITS) break;
    const shown = clip(text.slice(start, end), SHOWN_UNITS - units);
    units += shown.length;
    const level = Math.ceil(4 * Math.sqrt(Math.abs(share) / strongest)); // most shares are weak; the root separates them
    if (parts.length === 0 || !(level > 0) || Math.abs(share) < strongest / 200) html += showText(shown);
    else {
      const stop = Math.abs(share) >= weakestStop ? ' tabindex="0"' : '';
      html += `<mark class="${share > 0 ? 'u' : 'd'}${Math.min(4, level)}"${stop} data-adds="${tipText(text, pieces, { share, parts }, digits + 1)}">${showText(shown)}</mark>`;
    }
  }
  const rest = text.length - units;
  if (rest > 0) html += ` <i class="hidden">and ${countText(rest)} more characters</i>`;
  return `<blockquote lang="ja" dir="ltr">${html}</blockquote>`;
}

/** The first `units` UTF-16 units, without half a surrogate pair at the end. */
export function clip(content: string, units: number): string {
  const isPair = /[\ud800-\udbff]/.test(content.charAt(units - 1));
  return content.slice(0, isPair ? units - 1 : units);
}

/** The tooltip of a coloured word: its share of the score, then what each term over it adds here. */
function tipText(
  text: string,
  pieces: readonly ContributionPiece[],
  { share, parts }: Pick<ContributionPiece, 'share' | 'parts'>,
  digits: number,
): string {
  const added = new Map<PlacedTerm, number>();
  for (const { term, share } of parts) added.set(term, (added.get(term) ?? 0) + share);
  const lines = Array.from(added, ([{ term, offsets }, share]) => {
    const first = offsets[0] ?? [0, 0];
    const words = text.slice(...first);
    const name = term.startsWith(words) ? writtenTerm(text, pieces, first) + term.slice(words.length) : term;
    return `${plainText(name)} ${signed(share, digits)}`;
  });
  return escapeHtml([`${signed(share, digits)} stars here`, ...lines].join('\n'));
}
