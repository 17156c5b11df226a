/**
 * SIGTERM under load, again and again: no request is lost. Clients post on connections that they keep, as fast as they are
 * answered, and open new ones where they are told to; a server that listens no more ends a client. A new connection that is
 * reset without an answer was in the kernel's queue when the server stopped listening: it was not taken, and is told apart.
 *
 *   node dist/test/long/drain.js [--times 100] [--clients 16] [--workers 1]
 */
import { Agent, request } from 'node:http';
import { text as readAll } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { leanServer, start } from '../function/hosts.ts';

/** How often a server was ended, how many requests were answered, and what became of the others. */
export interface Drained {
  readonly ends: number;
  readonly answered: number;
  readonly notTaken: number;
  readonly lost: readonly string[];
}

export async function drainUnderLoad(
  times: number,
  clients: number,
  environment: Readonly<Record<string, string>> = {},
  onEnd: (times: number) => void = () => {},
): Promise<Drained> {
  const lost: string[] = [];
  let answered = 0;
  let notTaken = 0;
  for (let i = 0; i < times; i++) {
    const host = await start([leanServer], environment);
    const agent = new Agent({ keepAlive: true });
    let toldMs = Number.POSITIVE_INFINITY;
    const working = Array.from({ length: clients }, async () => {
      for (;;) {
        const outcome = await post(host.port, agent);
        if (outcome === 'refused') return;
        if (outcome === 'answered') answered++;
        // Later it would have been taken, by somebody who then did not answer.
        else if (outcome === 'not taken' && performance.now() - toldMs < LISTENING_MS) notTaken++;
        else lost.push(`end ${i + 1}: ${outcome}`);
      }
    });
    await delay(50 + ((i * 37) % 100));
    host.child.kill('SIGTERM');
    while (!host.messages().includes('SIGTERM: finishing')) await delay(1);
    toldMs = performance.now();
    const code = await host.ended();
    if (code !== 0) lost.push(`end ${i + 1}: expected exit code 0, received ${code}`);
    await Promise.all(working);
    agent.destroy();
    onEnd(i + 1);
  }
  return { ends: times, answered, notTaken, lost };
}

/** Once a server has said that it ends, it listens for so long at most, on a busy machine; what it did not take is reset then. */
const LISTENING_MS = 400;

/** `refused` is a connection that nobody took: the request was never sent. */
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
      else if (error.code === 'ECONNRESET' && !sent.reusedSocket) resolve('not taken');
      else resolve(`${error.message}, ${sent.reusedSocket ? 'a kept' : 'a new'} connection`);
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
    },
  });
  const { ends, answered, notTaken, lost } = await drainUnderLoad(
    Number(values.times),
    Number(values.clients),
    { HOSHI_WORKERS: values.workers },
    (done) => {
      if (done % 10 === 0) process.stderr.write(`${done} ends\n`);
    },
  );
  for (const one of lost) console.log(one);
  console.log(
    `${ends} ends under load, ${answered} requests answered, ${notTaken} connections not taken, ${lost.length} requests lost`,
  );
  process.exitCode = lost.length === 0 ? 0 : 1;
}
