/** A text and what its terms add to the score → pieces of the text, each with what it adds. */
import type { ExplainedTerm } from '../../scoring/explain.ts';

type PlacedTerm = Pick<ExplainedTerm, 'term' | 'offsets' | 'contribution'>;

export interface Piece {
  readonly text: string;
  /** The sum of what its characters have of the terms over them. */
  readonly contribution: number;
  /** Those terms. */
  readonly terms: readonly PlacedTerm[];
}

/**
 * A term's contribution is shared out evenly to its places, and there to the characters. Pieces meet where a term begins or ends, so
 * that they add up to all of the terms' contributions, however these overlap.
 */
export function piecesOf(text: string, terms: readonly PlacedTerm[]): Piece[] {
  const edges = new Set([0, text.length]);
  const starting = new Map<number, { end: number; perUnit: number; term: PlacedTerm }[]>();
  for (const term of terms) {
    for (const [start, end] of term.offsets) {
      edges.add(start).add(end);
      const perUnit = term.contribution / term.offsets.length / (end - start);
      starting.set(start, [...(starting.get(start) ?? []), { end, perUnit, term }]);
    }
  }
  const sorted = [...edges].sort((a, b) => a - b);
  let open: { end: number; perUnit: number; term: PlacedTerm }[] = [];
  return sorted.slice(0, -1).map((start, i) => {
    const end = sorted[i + 1] as number;
    open = [...open.filter((each) => each.end > start), ...(starting.get(start) ?? [])];
    return {
      text: text.slice(start, end),
      contribution: open.reduce((sum, { perUnit }) => sum + perUnit * (end - start), 0),
      terms: [...new Set(open.map(({ term }) => term))],
    };
  });
}
