/** The texts whose scores move most, and the words that move them. */
import { compareCodePoints } from '../reference/vectorizer.ts';
import type { PlacedTerm } from '../scoring/contribution-pieces.ts';
import { type ExplainedTerm, type Explanation, UnexplainableError } from '../scoring/explain.ts';
import type { Scorer } from '../scoring/scorer.ts';
import { type Pair, type RangeMap, rangeMapOf } from './range-map.ts';

/** A text with a score that moves. Both scores are in stars of NEW's range; `move` is new − old. */
export interface Move extends Pair<number> {
  readonly text: string;
  readonly move: number;
}

/** The contributions of both models are in stars of NEW's range. Null if a model cannot be explained. */
export interface ExplainedMove extends Move {
  readonly terms: readonly MovedTerm[];
  /** The parts of both scores that belong to no term of the text (scoring/explain.ts). */
  readonly parts: Readonly<Record<PartName, Pair<number | null>>>;
}

const partNames = ['base', 'absent', 'held'] as const;
export type PartName = (typeof partNames)[number];

export interface MovedTerm extends PlacedTerm {
  /** Null if the model has no such term, or cannot be explained. */
  readonly old: number | null;
  /** Null as above. */
  readonly new: number | null;
  /** new − old, where a missing term counts as 0. If only one model can be explained, that model's contribution. */
  readonly contribution: number;
}

/** Keeps the `most` texts with the largest |move|. The first of equal ones wins; a text counts once. */
export class LargestMoves {
  readonly #most: number;
  readonly #moves: Move[] = []; // by |move|, from the largest
  readonly #texts = new Set<string>();

  constructor(most: number) {
    this.#most = most;
  }

  get moves(): readonly Move[] {
    return this.#moves;
  }

  add(move: Move): void {
    const size = Math.abs(move.move);
    const last = this.#moves[this.#most - 1];
    if (this.#most === 0 || size === 0 || (last !== undefined && size <= Math.abs(last.move))) return;
    if (this.#texts.has(move.text)) return;
    const place = this.#moves.findIndex(({ move: other }) => Math.abs(other) < size);
    this.#moves.splice(place === -1 ? this.#moves.length : place, 0, move);
    this.#texts.add(move.text);
    if (this.#moves.length > this.#most) this.#texts.delete((this.#moves.pop() as Move).text);
  }
}

/**
 * Adds the words to moves. `warn` gets a message for a model that cannot be explained; the words of the other model are
 * then still there.
 */
export async function explainMoves(
  scorers: Pair<Scorer>,
  moves: readonly Move[],
  warn: (message: string) => void,
): Promise<ExplainedMove[]> {
  if (moves.length === 0) return [];
  const range = rangeMapOf({ old: scorers.old.bundle, new: scorers.new.bundle });
  const isExplained = {
    old: await canExplain(scorers.old, 'OLD', warn),
    new: await canExplain(scorers.new, 'NEW', warn),
  };
  const explained: ExplainedMove[] = [];
  for (const move of moves) {
    const before = isExplained.old ? mapExplanation(await scorers.old.explain(move.text), range) : undefined;
    const after = isExplained.new ? await scorers.new.explain(move.text) : undefined;
    const part = (name: PartName) => ({ old: before?.[name] ?? null, new: after?.[name] ?? null });
    explained.push({
      ...move,
      terms: moveTerms(before, after),
      parts: { base: part('base'), absent: part('absent'), held: part('held') },
    });
  }
  return explained;
}

async function canExplain(scorer: Scorer, role: string, warn: (message: string) => void): Promise<boolean> {
  try {
    await scorer.explain('');
    return true;
  } catch (error) {
    if (!(error instanceof UnexplainableError)) throw error;
    warn(`the moves have no words of ${role}: ${error.message}`);
    return false;
  }
}

/** An explanation of OLD in stars of NEW's range. The parts still sum to the mapped score. */
function mapExplanation({ score, base, absent, held, terms }: Explanation, range: RangeMap): Explanation {
  const { slope } = range;
  return {
    score: range.score(score),
    base: range.score(base),
    absent: slope * absent,
    held: slope * held,
    terms: terms.map((term) => ({ ...term, contribution: slope * term.contribution })),
  };
}

/** The terms of both explanations, by |contribution| from the largest; equal ones in the order of code points. */
function moveTerms(before: Explanation | undefined, after: Explanation | undefined): MovedTerm[] {
  const [oldTerms, newTerms] = [termsByName(before), termsByName(after)];
  const names = new Set([...newTerms.keys(), ...oldTerms.keys()]);
  return Array.from(names, (name): MovedTerm => {
    const [old, now] = [oldTerms.get(name), newTerms.get(name)];
    const contributions = { old: old?.contribution ?? 0, new: now?.contribution ?? 0 };
    return {
      term: (now ?? old)?.term ?? name,
      offsets: (now ?? old)?.offsets ?? [],
      old: old?.contribution ?? null,
      new: now?.contribution ?? null,
      contribution: after === undefined ? contributions.old : contributions.new - contributions.old,
    };
  }).sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution) || compareCodePoints(a.term, b.term));
}

function termsByName(explanation: Explanation | undefined): Map<string, ExplainedTerm> {
  return new Map((explanation?.terms ?? []).map((term) => [term.name, term]));
}
