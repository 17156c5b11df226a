/**
 * Keeps garbage small in a large training. V8 lets garbage grow to the size of all that is in use, and glibc keeps freed
 * blocks.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { returnFreedBlocks } from '../../native/index.ts';

/** A training of fewer reviews leaves little. */
const MIN_REVIEWS = 100_000;

/** The garbage that V8 lets come before it collects it, in percent of all that is in use. */
const GROWTH = 25;

let collect: (() => void) | undefined;

/**
 * Frees garbage before the large arrays of the next stage, and lets less of it come from now on. Does nothing for few
 * reviews. A collection takes some tenths of a second for a million reviews.
 */
export function freeGarbage(reviews: number): void {
  if (reviews < MIN_REVIEWS) return;
  if (collect === undefined) {
    returnFreedBlocks();
    setFlagsFromString(`--heap-growing-percent=${GROWTH}`);
    setFlagsFromString('--expose-gc'); // only in contexts that are made from now on
    collect = runInNewContext('gc') as () => void;
  }
  collect();
}
