/**
 * A gRPC call as an operation. The request lifecycle reads the message, so that its limits hold. @connectrpc/connect
 * unpacks the message, calls the method in services.ts, and packs the result.
 */
import type { UniversalHandler } from '@connectrpc/connect/protocol';
import { HttpError, type HttpResponse } from '../response.ts';
import type { Operation, RequestContext } from '../route.ts';
import { checkFieldCount } from './field-count.ts';
import { Health } from './generated/health_pb.ts';
import { GRPCInferenceService } from './generated/open_inference_pb.ts';
import { createConnectRouter, createContextValues } from './packages.ts';
import { type Call, callKey, health, inference } from './services.ts';
import { errorOfCode, GRPC_TYPE, isGrpc } from './status.ts';

/** The operation of a method, by its path. */
export function calling(path: string): Operation {
  return { handle: (request, _body, bytes) => call(path, request, bytes) };
}

/** By path. Made by the first call: the limit does not change while the process runs. */
let handlers: ReadonlyMap<string, UniversalHandler> | undefined;

function makeHandlers(bodyLimitBytes: number): ReadonlyMap<string, UniversalHandler> {
  // Without compression: a message is looked over before it is unpacked.
  const router = createConnectRouter({ grpcWeb: false, connect: false, readMaxBytes: bodyLimitBytes });
  router.service(GRPCInferenceService, inference).service(Health, health);
  return new Map(router.handlers.map((handler) => [handler.requestPath, handler]));
}

/** A message has this many bytes before it: a flag and the length. */
const PREFIX_BYTES = 5;

async function call(path: string, request: RequestContext, bytes: Uint8Array): Promise<HttpResponse> {
  const { headers, httpVersion } = request;
  if (!isGrpc({ headers, httpVersion, method: 'POST' }))
    throw new HttpError(
      415,
      `Expected a gRPC call, by HTTP/2 and with Content-Type: ${GRPC_TYPE}, received another request`,
    );
  if (!isProtobuf(headers['content-type']))
    throw new HttpError(415, `Expected a message of protobuf, as ${GRPC_TYPE}, received another format`);
  if ((headers['grpc-encoding'] ?? 'identity') !== 'identity')
    throw new HttpError(415, 'Expected a message without compression, received a compressed one', {
      headers: { 'grpc-accept-encoding': 'identity' },
    });
  const { bodyLimitBytes, maxTexts } = request.service.limits;
  handlers ??= makeHandlers(bodyLimitBytes);
  const handler = handlers.get(path);
  if (handler === undefined) throw new Error(`Expected a handler of ${path}, found none`);
  checkFieldCount(onlyMessage(bytes), maxTexts);
  const abort = new AbortController();
  request.onClose(() => abort.abort());
  const state: Call = { request, error: undefined };
  const { header, body, trailer } = await handler({
    httpVersion,
    url: `http://localhost${path}`,
    method: 'POST',
    header: new Headers({ 'content-type': GRPC_TYPE, ...timeoutOf(headers['grpc-timeout']) }),
    body: chunksOf(bytes),
    signal: abort.signal,
    contextValues: createContextValues().set(callKey, state),
  });
  if (body === undefined || trailer === undefined) throw new Error(`Expected a response of ${path}, received none`);
  const head = { type: GRPC_TYPE, headers: encodingsOf(header) };
  const trailers = () => Object.fromEntries(trailer);
  if (handler.method.methodKind === 'server_streaming') {
    checkStatus(trailer); // the library has waited for the first message, or for a failure
    return { ...head, chunks: body, trailers };
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  if (state.error !== undefined) throw state.error;
  checkStatus(trailer);
  return { ...head, body: Buffer.concat(chunks), trailers };
}

/** The library would also take JSON, which is not looked over before it is unpacked. */
function isProtobuf(type: string | undefined): boolean {
  return type !== undefined && !/^[^;]*\+(?!proto\s*(?:;|$))/i.test(type);
}

/** The message without its prefix. Throws a 415 if there is more: every method takes one. A cut one may pass. */
function onlyMessage(bytes: Uint8Array): Uint8Array {
  const message = bytes.subarray(PREFIX_BYTES);
  if (bytes.length < PREFIX_BYTES) return message;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(1);
  if (message.length > length) throw new HttpError(415, 'Expected one message, received more bytes after it');
  return message;
}

const MS_BY_UNIT: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 };
/** The longest timer that Node has: 24 days. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The header of a call's deadline, or none if it is too far away to matter. Throws a 400 for a value that is none. */
function timeoutOf(timeout: string | string[] | undefined): { readonly 'grpc-timeout'?: string } {
  if (timeout === undefined) return {};
  const [, digits, unit = ''] = /^(\d{1,8})([HMSmun])$/.exec(String(timeout)) ?? [];
  if (digits === undefined)
    throw new HttpError(400, 'Expected grpc-timeout to be up to 8 digits and a unit, such as 500m, received another');
  return Number(digits) * (MS_BY_UNIT[unit] as number) > MAX_TIMER_MS ? {} : { 'grpc-timeout': `${digits}${unit}` };
}

/** Throws the error of a call that the library has refused. */
function checkStatus(trailer: Headers): void {
  const code = Number(trailer.get('grpc-status') ?? 0);
  if (code !== 0) throw errorOfCode(code, decodeURIComponent(trailer.get('grpc-message') ?? ''));
}

/** The headers that say which compressions are known. */
function encodingsOf(header: Headers | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries([...(header ?? [])].filter(([name]) => name.startsWith('grpc-')));
}

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
