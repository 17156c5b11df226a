/** Ctrl-C during a long work: the first asks it to stop with what it has, the second ends the process at once. */

/** `onFirst` may tell so; `onSecond` clears away what the work leaves when it is cut off, and must be synchronous. */
export async function withInterrupt<Answer>(
  work: (signal: AbortSignal) => Promise<Answer>,
  { onFirst, onSecond }: { onFirst: () => void; onSecond: () => void },
): Promise<Answer> {
  const controller = new AbortController();
  const onSignal = () => {
    if (!controller.signal.aborted) {
      controller.abort();
      onFirst();
      return;
    }
    onSecond();
    // By the signal itself, as if it had never been caught: process.exit would wait for the round under way.
    process.off('SIGINT', onSignal);
    process.kill(process.pid, 'SIGINT');
  };
  process.on('SIGINT', onSignal);
  try {
    return await work(controller.signal);
  } finally {
    process.off('SIGINT', onSignal);
  }
}
