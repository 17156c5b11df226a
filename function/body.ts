/** The body of a request → bytes → a string → JSON. What is not as the contract says is an HttpError. */
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { HttpError } from './problem.ts';

/** Whether a request announces more than the limit. */
export function announcesTooMuch(request: IncomingMessage, limitBytes: number): boolean {
  return Number(request.headers['content-length'] ?? 0) > limitBytes;
}

/**
 * Reads all of it, and calls `whole` or `fail`, one of them, once. `hold` is told of the bytes before they are kept, and may throw.
 * Throws a 415 for a compressed body and a 413 for one that is announced over the limit; fails with a 413 for one that grows over
 * it, a 400 for one that ends too early.
 */
export function readBody(
  request: IncomingMessage,
  limitBytes: number,
  hold: (bytes: number) => void,
  whole: (body: Uint8Array) => void,
  fail: (error: unknown) => void,
): void {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new HttpError(415, 'Expected a body without Content-Encoding, received a compressed one', {
      headers: { 'Accept-Encoding': 'identity' },
    });
  }
  const { rawBody } = request as IncomingMessage & { rawBody?: Uint8Array }; // functions-framework has read it already
  const tooLarge = () => new HttpError(413, `Expected a body of at most ${limitBytes} bytes, received more`);
  if (announcesTooMuch(request, limitBytes) || (rawBody?.length ?? 0) > limitBytes) throw tooLarge();
  if (rawBody !== undefined) {
    whole(rawBody);
    return;
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  let isDone = false;
  const failOnce = (error: unknown) => {
    if (isDone) return;
    isDone = true;
    fail(error);
  };
  request.on('data', (chunk: Uint8Array) => {
    if (isDone) return; // what nobody waits for is held by nobody
    length += chunk.length;
    try {
      if (length > limitBytes) throw tooLarge();
      hold(chunk.length);
      chunks.push(chunk);
    } catch (error) {
      failOnce(error);
    }
  });
  request.on('end', () => {
    if (isDone) return;
    isDone = true;
    whole(chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks));
  });
  request.on('error', () => failOnce(new HttpError(400, 'Expected a whole body, the connection was closed')));
}

/** Without a byte order mark. Throws a 400 for what is no UTF-8. */
export function decode({ buffer, byteOffset, byteLength }: Uint8Array): string {
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  if (!isUtf8(bytes)) throw new HttpError(400, 'Expected the body to be UTF-8, received other bytes');
  const body = bytes.toString();
  return body.charCodeAt(0) === 0xfeff ? body.slice(1) : body;
}

/** Throws a 400 for what is no JSON. */
export function parseBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    // V8's message may quote the body, which an answer must not carry; only the position is taken from it.
    const position = /position (\d+)/.exec((error as Error).message)?.[1];
    const where =
      body.trim() === ''
        ? 'received nothing'
        : position === undefined
          ? 'received something else'
          : `received something else at position ${position}`;
    throw new HttpError(400, `Expected the body to be JSON such as {"texts": "…"}, ${where}`, { pointer: '#' });
  }
}
