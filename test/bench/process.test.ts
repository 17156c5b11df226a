import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { processorMs } from '../../bench/process.ts';

test('processorMs: threads that have ended count, and later work adds to it', async () => {
  const burn = 'const { user } = process.cpuUsage(); while (process.cpuUsage().user - user < 300_000);';
  const program = `
    const { Worker } = require('node:worker_threads');
    const worker = new Worker(${JSON.stringify(burn)}, { eval: true });
    worker.on('exit', () => console.log('ended'));
    process.stdin.once('data', () => { ${burn} console.log('burnt'); });`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  const first = processorMs(child.pid as number);
  assert.ok(first > 300, `expected over 300 ms, found ${first}`);
  child.stdin.write('go');
  await once(child.stdout, 'data');
  const second = processorMs(child.pid as number) - first;
  assert.ok(second > 250, `expected over 250 ms more, found ${second}`);
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.throws(() => processorMs(child.pid as number), /expected the number of a running process/);
});
