/**
 * Finds the knee of a server: the highest rate that it holds. A server holds a rate if it accepts at least 99 % of the
 * requests, and its p99 latency stays within a limit. The search doubles the rate until one is not held. Then it
 * bisects between the highest rate that was held and the lowest that was not, on a logarithmic scale. Rates are whole
 * requests per second, from 1 on.
 */
import type { Figures } from './recorder.ts';

export interface KneeOptions {
  readonly firstRate: number;
  /** The highest p99 latency of accepted responses at a rate that is held. */
  readonly p99LimitMs: number;
  readonly signal?: AbortSignal;
  readonly onStep?: (step: KneeStep) => void;
}

export interface KneeStep {
  readonly rate: number;
  readonly isHeld: boolean;
  /** Why the rate is not held. 'too much for the generator' says nothing about the server. */
  readonly why: '' | 'not all accepted' | 'p99 above the limit' | 'too much for the generator' | 'broken off';
  readonly figures: Figures;
}

export interface Knee {
  /** Undefined if the server does not hold the first rate. */
  readonly rate: number | undefined;
  /** In ascending order of their rates. */
  readonly steps: readonly KneeStep[];
}

const ACCEPTED_SHARE = 0.99;
const MAX_BISECTIONS = 4; // these narrow a factor of 2 to 2^(1/16), which is 4 %
const MAX_STEPS = 24;

/** `measure` runs an open loop at the given rate. */
export async function findKnee(options: KneeOptions, measure: (rate: number) => Promise<Figures>): Promise<Knee> {
  const { firstRate, p99LimitMs, signal, onStep } = options;
  const steps: KneeStep[] = [];
  let held = 0;
  let failed = Number.POSITIVE_INFINITY;
  for (let bisections = 0; bisections < MAX_BISECTIONS && steps.length < MAX_STEPS; ) {
    if (Number.isFinite(failed)) bisections++;
    const next = held === 0 ? firstRate : Number.isFinite(failed) ? Math.sqrt(held * failed) : held * 2;
    const rate = Math.max(1, Math.round(next));
    if (rate === held || rate === failed) break;
    const figures = await measure(rate);
    const why = signal?.aborted ? 'broken off' : whyNotHeld(figures, p99LimitMs);
    const step = { rate, isHeld: why === '', why, figures };
    steps.push(step);
    onStep?.(step);
    if (why === '') held = rate;
    else failed = rate;
    if (held === 0 || why === 'broken off') break;
  }
  return { rate: held === 0 ? undefined : held, steps: steps.toSorted((one, other) => one.rate - other.rate) };
}

function whyNotHeld({ offered, accepted, latency, lag }: Figures, p99LimitMs: number): KneeStep['why'] {
  const isAllAccepted = accepted >= ACCEPTED_SHARE * offered;
  const isInTime = (latency.accepted?.p99Ms ?? 0) <= p99LimitMs;
  if (isAllAccepted && isInTime) return '';
  if ((lag?.p99Ms ?? 0) > p99LimitMs / 2) return 'too much for the generator';
  return isAllAccepted ? 'p99 above the limit' : 'not all accepted';
}
