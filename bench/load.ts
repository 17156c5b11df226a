/** Load in a process of its own, so that neither its work nor its garbage is the benchmark's: forked by loader.ts, order by order. */
import { runClosedLoop, runOpenLoop } from '../cli/loadtest/run.ts';
import { targetOf } from '../cli/loadtest/target.ts';
import type { LoadOrder } from './loader.ts';

const TIMEOUT_MS = 10_000;

process.on('message', async ({ port, texts, loop, connections }: LoadOrder) => {
  const target = targetOf({ url: `http://127.0.0.1:${port}` }, texts);
  const options = { target, texts, isChecked: true, connections, timeoutMs: TIMEOUT_MS };
  process.send?.(await ('rate' in loop ? runOpenLoop(options, loop) : runClosedLoop(options, loop)));
});
