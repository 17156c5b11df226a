/**
 * Times a pass through the texts, again and again: what each contender that runs in Node answers an order with. The clock is the
 * processor time of the process, all its threads together, so that what else runs on the machine counts little.
 */
import { Bench, type TimestampProvider } from 'tinybench';
import type { Answers, Order, Samples, Stage } from './protocol.ts';

const processorTime: TimestampProvider = {
  name: 'processor time',
  fn: () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  fromMs: (milliseconds) => milliseconds * 1000,
  toMs: (microseconds) => Number(microseconds) / 1000,
};

/** Does a stage's work on text number i. */
export type Work = (i: number) => unknown;

/** Tells the answers, then takes orders until the parent hangs up. */
export function contend(answers: Answers, work: Readonly<Partial<Record<Stage, Work>>>): void {
  process.on('message', async ({ stage, milliseconds }: Order) => {
    const run = work[stage];
    if (run === undefined) throw new Error(`Expected an order for a stage of this contender, received ${stage}`);
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
    throw new Error(`Expected timings, received none: ${result?.state}`);
  return result.latency.samples.map((latencyMs) => (latencyMs * 1000) / count);
}
