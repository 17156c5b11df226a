/**
 * Progress of long work on stderr: a bar with the remaining time in a terminal, lines elsewhere, nothing with --quiet.
 */
import type { SingleBar } from 'cli-progress';
import type { RoundMetrics } from '../../native/index.ts';

export interface Progress {
  /** A new stage of the work begins. */
  readonly onStage: (stage: string) => void;
  /** `done` of `total` steps of the stage are done. */
  readonly onProgress: (done: number, total: number) => void;
  /** A round of boosting ended. */
  readonly onRound: (metrics: RoundMetrics) => void;
  /** Removes the bar, so that other messages can be printed. The next call of another function shows it again. */
  readonly pause: () => void;
}

export function createProgress(
  isQuiet: boolean,
  stream: NodeJS.WritableStream & { readonly isTTY?: boolean } = process.stderr,
): Promise<Progress> | Progress {
  if (isQuiet) return { onStage: nothing, onProgress: nothing, onRound: nothing, pause: nothing };
  return stream.isTTY ? barProgress(stream) : lineProgress(stream);
}

function nothing(): void {}

function lineProgress(stream: NodeJS.WritableStream): Progress {
  const logLine = (message: string) => void stream.write(`hoshi: ${message}\n`);
  return {
    onStage: logLine,
    onProgress: nothing,
    onRound: (metrics) => {
      const { round, rounds } = metrics;
      if (round % 100 === 0 || round === rounds) logLine(`round ${round} of ${rounds}: ${valuesOf(metrics)}`);
    },
    pause: nothing,
  };
}

async function barProgress(stream: NodeJS.WritableStream): Promise<Progress> {
  const { SingleBar } = await import('cli-progress');
  let bar: SingleBar | undefined;
  const pause = () => {
    bar?.stop();
    bar = undefined;
  };
  const step = (done: number, total: number, note: string) => {
    if (bar === undefined) {
      bar = new SingleBar({
        format: 'hoshi: {bar} {percentage} %, {eta_formatted} left {note}',
        stream,
        clearOnComplete: true,
        barsize: 30,
        gracefulExit: false, // interrupt.ts handles Ctrl-C
      });
      bar.start(total, done, { note });
    }
    bar.setTotal(total);
    bar.update(done, { note });
  };
  return {
    onStage: (stage) => {
      pause();
      stream.write(`hoshi: ${stage}\n`);
    },
    onProgress: (done, total) => step(done, total, ''),
    onRound: (metrics) => step(metrics.round, metrics.rounds, valuesOf(metrics)),
    pause,
  };
}

/** `rmse 0.4321 / 0.5678`: the metric on the training set and on the validation set. */
function valuesOf({ metrics }: RoundMetrics): string {
  return Object.entries(metrics)
    .map(([name, { training, validation }]) => {
      const values = [training, validation].filter((value) => value !== undefined);
      return `${name} ${values.map((value) => value.toFixed(4)).join(' / ')}`;
    })
    .join(', ');
}
