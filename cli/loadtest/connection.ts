/**
 * One connection of the load generator, with at most one request in flight. It opens with its first request. If the
 * server closes it between two requests, the next request opens it again. A request that was sent is never sent again.
 *
 * Why raw sockets: a request costs 20–24 µs of CPU time here (47,000 requests per second on one core), also on a busy
 * machine. undici's dispatch costs 27–50 µs, node:http 70–76 µs. autocannon costs 26–32 µs, but it cannot send faster
 * than the server answers.
 */
import { type Socket, connect as tcpConnect } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { ResponseReader } from './response.ts';
import type { Target } from './target.ts';

/** How a request ended: with a complete response, or with the class of the failure. */
export type Outcome = { readonly status: number; readonly body: string } | { readonly failure: string };

export interface ConnectionEvents {
  onOpen(): void;
  onEnd(connection: Connection, outcome: Outcome): void;
}

export class Connection {
  readonly #target: Target;
  readonly #events: ConnectionEvents;
  readonly #reader: ResponseReader;
  #socket: Socket | undefined;
  #isBusy = false;

  constructor(target: Target, events: ConnectionEvents) {
    this.#target = target;
    this.#events = events;
    this.#reader = new ResponseReader(target.method !== 'HEAD');
  }

  /** REQUIRES: the last request has ended. */
  send(request: Buffer): void {
    this.#isBusy = true;
    this.#reader.reset();
    this.#socket ??= this.#open();
    this.#socket.write(request); // the socket keeps it until the connection is open
  }

  /** Closes the connection. Its request ends without an event. */
  destroy(): void {
    this.#isBusy = false;
    this.#drop();
  }

  #open(): Socket {
    const { host, port, isSecure, isInsecure } = this.#target;
    const socket = isSecure
      ? tlsConnect({ host, port, servername: serverNameOf(host), rejectUnauthorized: !isInsecure })
      : tcpConnect({ host, port });
    let failure = 'closed early';
    socket.setNoDelay();
    socket.once(isSecure ? 'secureConnect' : 'connect', () => this.#events.onOpen());
    socket.on('data', (bytes: Buffer) => {
      if (socket === this.#socket) this.#read(bytes);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      failure = failureOf(error);
    });
    socket.on('end', () => {
      // Closed between two requests: the next one opens another socket.
      if (socket === this.#socket && !this.#isBusy) this.#drop();
    });
    socket.on('close', () => {
      if (socket !== this.#socket) return;
      this.#drop();
      if (!this.#isBusy) return;
      const isComplete = failure === 'closed early' && this.#reader.end();
      this.#end(isComplete ? this.#response() : { failure });
    });
    return socket;
  }

  #read(bytes: Buffer): void {
    let isComplete = false;
    let isMalformed = !this.#isBusy; // a response without a request
    try {
      isComplete = this.#reader.push(bytes);
    } catch {
      isMalformed = true;
    }
    if (isMalformed || (isComplete && !this.#reader.keepsAlive)) this.#drop();
    if (!this.#isBusy) return;
    if (isMalformed) this.#end({ failure: 'malformed answer' });
    else if (isComplete) this.#end(this.#response());
  }

  /** A copy, because the next request resets the reader. */
  #response(): Outcome {
    const { status, body } = this.#reader;
    return { status, body };
  }

  #end(outcome: Outcome): void {
    this.#isBusy = false;
    this.#events.onEnd(this, outcome);
  }

  #drop(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }
}

const FAILURES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection reset',
  ETIMEDOUT: 'time-out',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'no such host',
  EMFILE: 'no more sockets here',
  EADDRNOTAVAIL: 'no more sockets here',
};

function failureOf({ code, message }: NodeJS.ErrnoException): string {
  return code === undefined ? message : (FAILURES[code] ?? code);
}

/** The name for TLS's server name indication, which does not allow IP addresses. */
function serverNameOf(host: string): string {
  return /^[\d.]+$|:/.test(host) ? '' : host;
}
