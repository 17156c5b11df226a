/**
 * The limits below which reviews are too few for a figure or a plot, all in one place. A report warns above each plot
 * whose data is below its limit.
 */
import { type StarGroup, starsText } from './star-sides.ts';

/**
 * Fewer reviews mark a report as based on few reviews. At 300, the 95 % interval of a share such as the accuracy of the
 * labels is about 10 points wide.
 */
export const ENOUGH_REVIEWS = 300;
/** The same for the reviews with the lowest, and with the highest stars: AUC is measured on these. */
export const ENOUGH_AT_ENDS = 30;
/** A group of fewer reviews is drawn as single reviews: it has no quantiles worth the name. */
export const ENOUGH_FOR_SPREAD = 20;
/** Neighbouring bins of a plot are joined until each has so many reviews. */
export const ENOUGH_FOR_BIN = 10;
/** A label, or a row of a confusion matrix. */
export const ENOUGH_FOR_ROW = 20;
/** The reviews that the contributions of terms are averaged over. */
export const ENOUGH_FOR_TERMS = 100;
/** The texts of a comparison, for a histogram and a density. */
export const ENOUGH_FOR_MOVES = 100;
/** Reviews that weights of terms were learned from. */
export const ENOUGH_FOR_WEIGHTS = ENOUGH_REVIEWS;
/** The held-out reviews of a curve of boosting rounds. */
export const ENOUGH_FOR_ROUNDS = 100;
/** Reviews with the lowest, and with the highest stars, to extrapolate the learning curve from. */
export const ENOUGH_FOR_GAIN = 10;
/** Draws of fewer reviews are too much alike: their interval would be far too narrow. */
export const ENOUGH_FOR_BOOTSTRAP = 10;
/** The same for the reviews on each side of an AUC. */
export const ENOUGH_FOR_BOOTSTRAP_SIDE = 5;

/** In what way the reviews of a report are few, as a sentence. Undefined if they are enough. */
export function fewReviews(
  reviews: number,
  lowest: StarGroup | undefined,
  highest: StarGroup | undefined,
): string | undefined {
  if (reviews < ENOUGH_REVIEWS)
    return `There are only ${reviews} reviews; from ${ENOUGH_REVIEWS} on, the figures are more certain.`;
  const [rarest] = [lowest, highest].filter((group) => group !== undefined).sort((a, b) => a.reviews - b.reviews);
  if (rarest === undefined || rarest.reviews >= ENOUGH_AT_ENDS) return undefined;
  return `Only ${rarest.reviews} of the ${reviews} reviews have ${starsText(rarest)}; from ${ENOUGH_AT_ENDS} on, AUC is more certain.`;
}
