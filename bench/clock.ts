/**
 * The contender's side, for contenders in Node. It sends its answers, then times passes through the texts on request.
 * The clock is the processor time of the process with all its threads, so that other work on the machine changes
 * little.
 */
import { Bench, type TimestampProvider } from 'tinybench';
import type { Answers, Order, Samples, Stage } from './contender.ts';

const processorTime: TimestampProvider = {
  name: 'processor time',
  fn: () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  fromMs: (milliseconds) => milliseconds * 1000,
  toMs: (microseconds) => Number(microseconds) / 1000,
};

/** Does the work of a stage on text number i. */
export type Work = (i: number) => unknown;

/** Sends the answers, then serves orders until the parent disconnects. */
export function serveOrders(answers: Answers, work: Readonly<Partial<Record<Stage, Work>>>): void {
  process.on('message', async ({ stage, milliseconds }: Order) => {
    const run = work[stage];
    if (run === undefined)
      throw new Error(`Expected one of the stages ${Object.keys(work).join(', ')}, received ${stage}`);
    process.send?.(await samplesOf(run, answers.ends.length, milliseconds));
  });
  process.send?.(answers);
}

async function samplesOf(run: Work, count: number, milliseconds: number): Promise<Samples> {
  const bench = new Bench({
    time: milliseconds,
    iterations: 3,
    warmupTime: milliseconds / 4,
    warmupIterations: 1,
    retainSamples: true,
    timestampProvider: processorTime,
  });
  bench.add('pass', () => {
    for (let i = 0; i < count; i++) run(i);
  });
  await bench.run();
  const result = bench.tasks[0]?.result;
  if (result === undefined || !('latency' in result) || result.latency.samples === undefined)
    throw new Error(`Expected timings from tinybench, received the state ${result?.state}`);
  return result.latency.samples.map((latencyMs) => (latencyMs * 1000) / count);
}
