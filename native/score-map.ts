/** The tables of a score map (score_map.h), and their check. model/reference/score-range.ts is the twin. */
import * as types from 'node:util/types';
import { checkArray, lengthOf } from './checks.ts';
import { argumentError } from './errors.ts';

/** Raw sum → score, piecewise linear, in stars. */
export interface ScoreMapTables {
  /** Ascending, at least two. */
  readonly raw: Float64Array;
  /** As many as `raw`, not descending. */
  readonly scores: Float64Array;
  /** One fewer than `raw`. Or none: then a sum between the ends of `raw` is its own score. */
  readonly slopes: Float64Array;
}

/** Throws a NativeError with the code `argument` if the tables are not as above. Returns a copy of the object. */
export function checkScoreMap(map: ScoreMapTables): ScoreMapTables {
  if (typeof map !== 'object' || map === null) throw argumentError('the score map', 'an object', map);
  const { raw, scores, slopes } = map;
  for (const [name, array] of Object.entries({ raw, scores, slopes }))
    checkArray(array, types.isFloat64Array, 'a Float64Array', `scoreMap.${name}`);
  const count = lengthOf(raw);
  if (count < 2) throw argumentError('scoreMap.raw.length', '2 or more', count);
  if (lengthOf(scores) !== count)
    throw argumentError('scoreMap.scores.length', `${count}, the length of raw`, lengthOf(scores));
  const pieces = lengthOf(slopes);
  if (pieces !== 0 && pieces !== count - 1)
    throw argumentError('scoreMap.slopes.length', `0 or ${count - 1}, one less than the length of raw`, pieces);
  for (let i = 1; i < count; i++) {
    const [before, after] = [raw[i - 1] as number, raw[i] as number];
    if (!(before < after)) throw argumentError(`scoreMap.raw[${i}]`, `above ${before}`, after);
    const [lower, upper] = [scores[i - 1] as number, scores[i] as number];
    if (!(lower <= upper)) throw argumentError(`scoreMap.scores[${i}]`, `at least ${lower}`, upper);
  }
  return { raw, scores, slopes };
}
