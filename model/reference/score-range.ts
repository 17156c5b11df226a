/**
 * The last step of a score: raw sum → score within the model's range. native/score_map.h is the twin; both give the same
 * double for every raw sum.
 */
import type { ScoreMapTables } from '../../native/index.ts';

/** In stars. */
export type ScoreRange = readonly [lowest: number, highest: number];

/**
 * A non-decreasing, continuous, piecewise linear map, as a bundle stores it. Between raw[i] and raw[i + 1] the score is
 * scores[i] + (sum − raw[i]) · slopes[i].
 */
export interface EndMap {
  /** Ascending raw sums, at least two. */
  readonly raw: readonly number[];
  /** The score of each raw sum. Sums outside `raw` get the first or the last score. */
  readonly scores: readonly number[];
  /** One slope per interval, at least 0. */
  readonly slopes: readonly number[];
}

/** Immutable. */
export class ScoreMap implements ScoreMapTables {
  readonly raw: Float64Array;
  readonly scores: Float64Array;
  /** Empty if every sum between the ends is its own score. */
  readonly slopes: Float64Array;

  private constructor({ raw, scores, slopes }: EndMap) {
    this.raw = Float64Array.from(raw);
    this.scores = Float64Array.from(scores);
    this.slopes = Float64Array.from(slopes);
  }

  /** The map that clamps to the range. */
  static clampTo(range: ScoreRange): ScoreMap {
    return new ScoreMap({ raw: range, scores: range, slopes: [] });
  }

  /** REQUIRES: the map is as bundle/manifest.ts accepts it. */
  static endMap(map: EndMap): ScoreMap {
    return new ScoreMap(map);
  }

  /** The score of a raw sum. NaN gives the lowest score. */
  score(sum: number): number {
    const { raw, scores, slopes } = this;
    const last = raw.length - 1;
    if (!(sum > (raw[0] as number))) return scores[0] as number;
    if (sum >= (raw[last] as number)) return scores[last] as number;
    if (slopes.length === 0) return sum;
    const i = this.#pieceAt(sum);
    return (scores[i] as number) + (sum - (raw[i] as number)) * (slopes[i] as number);
  }

  /** The slope of the map at a raw sum: 0 at the ends and beyond. */
  slope(sum: number): number {
    const { raw, slopes } = this;
    if (!(sum > (raw[0] as number)) || sum >= (raw[raw.length - 1] as number)) return 0;
    return slopes.length === 0 ? 1 : (slopes[this.#pieceAt(sum)] as number);
  }

  /** The piece that a raw sum between the ends is in. */
  #pieceAt(sum: number): number {
    let i = 0;
    while (sum >= (this.raw[i + 1] as number)) i++;
    return i;
  }
}

/** The map of a bundle: its end map, or without one a clamp to its range. */
export function scoreMapOf(manifest: { readonly scoreRange: ScoreRange; readonly endMap?: EndMap }): ScoreMap {
  return manifest.endMap === undefined ? ScoreMap.clampTo(manifest.scoreRange) : ScoreMap.endMap(manifest.endMap);
}
