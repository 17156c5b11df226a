/**
 * The knee of a server: the highest rate that it holds, which is to accept (nearly) all that is offered, and in time. Rates are doubled from the first
 * until one is not held, and then halved in between, by their logarithm. They are whole requests a second, from 1 on.
 */
import type { Figures } from './recorder.ts';

export interface KneeOptions {
  readonly firstRate: number;
  /** That 99 of a hundred accepted answers have to take at most. */
  readonly p99LimitMs: number;
  readonly signal?: AbortSignal;
  readonly onStep?: (step: KneeStep) => void;
}

export interface KneeStep {
  readonly rate: number;
  readonly isHeld: boolean;
  /** Why it is not held; what the generator is too slow for says nothing of the server. */
  readonly why: '' | 'not all accepted' | 'p99 above the limit' | 'too much for the generator' | 'broken off';
  readonly figures: Figures;
}

export interface Knee {
  /** Undefined if not even the first was held. */
  readonly rate: number | undefined;
  /** By rate. */
  readonly steps: readonly KneeStep[];
}

const ACCEPTED_SHARE = 0.99;
const HALVINGS = 4; // to within 2^(1/16): 4 %
const MAX_STEPS = 24;

/** `measure` runs an open loop at a rate. */
export async function findKnee(options: KneeOptions, measure: (rate: number) => Promise<Figures>): Promise<Knee> {
  const { firstRate, p99LimitMs, signal, onStep } = options;
  const steps: KneeStep[] = [];
  let held = 0;
  let failed = Number.POSITIVE_INFINITY;
  for (let halvings = 0; halvings < HALVINGS && steps.length < MAX_STEPS; ) {
    if (Number.isFinite(failed)) halvings++;
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
