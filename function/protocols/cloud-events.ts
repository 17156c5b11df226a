/**
 * CloudEvents over HTTP, in binary or structured mode: an event whose data is a request body → an event whose data is
 * the response, in the same mode.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { CloudEvent, HTTP } from 'cloudevents';
import { parseJson } from '../body.ts';
import { type BytesResponse, HttpError } from '../response.ts';
import type { TraceHeaders } from '../tracing.ts';

const STRUCTURED = 'application/cloudevents+json';

/** A received event and its mode. */
export interface ReceivedEvent {
  readonly event: CloudEvent<unknown>;
  readonly isStructured: boolean;
  /** The event's data, as parsed JSON. */
  readonly data: unknown;
  /** The attributes of the extension for distributed tracing, if the event has them. */
  readonly trace: TraceHeaders;
}

/** Throws a 400 if it is not a CloudEvent of version 1.0 or 0.3 of the specification, and a 415 if it is a batch. */
export function receiveEvent(headers: IncomingHttpHeaders, body: string, textsLimit: number): ReceivedEvent {
  const type = headers['content-type']?.toLowerCase() ?? '';
  if (type.startsWith('application/cloudevents-batch'))
    throw new HttpError(415, 'Expected one CloudEvent, received a batch');
  const isStructured = type.startsWith('application/cloudevents');
  // The package's error for bad JSON would quote the body, and it takes 7 µs for each attribute.
  if (isStructured) checkAttributes(parseJson(body, textsLimit));
  let event: CloudEvent<unknown>;
  try {
    const received = HTTP.toEvent({
      headers: isStructured ? { 'content-type': STRUCTURED } : binaryHeaders(headers),
      body,
    });
    event = Array.isArray(received) ? (received[0] as CloudEvent<unknown>) : (received as CloudEvent<unknown>);
    event.validate();
  } catch {
    throw new HttpError(400, 'Expected a CloudEvent with id, source, specversion and type, received something else');
  }
  return { event, isStructured, data: dataOf(event, textsLimit), trace: traceOf(event) };
}

/** Headers of at most 16 KiB limit the attributes of the binary mode. */
const MAX_ATTRIBUTES = 256;

function checkAttributes(event: unknown): void {
  const count = typeof event === 'object' && event !== null ? Object.keys(event).length : 0;
  if (count > MAX_ATTRIBUTES)
    throw new HttpError(400, `Expected a CloudEvent of at most ${MAX_ATTRIBUTES} attributes, received ${count}`, {
      pointer: '#',
    });
}

/** The headers of the event, without the content type, so that the package does not parse the data. */
function binaryHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const own = Object.entries(headers).filter(([name, value]) => name.startsWith('ce-') && typeof value === 'string');
  return Object.fromEntries(own) as Record<string, string>;
}

function dataOf({ data }: CloudEvent<unknown>, textsLimit: number): unknown {
  if (typeof data === 'string') return parseJson(data, textsLimit);
  // "data_base64": the package gives one number for each byte.
  if (ArrayBuffer.isView(data))
    return parseJson(Buffer.from(Uint8Array.from(data as Uint32Array)).toString(), textsLimit);
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
  return new HttpError(error.status, error.message, {
    pointer: `#/data${error.pointer.slice(1)}`,
    headers: error.headers,
  });
}

export function eventResponse(
  { event, isStructured, trace }: ReceivedEvent,
  source: string,
  data: object,
): BytesResponse {
  const { subject } = event;
  const response = new CloudEvent({
    type: 'hoshi.score',
    source,
    datacontenttype: 'application/json',
    data,
    causationid: event.id,
    ...(subject === undefined ? {} : { subject }),
    ...(trace.traceparent === undefined ? {} : { traceparent: trace.traceparent }),
  });
  const { headers, body } = isStructured ? HTTP.structured(response) : HTTP.binary(response);
  const { 'content-type': type = STRUCTURED, ...others } = headers as Record<string, string>;
  return { type, headers: others, body: body as string };
}
