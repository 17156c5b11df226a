/**
 * The rate of POST /bigquery: many rows in batches over HTTP, as BigQuery sends them.
 *
 *     node dist/test/long/bigquery.js [--rows 1000000] [--batch 1000] [--connections 4] [--mode score]
 *
 * The server is the packed one of `make server`, a process of its own. The texts are composed reviews. Each reply is
 * compared with the score of a list by POST /. The processor time is the server's, from its metrics.
 */
import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { cpus } from 'node:os';
import { text as readAll } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { loadTexts } from '../../cli/loadtest/texts.ts';
import { packedServer, start } from '../function/hosts.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    batch: { type: 'string', default: '1000' },
    connections: { type: 'string', default: '4' },
    mode: { type: 'string', default: 'score' },
  },
});
const [rows, batch, connections] = [values.rows, values.batch, values.connections].map(Number) as [
  number,
  number,
  number,
];
const { mode } = values;
const DISTINCT = 20_000;

const host = await start([packedServer]);
while (!(await fetch(`${host.url}/readyz`)).ok) await delay(20);
const agent = new Agent({ keepAlive: true, maxSockets: connections });

async function post(path: string, body: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(`${host.url}${path}`, {
      method: 'POST',
      agent,
      headers: { 'Content-Length': Buffer.byteLength(body) },
    });
    sent
      .on('error', reject)
      .on('response', async (response) => resolve({ status: response.statusCode ?? 0, text: await readAll(response) }));
    sent.end(body);
  });
}

async function processorSeconds(): Promise<number> {
  const metrics = await (await fetch(`${host.url}/metrics`)).text();
  return Number(/^process_cpu_seconds_total ([\d.e+-]+)$/m.exec(metrics)?.[1]);
}

const composed = await loadTexts({ column: 'text', count: DISTINCT });
const units = composed.reduce((sum, { length }) => sum + length, 0) / composed.length;
const expected: number[] = [];
for (let i = 0; i < composed.length; i += 500)
  expected.push(
    ...(JSON.parse((await post('/', JSON.stringify({ texts: composed.slice(i, i + 500) }))).text).scores as number[]),
  );

// The bodies are made before the clock starts. Every hundredth text is NULL.
const textAt = (row: number) => (row % 100 === 0 ? null : (composed[row % composed.length] as string));
const bodies = Array.from({ length: Math.min(Math.ceil(rows / batch), Math.ceil((5 * DISTINCT) / batch)) }, (_, i) =>
  JSON.stringify({
    requestId: String(i),
    caller: '//bigquery.googleapis.com/projects/p/jobs/p:US.job',
    sessionUser: 'someone@example.com',
    userDefinedContext: { mode },
    calls: Array.from({ length: batch }, (_, j) => [textAt(i * batch + j)]),
  }),
);
const bytes = bodies.reduce((sum, body) => sum + Buffer.byteLength(body), 0) / bodies.length;

const batches = Math.ceil(rows / batch);
const answers = new Map<number, string>();
let [next, again] = [0, 0];
const latencies: number[] = [];
const startS = await processorSeconds();
const began = performance.now();
await Promise.all(
  Array.from({ length: connections }, async () => {
    while (next < batches) {
      const i = next++ % bodies.length;
      for (let tries = 1; ; tries++) {
        const sentMs = performance.now();
        const { status, text } = await post('/bigquery', bodies[i] as string);
        if (status === 503) {
          again++;
          await delay(Math.min(1000, 10 * 2 ** tries));
          continue;
        }
        assert.equal(status, 200, text);
        latencies.push(performance.now() - sentMs);
        assert.equal(answers.get(i) ?? text, text, 'a repeat has the same answer');
        answers.set(i, text);
        break;
      }
    }
  }),
);
const seconds = (performance.now() - began) / 1000;
const usedS = (await processorSeconds()) - startS;
const memory = await (await fetch(`${host.url}/metrics`)).text();
agent.destroy();
await host.stop();

if (mode === 'score')
  for (const [i, text] of answers) {
    const { replies } = JSON.parse(text) as { replies: (number | null)[] };
    assert.equal(replies.length, batch);
    for (const [j, reply] of replies.entries()) {
      const row = i * batch + j;
      assert.equal(reply, row % 100 === 0 ? null : expected[row % composed.length], `row ${row}`);
    }
  }
latencies.sort((a, b) => a - b);
const at = (share: number) => (latencies[Math.floor(share * (latencies.length - 1))] as number).toFixed(1);
console.log(
  `${batches * batch} rows of ${units.toFixed(0)} units on average, in batches of ${batch} (${(bytes / 1024).toFixed(0)} KiB), ${connections} connections, mode ${mode}`,
);
console.log(`${cpus()[0]?.model}, ${cpus().length} cores, also for this client; Node ${process.versions.node}`);
console.log(`${seconds.toFixed(2)} s, ${Math.round((batches * batch) / seconds)} rows/s`);
console.log(
  `server: ${usedS.toFixed(2)} s of processor time, ${((usedS / (batches * batch)) * 1e6).toFixed(2)} µs a row`,
);
console.log(`a batch: median ${at(0.5)} ms, p99 ${at(0.99)} ms; ${again} answered with 503 and sent again`);
console.log(
  `resident at the end: ${Math.round(Number(/^process_resident_memory_bytes (\d+)/m.exec(memory)?.[1]) / 1e6)} MB`,
);
