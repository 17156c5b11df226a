/**
 * HTTP/2 without TLS (RFC 9113), for proxies and clients that know that the server speaks it: Knative and Cloud Run with
 * the port name `h2c`, and gRPC. Loaded with the first connection of this version (first-bytes.ts).
 *
 * Each stream is a request with the same life as one by HTTP/1 (request-lifecycle.ts), so all limits hold for it. This
 * file adds the limits of the protocol itself: streams and memory of a connection, connections of this version, the time
 * for a whole request, and the time for which a client may read nothing. nghttp2, which Node uses, ends connections that
 * reset streams too fast, or send too many SETTINGS, PING or CONTINUATION frames.
 */
import {
  constants,
  type Http2Session,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Socket } from 'node:net';
import { announcesTooManyBytes } from './body.ts';
import type { Config } from './config.ts';
import { countRefusal, headersTooLong, notInTime, otherExpectation } from './connection-problems.ts';
import type { HttpReply, HttpRequest } from './http-message.ts';
import { IdleConnections } from './idle-connections.ts';
import { bodyLimitOf, handle, refuse } from './request-lifecycle.ts';
import { HttpError } from './response.ts';
import type { ScoringService } from './service.ts';

/** A connection takes about 40 kB. A proxy needs a few. */
const MAX_CONNECTIONS = 256;
const MAX_STREAMS_PER_CONNECTION = 100; // at a time: what RFC 9113 recommends at least
/** The limit of all connections together. A stream takes about 20 kB while it is open. */
const MAX_STREAMS = 1024;
const MAX_HEADER_BYTES = 1 << 14; // as by HTTP/1
const MAX_INVALID_FRAMES = 100;
/** Megabytes of a connection that nghttp2 may hold. */
const MAX_SESSION_MEMORY_MB = 2;
/** Bytes of bodies that may be in transit on a connection. They count as buffered bytes when they arrive. */
const WINDOW_BYTES = 1 << 20;

type Settings = Pick<Config, 'requestTimeoutMs' | 'headersTimeoutMs' | 'keepAliveTimeoutMs'>;

export class Http2Connections {
  readonly #settings: Settings;
  readonly #service: ScoringService;
  /** With their open streams. */
  readonly #sessions = new Map<Http2Session, ReadonlySet<ServerHttp2Stream>>();
  readonly #idle = new IdleConnections();
  /** The open streams of all connections. */
  #openStreams = 0;

  constructor(settings: Settings, service: ScoringService) {
    this.#settings = settings;
    this.#service = service;
  }

