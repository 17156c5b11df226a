/**
 * Scores a stream of texts with two models. Memory is three doubles per text and the texts with the largest moves.
 */
import { createHash } from 'node:crypto';
import { addToHash } from '../io/reviews.ts';
import type { Scorer } from '../scoring/scorer.ts';
import { LargestMoves, type Move } from './moves.ts';
import { type Pair, rangeMapOf } from './range-map.ts';

export interface ComparedText {
  readonly text: string;
  /** Missing if nobody gave stars. */
  readonly stars?: number;
}

export interface ScoredPair {
  /** One for each text, in their order. OLD's scores are as it gave them. */
  readonly scores: Pair<Float64Array>;
  /** Only if every text has stars. */
  readonly stars?: Float64Array;
  /** SHA-256 of the texts, with stars as io/reviews.ts has it, in hexadecimal. */
  readonly hash: string;
  /** By |move|, from the largest. Each text once. */
  readonly largest: readonly Move[];
}

/**
 * `top` is the number of largest moves to keep. All texts have stars, or none has. `onProgress` gets the number of
 * texts scored so far.
 */
export async function scorePair(
  scorers: Pair<Scorer>,
  chunks: AsyncIterable<readonly ComparedText[]> | Iterable<readonly ComparedText[]>,
  { top, onProgress }: { readonly top: number; readonly onProgress?: (texts: number) => void },
): Promise<ScoredPair> {
  const { score: map } = rangeMapOf({ old: scorers.old.bundle, new: scorers.new.bundle });
  const [oldScores, newScores, stars] = [new Column(), new Column(), new Column()];
  const largest = new LargestMoves(top);
  const hash = createHash('sha256');
  for await (const chunk of chunks) {
    const texts = chunk.map(({ text }) => text);
    const [before, after] = await Promise.all([scorers.old.scoreBatch(texts), scorers.new.scoreBatch(texts)]);
    oldScores.push(before);
    newScores.push(after);
    stars.push(Float64Array.from(chunk.flatMap((text) => text.stars ?? [])));
    chunk.forEach((compared, i) => {
      addToHash(hash, compared);
      const [old, now] = [map(before[i] as number), after[i] as number];
      largest.add({ text: compared.text, old, new: now, move: now - old });
    });
    onProgress?.(newScores.length);
  }
  return {
    scores: { old: oldScores.values(), new: newScores.values() },
    ...(stars.length > 0 && stars.length === newScores.length ? { stars: stars.values() } : {}),
    hash: hash.digest('hex'),
    largest: largest.moves,
  };
}

/** Numbers that come in chunks. */
class Column {
  readonly #chunks: Float64Array[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(chunk: Float64Array): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  values(): Float64Array {
    const values = new Float64Array(this.#length);
    let at = 0;
    for (const chunk of this.#chunks) {
      values.set(chunk, at);
      at += chunk.length;
    }
    return values;
  }
}
