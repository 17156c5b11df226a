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
  if (!isGrpc(request))
    throw new HttpError(
      415,
      `Expected a gRPC call, by HTTP/2 and with Content-Type: ${GRPC_TYPE}, received another request`,
    );
  if ((request.headers['grpc-encoding'] ?? 'identity') !== 'identity')
    throw new HttpError(415, 'Expected a message without compression, received a compressed one', {
      headers: { 'grpc-accept-encoding': 'identity' },
    });
  const { bodyLimitBytes, maxTexts } = request.service.limits;
  handlers ??= makeHandlers(bodyLimitBytes);
  const handler = handlers.get(path);
  if (handler === undefined) throw new Error(`Expected a handler of ${path}, found none`);
  checkFieldCount(bytes.subarray(PREFIX_BYTES), maxTexts);
  const abort = new AbortController();
  request.onClose(() => abort.abort());
  const state: Call = { request, error: undefined };
  const { status, header, body, trailer } = await handler({
    httpVersion: request.httpVersion,
    url: `http://localhost${path}`,
    method: 'POST',
    header: new Headers(Object.entries(request.headers).filter(isGrpcHeader)),
    body: chunksOf(bytes),
    signal: abort.signal,
    contextValues: createContextValues().set(callKey, state),
  });
  if (body === undefined || trailer === undefined)
    throw new HttpError(415, `Expected a gRPC call, refused with ${status}`);
  const head = { type: header?.get('content-type') ?? GRPC_TYPE, headers: encodingsOf(header) };
  if (handler.method.methodKind === 'server_streaming')
    return { ...head, chunks: body, trailers: () => Object.fromEntries(trailer) };
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  if (state.error !== undefined) throw state.error;
  const code = Number(trailer.get('grpc-status'));
  if (code !== 0) throw errorOfCode(code, decodeURIComponent(trailer.get('grpc-message') ?? ''));
  return { ...head, body: Buffer.concat(chunks), trailers: () => Object.fromEntries(trailer) };
}

function isGrpcHeader(header: [string, string | string[] | undefined]): header is [string, string] {
  const [name, value] = header;
  return typeof value === 'string' && (name === 'content-type' || name.startsWith('grpc-'));
}

/** The headers that say which compressions are known. */
function encodingsOf(header: Headers | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries([...(header ?? [])].filter(([name]) => name.startsWith('grpc-')));
}

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
