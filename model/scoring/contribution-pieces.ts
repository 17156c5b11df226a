/**
 * A text and its terms' contributions → pieces of the text to colour, for the terminal and the report. The function is
 * self-contained, so that the page of `GET /` can run its source, too.
 */
import type { ExplainedTerm } from './explain.ts';

export type PlacedTerm = Pick<ExplainedTerm, 'term' | 'offsets' | 'contribution'>;

/** A part of the text that the same occurrences of terms cover from start to end. */
export interface ContributionPiece<Term extends PlacedTerm = PlacedTerm> {
  /** In UTF-16 units of the text. */
  readonly start: number;
  readonly end: number;
  /**
   * In stars: the sum of the occurrences over the piece, each with its whole contribution. It sets the depth of the
   * colour.
   */
  readonly contribution: number;
  /**
   * In stars: this piece's part of these occurrences, by its length. The shares of all pieces sum to the terms'
   * contributions.
   */
  readonly share: number;
  /** The terms that cover the piece, once for each occurrence, in the order of the given terms. */
  readonly terms: readonly Term[];
}

/**
 * Cuts a text of `length` UTF-16 units where a term begins or ends. The pieces are in order and cover the text. The
 * occurrences of a term share its contribution evenly.
 *
 * Its body uses only its arguments and built-ins of ES2022: `toString()` gives JavaScript that runs in a browser.
 */
export function contributionPieces<Term extends PlacedTerm>(
  length: number,
  terms: readonly Term[],
): ContributionPiece<Term>[] {
  const edges = [...new Set([0, length, ...terms.flatMap(({ offsets }) => offsets.flat())])].sort((a, b) => a - b);
  const pieces = edges.slice(1).map((end, i) => {
    return { start: edges[i] as number, end, contribution: 0, share: 0, terms: [] as Term[] };
  });
  const indexOf = new Map(pieces.map(({ start }, i) => [start, i]));
  for (const term of terms) {
    const ofOccurrence = term.contribution / term.offsets.length;
    for (const [start, end] of term.offsets) {
      for (let i = indexOf.get(start) ?? pieces.length; i < pieces.length; i++) {
        const piece = pieces[i] as (typeof pieces)[number];
        if (piece.start >= end) break;
        piece.contribution += ofOccurrence;
        piece.share += (ofOccurrence * (piece.end - piece.start)) / (end - start);
        piece.terms.push(term);
      }
    }
  }
  return pieces;
}
