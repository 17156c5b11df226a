/** What a long work ends with when it is told to stop and has nothing to show yet. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';

  static throwIf(signal: AbortSignal | undefined): void {
    if (signal?.aborted) throw new Interrupted('interrupted before there was a model; nothing was written');
  }
}
