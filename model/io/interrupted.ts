/**
 * The error of a long task that a signal stopped before it had a result. The command line exits with status 130 then.
 */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';

  /** Throws an Interrupted if the signal is aborted. */
  static throwIf(signal: AbortSignal | undefined): void {
    if (signal?.aborted) throw new Interrupted('interrupted before there was a model; nothing was written');
  }
}
