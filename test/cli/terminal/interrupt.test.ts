import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInterruptible } from '../../../cli/terminal/interrupt.ts';

test('the first Ctrl-C aborts the signal; no listener is left when the work ends', async () => {
  const listeners = process.listenerCount('SIGINT');
  const called: string[] = [];
  const options = {
    onStop: () => void called.push('onStop'),
    cleanUp: () => called.push('cleanUp'),
  };
  const result = await runInterruptible(async (signal) => {
    assert.equal(signal.aborted, false);
    process.emit('SIGINT', 'SIGINT');
    assert.equal(signal.aborted, true);
    return 'the best so far';
  }, options);
  assert.deepEqual([result, called], ['the best so far', ['onStop']]);
  await assert.rejects(
    runInterruptible(() => Promise.reject(new Error('mine')), options),
    /^Error: mine$/,
  );
  assert.equal(process.listenerCount('SIGINT'), listeners);
});

test('any of the given signals aborts, and onStop may give the reason', async () => {
  const listeners = process.listenerCount('SIGTERM');
  const onStop = (name: string) => new Error(`stopped by ${name}`);
  const reason = await runInterruptible(
    async (signal) => {
      process.emit('SIGTERM', 'SIGTERM');
      return signal.reason;
    },
    { signals: ['SIGINT', 'SIGTERM'], onStop },
  );
  assert.equal((reason as Error).message, 'stopped by SIGTERM');
  assert.equal(process.listenerCount('SIGTERM'), listeners);
});
