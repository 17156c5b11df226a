/**
 * The load generator as a separate process, so that its work and garbage collection do not disturb the benchmark.
 * loader.ts forks it and sends it one order at a time.
 */
import { runClosedLoop, runOpenLoop } from '../cli/loadtest/run.ts';
import { targetOf } from '../cli/loadtest/target.ts';
import type { LoadOrder } from './loader.ts';

const TIMEOUT_MS = 10_000;

process.on('message', async ({ port, texts, loop, connections }: LoadOrder) => {
  const target = targetOf({ url: `http://127.0.0.1:${port}` }, texts);
  const options = { target, texts, isChecked: true, connections, timeoutMs: TIMEOUT_MS };
  process.send?.(await ('rate' in loop ? runOpenLoop(options, loop) : runClosedLoop(options, loop)));
});
