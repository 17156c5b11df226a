/**
 * The body of a request: chunks → bytes → text → JSON. A body that breaks the contract is refused with an HttpError.
 */
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { HttpError } from './response.ts';

/** Whether the request's Content-Length is over the limit. */
export function announcesTooManyBytes(request: IncomingMessage, limitBytes: number): boolean {
  return Number(request.headers['content-length'] ?? 0) > limitBytes;
}

/**
 * Reads the whole body, then calls either `onBody` or `onError`, once. It calls `reserve` with the length of each chunk
 * before it keeps the chunk; `reserve` may throw to refuse it.
 *
 * Throws at once a 415 for a compressed body, or a 413 if Content-Length is over the limit. Calls `onError` with a 413
 * if the body grows over the limit, or a 400 if the connection closes before its end.
 */
export function readBody(
  request: IncomingMessage,
  limitBytes: number,
  reserve: (bytes: number) => void,
  onBody: (body: Uint8Array) => void,
  onError: (error: unknown) => void,
): void {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new HttpError(415, 'Expected a body without Content-Encoding, received a compressed one', {
      headers: { 'Accept-Encoding': 'identity' },
    });
  }
  const { rawBody } = request as IncomingMessage & { rawBody?: Uint8Array }; // functions-framework has already read it
  const tooLarge = () => new HttpError(413, `Expected a body of at most ${limitBytes} bytes, received more`);
  if (announcesTooManyBytes(request, limitBytes) || (rawBody?.length ?? 0) > limitBytes) throw tooLarge();
  if (rawBody !== undefined) {
    onBody(rawBody);
    return;
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  let isDone = false;
  const failOnce = (error: unknown) => {
    if (isDone) return;
    isDone = true;
    onError(error);
  };
  request.on('data', (chunk: Uint8Array) => {
    if (isDone) return; // the body was refused: drop the rest
    length += chunk.length;
    try {
      if (length > limitBytes) throw tooLarge();
      reserve(chunk.length);
      chunks.push(chunk);
    } catch (error) {
      failOnce(error);
    }
  });
  request.on('end', () => {
    if (isDone) return;
    isDone = true;
    onBody(chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks));
  });
  request.on('error', () => failOnce(new HttpError(400, 'Expected a whole body, but the connection was closed')));
}

/** The text of UTF-8 bytes, without a byte order mark. Throws a 400 for bytes that are not UTF-8. */
export function decodeUtf8({ buffer, byteOffset, byteLength }: Uint8Array): string {
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  if (!isUtf8(bytes)) throw new HttpError(400, 'Expected the body to be UTF-8, received other bytes');
  const body = bytes.toString();
  return body.charCodeAt(0) === 0xfeff ? body.slice(1) : body;
}

/** The value of a JSON text. Throws a 400 for a text that is not JSON. */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    // V8's message may quote the body, which a problem must not contain. Only the position is used.
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
