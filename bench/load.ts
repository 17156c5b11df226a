/**
 * Load in a process of its own, in a closed loop: each connection sends its next request when the last one is answered. Forked by
 * `http.ts`; takes a LoadOrder, sends back a LoadResult. An answer other than 200 ends it.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { requestOf } from './servers.ts';
import { quantile } from './statistics.ts';

export interface LoadOrder {
  readonly port: number;
  readonly bodies: readonly string[];
  readonly connections: number;
  readonly milliseconds: number;
}

export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

process.on('message', async ({ port, bodies, connections, milliseconds }: LoadOrder) => {
  const requests = bodies.map((body) => requestOf(body, 'keep-alive'));
  const latencies: number[] = [];
  const began = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async (_, first) => {
      const ask = await connection(port);
      for (let i = first; performance.now() - began < milliseconds; i += connections) {
        const sent = performance.now();
        await ask(requests[i % requests.length] as Buffer);
        latencies.push(performance.now() - sent);
      }
      await ask(undefined);
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  const result: LoadResult = {
    requests: latencies.length,
    seconds,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
  };
  process.send?.(result);
});

/** A connection that sends a request and resolves when it is answered; `undefined` closes it. */
async function connection(port: number): Promise<(request: Buffer | undefined) => Promise<void>> {
  const socket = connect(port, '127.0.0.1').setNoDelay();
  await once(socket, 'connect');
  let received = '';
  let done = () => {};
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1');
    const head = received.indexOf('\r\n\r\n');
    if (head < 0) return;
    if (!received.startsWith('HTTP/1.1 200')) throw new Error(`Expected 200, received ${received.slice(0, head)}`);
    const length = Number(/^content-length: (\d+)/im.exec(received)?.[1]);
    if (received.length < head + 4 + length) return;
    received = '';
    done();
  });
  return (request) =>
    new Promise((resolve) => {
      done = resolve;
      if (request !== undefined) return void socket.write(request);
      socket.destroy();
      resolve();
    });
}
