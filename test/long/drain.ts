/**
 * SIGTERM under load, again and again: no request is lost. Each client posts on a kept connection as fast as it gets
 * responses. It opens a new connection when the server closes the old one, and ends when the server stops listening. A
 * new connection that is reset without a response was in the kernel's queue when the server stopped listening. The
 * server never accepted it, so it is counted separately.
 *
 *   node dist/test/long/drain.js [--times 100] [--clients 16] [--workers 1] [--connection-per-request]
 */
import { Agent, request } from 'node:http';
import { text as readAll } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { until } from '../fixtures/until.ts';
import { leanServer, start } from '../function/hosts.ts';

/**
 * The number of SIGTERMs, of answered requests, of connections that were never accepted, and an error for each lost
 * request.
 */
export interface Drained {
  readonly ends: number;
  readonly answered: number;
  readonly notAccepted: number;
  readonly lost: readonly string[];
}

/** Starts a server, ends it with SIGTERM under load, and repeats this. `onEnd` is called after each end. */
export async function drainUnderLoad(
  times: number,
  clients: number,
  environment: Readonly<Record<string, string>> = {},
  onEnd: (times: number) => void = () => {},
  keepAlive = true,
): Promise<Drained> {
  const lost: string[] = [];
  let answered = 0;
  let notAccepted = 0;
  for (let i = 0; i < times; i++) {
    const host = await start([leanServer], environment);
    const agent = new Agent({ keepAlive });
    let signalledMs = Number.POSITIVE_INFINITY;
    const working = Array.from({ length: clients }, async () => {
      for (;;) {
        const outcome = await post(host.port, agent);
        if (outcome === 'refused') return;
        if (outcome === 'answered') answered++;
        // A later reset means that the server had accepted the connection and then did not answer.
        else if (outcome === 'not accepted' && performance.now() - signalledMs < LISTENING_MS) notAccepted++;
        else lost.push(`end ${i + 1}: ${outcome}`);
      }
    });
    await delay(50 + ((i * 37) % 100));
    host.child.kill('SIGTERM');
    await until('the log line about SIGTERM', () => host.messages().includes('SIGTERM: finishing'), { everyMs: 1 });
    signalledMs = performance.now();
    const code = await host.ended();
    if (code !== 0) lost.push(`end ${i + 1}: expected exit code 0, received ${code}`);
    await Promise.all(working);
    agent.destroy();
    onEnd(i + 1);
  }
  return { ends: times, answered, notAccepted, lost };
}

/**
 * The longest time that a server still listens after it logged SIGTERM, on a busy machine. Then the kernel resets the
 * rest.
 */
const LISTENING_MS = 400;

/**
 * Posts a text. Resolves with `answered`, `not accepted`, `refused` (no connection, so the request was never sent) or
 * an error message.
 */
function post(port: number, agent: Agent): Promise<string> {
  return new Promise((resolve) => {
    const sent = request({ port, host: '127.0.0.1', method: 'POST', agent }, (response) => {
      readAll(response).then(
        (body) =>
          resolve(
            response.statusCode === 200 && body.startsWith('{"score":') ? 'answered' : `${response.statusCode} ${body}`,
          ),
        (error: Error) => resolve(error.message),
      );
    });
    sent.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') resolve('refused');
      else if (error.code === 'ECONNRESET' && !sent.reusedSocket) resolve('not accepted');
      else resolve(`${error.message}, on a ${sent.reusedSocket ? 'kept' : 'new'} connection`);
    });
    sent.end('{"texts":"最後まで飽きずに見られた。"}');
  });
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: {
      times: { type: 'string', default: '100' },
      clients: { type: 'string', default: '16' },
      workers: { type: 'string', default: '1' },
      'connection-per-request': { type: 'boolean', default: false },
    },
  });
  const { ends, answered, notAccepted, lost } = await drainUnderLoad(
    Number(values.times),
    Number(values.clients),
    { HOSHI_WORKERS: values.workers },
    (done) => {
      if (done % 10 === 0) process.stderr.write(`${done} ends\n`);
    },
    !values['connection-per-request'],
  );
  for (const one of lost) console.log(one);
  console.log(
    `${ends} ends under load, ${answered} requests answered, ${notAccepted} connections not accepted, ${lost.length} requests lost`,
  );
  process.exitCode = lost.length === 0 ? 0 : 1;
}
