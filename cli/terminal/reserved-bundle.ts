/** The frame of every command that makes a bundle. */
import { BundleDestination } from '../../model/bundle/destination.ts';
import { requireLightgbm } from '../lightgbm.ts';
import { type InterruptOptions, runInterruptible } from './interrupt.ts';

/**
 * Runs `work` with the folder `out` reserved for a bundle. Builds LightGBM first if it is missing. Throws before the work if it
 * cannot be built, or if no bundle can be written to the folder. A signal that ends the process leaves no temporary file behind.
 */
export async function withReservedBundle<Result>(
  out: string,
  work: (destination: BundleDestination, signal: AbortSignal) => Promise<Result>,
  options: InterruptOptions = { signals: [] },
): Promise<Result> {
  requireLightgbm();
  const destination = BundleDestination.reserve(out);
  const cleanUp = () => {
    options.cleanUp?.();
    destination.release();
  };
  try {
    return await runInterruptible((signal) => work(destination, signal), { ...options, cleanUp });
  } finally {
    destination.release();
  }
}
