/**
 * CloudEvents over HTTP, in binary or structured mode: an event whose data is a request body → an event whose data is
 * the response, in the same mode.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { CloudEvent, HTTP } from 'cloudevents';
import { decodeUtf8, parseJson } from '../body.ts';
import type { TextLimits } from '../config.ts';
import { type BytesResponse, HttpError } from '../response.ts';
import type { TraceHeaders } from '../tracing.ts';
import { type Attributes, attributesIn, checkAttributes, encodeHeader } from './event-attributes.ts';

const STRUCTURED = 'application/cloudevents+json';
const EXAMPLE = '{"specversion": "1.0", "id": "1", "source": "/reviews", "type": "review", "data": {"texts": "…"}}';

/** A received event and its mode. */
export interface ReceivedEvent {
  readonly event: CloudEvent<unknown>;
  readonly isStructured: boolean;
  /** The event's data, as parsed JSON. */
  readonly data: unknown;
  /** The attributes of the extension for distributed tracing, if the event has them. */
  readonly trace: TraceHeaders;
}

/**
 * `example` is a body that would be right as data. Throws a 400 if it is not a CloudEvent of version 1.0 or 0.3 of the
 * specification, and a 415 if it is a batch.
 */
export function receiveEvent(
  headers: IncomingHttpHeaders,
  body: string,
  limits: TextLimits,
  example: string,
): ReceivedEvent {
  const type = headers['content-type']?.toLowerCase() ?? '';
  if (type.startsWith('application/cloudevents-batch'))
    throw new HttpError(415, 'Expected one CloudEvent, received a batch');
  const isStructured = type.startsWith('application/cloudevents');
  const received = isStructured ? membersOf(parseJson(body, limits, EXAMPLE)) : attributesIn(headers);
  checkAttributes(received, isStructured);
  // The time is checked, and nothing needs it. The package refuses a leap second.
  const { time: _, data_base64: base64, ...attributes } = received;
  const event = eventOf(attributes, isStructured ? undefined : body);
  if (!isStructured) return { event, isStructured, data: dataOf(event, limits, example), trace: traceOf(event) };
  try {
    const data =
      base64 === undefined ? dataOf(event, limits, example) : parseJson(decodeBase64(base64), limits, example);
    return { event, isStructured, data, trace: traceOf(event) };
  } catch (error) {
    throw error instanceof HttpError ? error.at(base64 === undefined ? '#/data' : '#/data_base64') : error;
  }
}

/** The members of a structured event that are not null, which means unset (json-format.md, section 2.2). */
function membersOf(value: unknown): Attributes {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new HttpError(400, 'Expected a CloudEvent to be an object, received something else', {
      pointer: '#',
      advice: async () => `Send ${EXAMPLE}`,
    });
  return Object.fromEntries(Object.entries(value).filter(([name, member]) => member !== null || name === 'data'));
}

/** `body` is the data in binary mode. */
function eventOf(attributes: Attributes, body: string | undefined): CloudEvent<unknown> {
  const headers =
    body === undefined
      ? { 'content-type': STRUCTURED }
      : Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value as string]));
  // As an object, because the package would parse a text again, twice.
  const message = { headers, body: body ?? attributes };
  try {
    const received = HTTP.toEvent(message as Parameters<typeof HTTP.toEvent>[0]);
    const event = Array.isArray(received) ? (received[0] as CloudEvent<unknown>) : (received as CloudEvent<unknown>);
    event.validate();
    return event;
  } catch {
    throw new HttpError(
      400,
      'Expected a CloudEvent with an id, with URIs as source and dataschema, and without attributes of another version, received something else',
    );
  }
}

function decodeBase64(base64: unknown): string {
  const isBase64 = typeof base64 === 'string' && base64.length % 4 === 0 && /^[A-Za-z\d+/]*={0,2}$/.test(base64);
  if (!isBase64)
    throw new HttpError(400, 'Expected "data_base64" to be a string of base64, padded by =, received something else');
  return decodeUtf8(Buffer.from(base64, 'base64'));
}

function dataOf({ data }: CloudEvent<unknown>, limits: TextLimits, example: string): unknown {
  if (typeof data === 'string') return parseJson(data, limits, example);
  // Version 0.3 has its base64 in "data": the package gives one number for each byte.
  if (ArrayBuffer.isView(data)) return parseJson(decodeUtf8(Uint8Array.from(data as Uint32Array)), limits, example);
  return data;
}

function traceOf({ traceparent, tracestate }: TracedEvent): TraceHeaders {
  return {
    ...(typeof traceparent === 'string' && { traceparent }),
    ...(typeof tracestate === 'string' && { tracestate }),
  };
}

type TracedEvent = CloudEvent<unknown> & { readonly traceparent?: unknown; readonly tracestate?: unknown };

/** In structured mode, the body holds the checked value as "data": the error's pointer must start there. */
export function withEventPointer(error: unknown, { isStructured }: ReceivedEvent): unknown {
  if (!isStructured || !(error instanceof HttpError) || error.pointer === undefined) return error;
  return error.at(`#/data${error.pointer.slice(1)}`);
}

export function eventResponse(received: ReceivedEvent, source: string, data: object): BytesResponse {
  const { event, isStructured } = received;
  const response = new CloudEvent({
    type: 'hoshi.score',
    source,
    datacontenttype: 'application/json',
    data,
    causationid: event.id,
    ...answeringAttributes(event as CloudEvent<unknown> & Attributes),
  });
  const { headers, body } = isStructured ? HTTP.structured(response) : HTTP.binary(response);
  const { 'content-type': type = STRUCTURED, ...others } = headers as Record<string, unknown>;
  const encoded = Object.entries(others).map(([name, value]) => [name, encodeHeader(name.slice(3), String(value))]);
  return { type: type as string, headers: Object.fromEntries(encoded), body: body as string };
}

/**
 * The attributes of the answer that say which event it answers. For request and reply, `replyid` answers
 * `correlationid`: the answer's `correlationid` is the request's `replyid`, and the answer's `replyid` is the request's
 * `correlationid`, as a RequestReply of Knative awaits it. Without a `replyid`, the `correlationid` is passed on.
 */
function answeringAttributes({ subject, traceparent, replyid, correlationid }: Attributes): Record<string, unknown> {
  const attributes = {
    subject,
    traceparent: typeof traceparent === 'string' ? traceparent : undefined,
    correlationid: replyid ?? correlationid,
    replyid: correlationid,
  };
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}
