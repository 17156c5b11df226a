/**
 * One connection, with at most one request on its way. It is opened with its first request, and anew where the other side has ended it between
 * two; what was sent is never sent again.
 *
 * Why sockets of our own: a request takes 20–24 µs of processor time (47,000 a second on a core), and on a busy machine no more. undici's dispatch takes
 * 27–50, node:http 70–76. autocannon takes 26–32, but asks only as fast as it is answered.
 */
import { type Socket, connect as tcpConnect } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { AnswerReader } from './answer.ts';
import type { Target } from './target.ts';

/** How a request ended: an answer, whole, or why there is none. */
export type Ending = { readonly status: number; readonly body: string } | { readonly failure: string };

export interface ConnectionEvents {
  onOpen(): void;
  onEnd(connection: Connection, ending: Ending): void;
}

export class Connection {
  readonly #target: Target;
  readonly #events: ConnectionEvents;
  readonly #answer: AnswerReader;
  #socket: Socket | undefined;
  #isBusy = false;

  constructor(target: Target, events: ConnectionEvents) {
    this.#target = target;
    this.#events = events;
    this.#answer = new AnswerReader(target.method !== 'HEAD');
  }

  /** REQUIRES: the last request has ended. */
  send(request: Buffer): void {
    this.#isBusy = true;
    this.#answer.reset();
    this.#socket ??= this.#open();
    this.#socket.write(request); // once it is open
  }

  /** Nothing more is told of it. */
  destroy(): void {
    this.#isBusy = false;
    this.#drop();
  }

  #open(): Socket {
    const { host, port, isSecure, isInsecure } = this.#target;
    const socket = isSecure
      ? tlsConnect({ host, port, servername: nameOf(host), rejectUnauthorized: !isInsecure })
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
      // Ended between two requests: the next one goes out on another socket.
      if (socket === this.#socket && !this.#isBusy) this.#drop();
    });
    socket.on('close', () => {
      if (socket !== this.#socket) return;
      this.#drop();
      if (!this.#isBusy) return;
      const isWhole = failure === 'closed early' && this.#answer.end();
      this.#end(isWhole ? this.#whole() : { failure });
    });
    return socket;
  }

  #read(bytes: Buffer): void {
    let isWhole = false;
    let isMalformed = !this.#isBusy; // an answer to nothing
    try {
      isWhole = this.#answer.push(bytes);
    } catch {
      isMalformed = true;
    }
    if (isMalformed || (isWhole && !this.#answer.keepsAlive)) this.#drop();
    if (!this.#isBusy) return;
    if (isMalformed) this.#end({ failure: 'malformed answer' });
    else if (isWhole) this.#end(this.#whole());
  }

  /** Apart from the reader, which the next request resets. */
  #whole(): Ending {
    const { status, body } = this.#answer;
    return { status, body };
  }

  #end(ending: Ending): void {
    this.#isBusy = false;
    this.#events.onEnd(this, ending);
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

/** What TLS asks for by name; an address is none. */
function nameOf(host: string): string {
  return /^[\d.]+$|:/.test(host) ? '' : host;
}
