/**
 * Ctrl-C during long work. The first signal stops the work, which keeps its results so far. The second signal ends the
 * process at once.
 */

export interface InterruptOptions {
  /** The signals to catch. Ctrl-C sends SIGINT. */
  readonly signals?: readonly NodeJS.Signals[];
  /** Called at the first signal, before the work is aborted. An error that it returns is the reason of the abort. */
  readonly onStop?: (name: NodeJS.Signals) => Error | undefined;
  /** Called at the second signal, just before the process ends. It deletes temporary files and must be synchronous. */
  readonly cleanUp?: () => void;
}

/** Runs `work`, which stops early when its signal aborts. */
export async function runInterruptible<Result>(
  work: (signal: AbortSignal) => Promise<Result>,
  { signals = ['SIGINT'], onStop, cleanUp }: InterruptOptions = {},
): Promise<Result> {
  const controller = new AbortController();
  const listen = () => {
    for (const name of signals) process.on(name, onSignal);
  };
  const ignore = () => {
    for (const name of signals) process.off(name, onSignal);
  };
  const onSignal = (name: NodeJS.Signals) => {
    if (!controller.signal.aborted) {
      controller.abort(onStop?.(name));
      return;
    }
    cleanUp?.();
    // The signal itself ends the process, as if it had never been caught. process.exit would wait for the current round
    // of training.
    ignore();
    process.kill(process.pid, name);
  };
  listen();
  try {
    return await work(controller.signal);
  } finally {
    ignore();
  }
}
