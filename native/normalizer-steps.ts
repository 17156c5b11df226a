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

/** Checks that the steps are known, in order, and named once. Throws a NativeError with the code `argument`. */
export function checkSteps(steps: readonly string[]): readonly NormalizerStep[] {
  if (!Array.isArray(steps)) throw argumentError('the steps', 'an array', steps);
  const names: readonly string[] = Array.from(steps);
  const known = NORMALIZER_STEPS.filter((step) => names.includes(step));
  if (known.length !== names.length || known.some((step, i) => step !== names[i]))
    throw argumentError('the steps', `some of ${NORMALIZER_STEPS.join(', ')}, in this order`, names.join(', '));
  return known;
}
