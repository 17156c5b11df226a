/**
 * Ctrl-C during long work. The first signal stops the work, which keeps its results so far. The second signal ends the
 * process at once. So does any other signal that asks the process to end.
 */

/** Ctrl-C sends SIGINT, a terminal that closes SIGHUP, a process manager SIGTERM. */
const END_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface InterruptOptions {
  /** The signals that stop the work first. The others of END_SIGNALS end the process at once. */
  readonly signals?: readonly NodeJS.Signals[];
  /** Called at the first signal, before the work is aborted. An error that it returns is the reason of the abort. */
  readonly onStop?: (name: NodeJS.Signals) => Error | undefined;
  /** Called just before a signal ends the process. It deletes temporary files and must be synchronous. */
  readonly cleanUp?: () => void;
}

/** Runs `work`, which stops early when its signal aborts. */
export async function runInterruptible<Result>(
  work: (signal: AbortSignal) => Promise<Result>,
  { signals = ['SIGINT'], onStop, cleanUp }: InterruptOptions = {},
): Promise<Result> {
  const controller = new AbortController();
  const listen = () => {
    for (const name of END_SIGNALS) process.on(name, onSignal);
  };
  const ignore = () => {
    for (const name of END_SIGNALS) process.off(name, onSignal);
  };
  const onSignal = (name: NodeJS.Signals) => {
    if (!controller.signal.aborted && signals.includes(name)) {
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
