/**
 * The steps of the normalizer. They run in this order. native/normalizer/normalizer.h has the same order, and
 * model/reference/normalizer.ts describes the steps.
 */
import { argumentError } from './errors.ts';

export const NORMALIZER_STEPS = [
  'emoji',
  'dashes',
  'nfkc',
  'punctuation',
  'repeats',
  'elongation',
  'spelling',
] as const;

export type NormalizerStep = (typeof NORMALIZER_STEPS)[number];

/** Whether the steps are known, in order, and named once. */
export function areSteps(names: readonly unknown[]): names is readonly NormalizerStep[] {
  const known = NORMALIZER_STEPS.filter((step) => names.includes(step));
  return known.length === names.length && known.every((step, i) => step === names[i]);
}

/** Returns a copy of the steps. Throws a NativeError with the code `argument` unless `areSteps`. */
export function checkSteps(steps: readonly string[]): readonly NormalizerStep[] {
  if (!Array.isArray(steps)) throw argumentError('the steps', 'an array', steps);
  const names: readonly string[] = Array.from(steps);
  if (!areSteps(names))
    throw argumentError('the steps', `some of ${NORMALIZER_STEPS.join(', ')}, in this order`, names.join(', '));
  return names;
}
