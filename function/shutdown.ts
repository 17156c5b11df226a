/**
 * Shutdown without a lost request. On SIGTERM or SIGINT:
 *
 * 1. For the lame-duck time, the server keeps serving, but /readyz answers 503.
 * 2. Pause: responses are held back, so that their clients do not connect again, until no connection has come for some
 *    milliseconds. Then the server stops listening. The kernel would reset connections that wait to be accepted by then.
 * 3. Drain: the server answers the requests in flight, and the requests that still arrive on open connections, with
 *    `Connection: close`. After a short grace period, it closes idle connections. Those of HTTP/2 get GOAWAY then, or
 *    later if they are never idle: a client may send a request again that came after it.
 * 4. The spans of these requests are sent, if there are traces, within what is left of the drain time.
 * 5. The exit code is 0 if all requests end within the drain time, or else 1. A second signal ends the process at once,
 *    with 1.
 */
import type { Server } from 'node:http';
import { requireBuiltin } from '../native/builtin.ts';
import { nowMs } from './clock.ts';
import type { Config } from './config.ts';
import type { Connections } from './connections.ts';
import { log } from './log.ts';
import type { ScoringService } from './service.ts';

/** Calls the listener for each signal to shut down. */
export type OnSignal = (listener: (signal: string) => void) => void;

export const onProcessSignal: OnSignal = (listener) => {
  process.on('SIGTERM', listener).on('SIGINT', listener);
};

/** Resolves with the exit code, after a signal. */
export function shutdownOnSignal(
  server: Server,
  connections: Connections,
  service: ScoringService,
  config: Pick<Config, 'lameDuckMs' | 'drainTimeoutMs' | 'workers'>,
  onSignal: OnSignal,
): Promise<number> {
  const { lameDuckMs, drainTimeoutMs, workers } = config;
  const closingMs = workers > 1 ? SUPERVISOR_CLOSING_MS : 0;
  return new Promise((resolve) => {
    onSignal((signal) => {
      if (service.isDraining) {
        log('warning', `second signal, ${signal}: ending at once`);
        resolve(1);
        return;
      }
      service.startDraining();
      log('info', `${signal}: finishing the requests in flight`);
      const start = async () => {
        const deadlineMs = nowMs() + drainTimeoutMs;
        const code = await drain(server, connections, service, drainTimeoutMs, closingMs);
        await service.tracing?.shutdown(deadlineMs - nowMs());
        resolve(code);
      };
      if (lameDuckMs === 0) void start();
      else setTimeout(start, lameDuckMs);
    });
  });
}

function drain(
  server: Server,
  connections: Connections,
  service: ScoringService,
  drainTimeoutMs: number,
  closingMs: number,
): Promise<number> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      log('warning', `requests in flight were not finished within ${drainTimeoutMs} ms`);
      resolve(1);
    }, drainTimeoutMs);
    const end = () => {
      clearTimeout(timer);
      resolve(0);
    };
    // http.Server.close would also close the connections that are idle now, and lose a request that is in transit on
    // one of them. So net.Server's close is called.
    whenQuiet(server, service, closingMs, () => requireBuiltin('node:net').Server.prototype.close.call(server, end));
    const { sockets } = connections;
    const startMs = nowMs();
    const closeIdle = () => {
      const isLate = nowMs() - startMs > MAX_GOAWAY_WAIT_MS;
      void connections.http2?.then((http2) => http2.close(isLate ? 'all' : 'idle'));
      // Node counts a connection as idle once its response is written, even if not all of it is sent.
      if (Array.from(sockets).every(({ writableLength }) => writableLength === 0)) server.closeIdleConnections();
      for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy(); // no request has begun on it
    };
    setTimeout(() => setInterval(closeIdle, CLOSE_IDLE_INTERVAL_MS), Math.min(IDLE_GRACE_MS, drainTimeoutMs / 2));
  });
}

/** No connection may come for so long, and for so many rounds of the event loop, which accepts one in each. */
const QUIET_MS = 20;
const QUIET_ROUNDS = 3;
const MAX_PAUSE_MS = 120;

/** Workers share a socket, which listens until the last of them and the supervisor have closed it. */
const SUPERVISOR_CLOSING_MS = MAX_PAUSE_MS + 50;

/**
 * Holds responses back until no connection comes, and calls `stopListening` right after a poll. Then it sends the
 * responses, but not within `closingMs` from now.
 */
function whenQuiet(server: Server, service: ScoringService, closingMs: number, stopListening: () => void): void {
  const held: (() => void)[] = [];
  service.heldResponses = held;
  const startMs = nowMs();
  let lastMs = startMs;
  let rounds = 0;
  server.on('connection', () => {
    lastMs = nowMs();
    rounds = 0;
  });
  const look = () => {
    const timeMs = nowMs();
    const isQuiet = ++rounds > QUIET_ROUNDS && timeMs - lastMs >= QUIET_MS;
    if (!isQuiet && timeMs - startMs < MAX_PAUSE_MS) {
      setImmediate(look);
      return;
    }
    stopListening();
    if (closingMs === 0) release();
    else setTimeout(release, closingMs - (timeMs - startMs));
  };
  const release = () => {
    service.heldResponses = undefined;
    for (const send of held) send();
  };
  setImmediate(look);
}

/**
 * How long an idle connection may stay open during the drain, and the interval of the checks for idle connections after
 * that.
 */
const IDLE_GRACE_MS = 500;
const CLOSE_IDLE_INTERVAL_MS = 50;
/** A busy connection of HTTP/2 gets GOAWAY after this time. */
const MAX_GOAWAY_WAIT_MS = 2000;
