import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withInterrupt } from '../../../cli/terminal/interrupt.ts';

test('the first Ctrl-C aborts the signal, and work that ends by itself leaves none that listens', async () => {
  const listeners = process.listenerCount('SIGINT');
  const told: string[] = [];
  const handlers = { onFirst: () => told.push('first'), onSecond: () => told.push('second') };
  const answer = await withInterrupt(async (signal) => {
    assert.equal(signal.aborted, false);
    process.emit('SIGINT');
    assert.equal(signal.aborted, true);
    return 'the best so far';
  }, handlers);
  assert.deepEqual([answer, told], ['the best so far', ['first']]);
  await assert.rejects(
    withInterrupt(() => Promise.reject(new Error('mine')), handlers),
    /^Error: mine$/,
  );
  assert.equal(process.listenerCount('SIGINT'), listeners);
});
