/**
 * Runs a route's operation: bytes → JSON → checked body → handler. If the request is a CloudEvent, its data is the
 * body, and the response is a CloudEvent, too.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { decodeUtf8, NO_BYTES, parseJson } from './body.ts';
import type { BodySchema } from './body-schema.ts';
import type { HttpResponse } from './response.ts';
import type { HandlerResult, Operation, RequestContext } from './route.ts';

/** The arguments of a handler: the checked body, and the bytes after its JSON. */
export interface HandlerInput {
  readonly body: unknown;
  readonly tail: Uint8Array;
}

/**
 * `bytes` is the whole request body, empty for a GET. `input` is what `inputOf` has made of it. Throws or rejects with
 * an HttpError if the request is wrong.
 */
export function runOperation(
  operation: Operation,
  request: RequestContext,
  bytes: Uint8Array,
  input: HandlerInput | undefined = inputOf(operation, request, bytes),
): HandlerResult {
  if (input === undefined) return handleEvent(operation, operation.body as BodySchema<unknown>, request, bytes);
  return operation.handle(request, input.body, input.tail);
}

/** Undefined for a CloudEvent: its data is the body, and the code for it is loaded on first use. */
export function inputOf(operation: Operation, request: RequestContext, bytes: Uint8Array): HandlerInput | undefined {
  const { body: schema } = operation;
  if (schema === undefined || operation.readsBytes === true) return { body: undefined, tail: bytes };
  if (operation.acceptsEvents === true && isEvent(request.headers)) return undefined;
  const end = operation.jsonLength?.(request.headers, bytes.length) ?? bytes.length;
  const isAllJson = end === bytes.length;
  const json = decodeUtf8(isAllJson ? bytes : bytes.subarray(0, end));
  const value = parseJson(json, request.service.limits, exampleOf(schema));
  return { body: checkBody(schema, value, request), tail: isAllJson ? NO_BYTES : bytes.subarray(end) };
}

function checkBody(schema: BodySchema<unknown>, value: unknown, { service }: RequestContext): unknown {
  return schema.check(value, 'the body', '#', service.limits);
}

function exampleOf({ example }: BodySchema<unknown>): string {
  return example ?? 'an object';
}

/**
 * Whether the headers are those of a CloudEvent over HTTP. It does not need the package behind
 * protocols/cloud-events.ts.
 */
export function isEvent(headers: IncomingHttpHeaders): boolean {
  if (headers['ce-id'] !== undefined || headers['ce-specversion'] !== undefined) return true;
  return headers['content-type']?.toLowerCase().startsWith('application/cloudevents') ?? false;
}

/** The event's data is checked as the body. The response is an event whose data is the handler's JSON. */
async function handleEvent(
  operation: Operation,
  schema: BodySchema<unknown>,
  request: RequestContext,
  bytes: Uint8Array,
): Promise<HttpResponse> {
  const { answerEvent, receiveEvent, withEventPointer } = await import('./protocols/cloud-events.ts');
  const { limits } = request.service;
  const received = receiveEvent(request.headers, decodeUtf8(bytes), limits, exampleOf(schema));
  request.continueTrace(received.trace);
  try {
    const response = await operation.handle(request, checkBody(schema, received.data, request), NO_BYTES);
    if (response === undefined || !('json' in response)) throw new Error('Expected an event to be answered with JSON');
    return await answerEvent(request.service, received, response.json);
  } catch (error) {
    throw withEventPointer(error, received);
  }
}