  /** Takes over a connection. The bytes that have arrived are in the socket. */
  accept(socket: Socket): void {
    if (socket.destroyed) return;
    // node:http leaves a connection open that its client has ended. HTTP/2 has no such half of a connection.
    socket.allowHalfOpen = false;
    const session: ServerHttp2Session = performServerHandshake(socket, {
      maxSessionMemory: MAX_SESSION_MEMORY_MB,
      maxSessionInvalidFrames: MAX_INVALID_FRAMES,
      settings: {
        maxConcurrentStreams: MAX_STREAMS_PER_CONNECTION,
        maxHeaderListSize: MAX_HEADER_BYTES,
        enablePush: false,
      },
    });
    session.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code?.startsWith('ERR_HTTP2') !== true) return; // the client has closed its connection
      countRefusal(new HttpError(400, 'Expected frames of HTTP/2, received others'), this.#service);
    });
    if (this.#sessions.size >= MAX_CONNECTIONS && !this.#idle.closeLongest()) {
      this.#refuse('Too many connections of HTTP/2 are open');
      session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM);
      session.close();
      return;
    }
    const streams = new Set<ServerHttp2Stream>();
    this.#sessions.set(session, streams);
    this.#idle.add(socket);
    session.once('close', () => {
      this.#sessions.delete(session);
      this.#idle.delete(socket);
    });
    session.setLocalWindowSize(WINDOW_BYTES);
    session.setTimeout(this.#settings.keepAliveTimeoutMs, () => session.close());
    const onStream = (
      stream: ServerHttp2Stream,
      headers: IncomingHttpHeaders,
      _flags: number,
      rawHeaders: readonly string[],
    ) => {
      stream.on('error', () => {}); // before all else: a stream may be reset before Node tells of it
      if (stream.destroyed || stream.closed) {
        stream.destroy(); // nothing reads it, so it would not end by itself; most of its methods would throw
        return;
      }
      if (isTooLong(rawHeaders)) {
        countRefusal(headersTooLong(), this.#service);
        stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
        stream.destroy();
        return;
      }
      streams.add(stream);
      this.#idle.delete(socket);
      stream.once('close', () => {
        streams.delete(stream);
        if (streams.size === 0) this.#idle.add(socket);
      });
      this.#open(stream, headers, socket);
    };
    session.on('stream', onStream);
  }

  /**
   * Accepts no more requests, and closes each connection when its last stream has ended: on idle connections alone, or
   * on all of them. GOAWAY tells a client which of its requests were not read, so that it can send them elsewhere.
   */
  close(which: 'idle' | 'all'): void {
    for (const [session, streams] of this.#sessions) if (which === 'all' || streams.size === 0) session.close();
  }

  #refuse(detail: string): void {
    this.#service.counters.shed.connections++;
    countRefusal(new HttpError(503, detail), this.#service);
  }

  #open(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, socket: Socket): void {
    if (this.#openStreams >= MAX_STREAMS) {
      this.#refuse('Too many streams of HTTP/2 are open');
      stream.close(constants.NGHTTP2_REFUSED_STREAM); // the client may try again
      return;
    }
    this.#openStreams++;
    stream.once('close', () => {
      this.#openStreams--;
    });
    const request = new Http2Request(stream, headers, socket);
    const reply = new Http2Reply(stream, request.method === 'HEAD');
    const { requestTimeoutMs, headersTimeoutMs } = this.#settings;
    const wholeRequestMs = Math.max(requestTimeoutMs, headersTimeoutMs);
    endUnread(stream, 2 * wholeRequestMs);
    if (!request.complete) {
      const timer = setTimeout(() => request.expire(), wholeRequestMs);
      stream.once('end', () => clearTimeout(timer)).once('close', () => clearTimeout(timer));
    }
    const { expect } = headers;
    if (expect !== undefined && expect.toLowerCase() !== '100-continue') {
      refuse(request, reply, this.#service, otherExpectation());
      return;
    }
    if (expect !== undefined && !announcesTooManyBytes(request, bodyLimitOf(request, this.#service)))
      stream.additionalHeaders({ ':status': constants.HTTP_STATUS_CONTINUE });
    handle(request, reply, this.#service);
  }
}

/** Node checks this itself, but only after the client has acknowledged the setting. `rawHeaders` are names and values. */
function isTooLong(rawHeaders: readonly string[]): boolean {
  let bytes = 0;
  for (const part of rawHeaders) bytes += part.length;
  return bytes > MAX_HEADER_BYTES;
}

/**
 * Ends a stream on which nothing has moved for `ms` because its client reads nothing. A stream that waits for the next
 * message of the server (a health watch) stays, as long as its client answers a PING.
 */
function endUnread(stream: ServerHttp2Stream, ms: number): void {
  stream.setTimeout(ms, () => {
    const { session, headersSent, writableEnded, writableLength } = stream;
    if (session !== undefined && headersSent && !writableEnded && writableLength === 0) {
      const timer = setTimeout(() => session.destroy(), ms);
      session.ping((error) => {
        if (error === null) clearTimeout(timer);
      });
      endUnread(stream, ms);
      return;
    }
    stream.close(constants.NGHTTP2_CANCEL);
    // After an error of the protocol, Node neither reads nor writes the connection any more, and `close` waits for both.
    stream.destroy();
  });
}

/** A stream as a request. */
class Http2Request implements HttpRequest {
  readonly #stream: ServerHttp2Stream;
  readonly headers: IncomingHttpHeaders;
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly httpVersion = '2.0';
  readonly socket: Socket;
  #onError: ((error: unknown) => void) | undefined;

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, socket: Socket) {
    this.#stream = stream;
    this.headers = headers;
    headers.host ??= headers[':authority'];
    this.method = headers[':method'];
    this.url = headers[':path'];
    this.socket = socket;
  }

  get complete(): boolean {
    return this.#stream.endAfterHeaders || this.#stream.readableEnded;
  }

  on(...[event, listener]: BodyListener): void {
    const stream = this.#stream;
    if (event === 'data') stream.on('data', listener);
    else if (event === 'error') {
      this.#onError = listener;
      stream.once('close', () => listener(new Error('The stream was closed')));
    } else
      stream.on('end', () => {
        // Node also ends a body whose stream or connection was closed before its end.
        if (stream.closed || stream.destroyed || this.socket.destroyed)
          this.#onError?.(new Error('The stream was closed'));
        else listener();
      });
  }

  /** The body has not come in time. If no code waits for it, the stream ends. */
  expire(): void {
    if (this.#onError === undefined || this.#stream.headersSent) this.#stream.close(constants.NGHTTP2_CANCEL);
    else this.#onError(notInTime());
  }
}

type BodyListener =
  | readonly [event: 'data', listener: (chunk: Uint8Array) => void]
  | readonly [event: 'end', listener: () => void]
  | readonly [event: 'error', listener: (error: unknown) => void];

/** The response of a stream. */
class Http2Reply implements HttpReply {
  readonly #stream: ServerHttp2Stream;
  readonly #isHead: boolean;
  #headers: OutgoingHttpHeaders = {};
  #trailers: (() => Readonly<Record<string, string>>) | undefined;
  /** The headers were the whole response. */
  #isEnded = false;
  statusCode = 200;
  /** What the client's window does not allow to be sent waits in the process, so a response counts until its end. */
  readonly socket = null;

  constructor(stream: ServerHttp2Stream, isHead: boolean) {
    this.#stream = stream;
    this.#isHead = isHead;
  }

  get headersSent(): boolean {
    return this.#stream.headersSent;
  }

  get destroyed(): boolean {
    return this.#stream.destroyed || this.#stream.closed;
  }

  writeHead(status: number, headers: readonly string[]): void {
    this.statusCode = status;
    this.#headers = { ':status': status };
    for (let i = 0; i < headers.length; i += 2) {
      const name = (headers[i] as string).toLowerCase();
      if (name !== 'connection') this.#headers[name] = headers[i + 1]; // RFC 9113, section 8.2.2
    }
  }

  write(chunk: Uint8Array): void {
    if (this.destroyed) return;
    this.#respond();
    this.#stream.write(chunk);
  }

  end(body: string | Uint8Array = ''): void {
    const stream = this.#stream;
    if (this.destroyed) return;
    this.#respond(body.length === 0 && this.#trailers === undefined);
    // A string that the window does not allow to be sent takes four times its bytes.
    if (!this.#isEnded) stream.end(typeof body === 'string' ? Buffer.from(body) : body);
    if (stream.readableEnded) return;
    // The client need not send the rest of a body that nobody reads (RFC 9113, section 8.1).
    if (!stream.endAfterHeaders) stream.once('finish', () => stream.close(constants.NGHTTP2_NO_ERROR));
    stream.resume(); // drops the rest: a stream with unread bytes would never close
  }

  setTrailers(trailers: () => Readonly<Record<string, string>>): void {
    this.#trailers = trailers;
  }

  /** Sends the headers, once. */
  #respond(isEmpty = false): void {
    const stream = this.#stream;
    if (stream.headersSent) return;
    this.#isEnded = this.#isHead || isEmpty;
    const trailers = this.#trailers;
    stream.respond(this.#headers, { endStream: this.#isEnded, waitForTrailers: trailers !== undefined });
    if (trailers !== undefined) stream.once('wantTrailers', () => stream.sendTrailers(trailers()));
  }

  /** A stream that is reset has no `finish`. */
  once(_event: 'finish', listener: () => void): void {
    if (this.#stream.closed) listener();
    else this.#stream.once('close', listener);
  }
}
