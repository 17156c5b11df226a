import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { nowMs } from '../../function/clock.ts';

test('the clock gives the times of performance.now(), in milliseconds since the process began', async () => {
  for (let i = 0; i < 3; i++) {
    const [before, now, after] = [performance.now(), nowMs(), performance.now()];
    assert.ok(now > before - 20 && now < after + 20, `${before} ${now} ${after}`);
    await delay(5);
  }
});

test('the clock never goes back', () => {
  let last = nowMs();
  for (let i = 0; i < 100_000; i++) {
    const now = nowMs();
    assert.ok(now >= last);
    last = now;
  }
});
