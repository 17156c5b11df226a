/**
 * CloudEvents over HTTP, in binary or structured mode: an event whose data is a request body → an event whose data is
 * the response, in the same mode.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { CloudEvent, HTTP } from 'cloudevents';
import { requireBuiltin } from '../../native/builtin.ts';
import { decodeUtf8, parseJson } from '../body.ts';
import type { TextLimits } from '../config.ts';
import { type BytesResponse, HttpError, type HttpResponse } from '../response.ts';
import type { ScoringService } from '../service.ts';
import type { TraceHeaders } from '../tracing.ts';
import { type Attributes, attributesIn, checkAttributes, encodeHeader } from './event-attributes.ts';
import { bytesOfBase64, MESSAGE_PUBLISHED, payloadOf } from './pubsub-message.ts';

const STRUCTURED = 'application/cloudevents+json';
const EXAMPLE = '{"specversion": "1.0", "id": "1", "source": "/reviews", "type": "review", "data": {"texts": "…"}}';

/** A received event and its mode. */
export interface ReceivedEvent {
  readonly event: CloudEvent<unknown>;
  readonly isStructured: boolean;
  /** The event's data, as parsed JSON. If Eventarc sent a message of Pub/Sub, the data of the message. */
  readonly data: unknown;
  /** Where `data` is within the data of the event: a JSON pointer. */
  readonly place?: string;
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
  if (!isStructured) return { event, isStructured, ...unwrapped(event, dataOf(event, limits, example), limits) };
  try {
    const data =
      base64 === undefined ? dataOf(event, limits, example) : parseJson(decodeBase64(base64), limits, example);
    return { event, isStructured, ...unwrapped(event, data, limits) };
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    const place = error.pointer?.startsWith('#/message') ? error.pointer.slice(1) : '';
    throw error.at(base64 === undefined ? `#/data${place}` : '#/data_base64');
  }
}

/** Eventarc wraps a message of Pub/Sub into an event. */
function unwrapped(
  event: CloudEvent<unknown>,
  data: unknown,
  limits: TextLimits,
): Pick<ReceivedEvent, 'data' | 'place' | 'trace'> {
  if (event.type !== MESSAGE_PUBLISHED) return { data, trace: traceOf(event) };
  const { value, place, trace } = payloadOf(data, limits);
  return { data: value, place, trace: { ...trace, ...traceOf(event) } };
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
  const bytes = bytesOfBase64(base64);
  if (bytes === undefined)
    throw new HttpError(400, 'Expected "data_base64" to be a string of base64, padded by =, received something else');
  return decodeUtf8(bytes);
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
export function withEventPointer(error: unknown, { isStructured, place }: ReceivedEvent): unknown {
  if (!(error instanceof HttpError) || error.pointer === undefined) return error;
  if (place !== undefined) return error.at(isStructured ? `#/data${place}` : `#${place}`);
  return isStructured ? error.at(`#/data${error.pointer.slice(1)}`) : error;
}

/** The response to an event: an event whose data is `json`; or a 204, after that event went to the sink. */
export async function answerEvent(
  service: ScoringService,
  received: Pick<ReceivedEvent, 'event' | 'isStructured'>,
  json: object,
): Promise<HttpResponse> {
  const { bundle } = await service.scorer;
  const source = `/v1/models/${encodeURIComponent(service.nameOf(bundle))}`;
  const { sinkSettings, sinkTimeoutMs } = service;
  if (sinkSettings === undefined) return eventResponse(received, source, json);
  const { sinkOf } = await import('../sink.ts');
  const event = answerTo(received.event, source, json).cloneWith(sinkSettings.extensions);
  const { headers, body } = binaryOf(event);
  await sinkOf(sinkSettings, sinkTimeoutMs).post(headers, body);
  return { status: 204, type: 'application/json', body: '' };
}

/**
 * The same event gives the same id each time, so that a receiver can tell a repeat. Source and id name an event
 * (spec.md, section 3.1), and the answers of all models and versions share a name: a repeat may come to a newer one.
 */
function answerIdOf({ source, id }: CloudEvent<unknown>): string {
  const { createHash } = requireBuiltin('node:crypto');
  return createHash('sha256')
    .update(JSON.stringify([source, id]))
    .digest('hex')
    .slice(0, ANSWER_ID_DIGITS);
}

const ANSWER_ID_DIGITS = 32;

export function eventResponse(
  { event, isStructured }: Pick<ReceivedEvent, 'event' | 'isStructured'>,
  source: string,
  data: object,
): BytesResponse {
  const answer = answerTo(event, source, data);
  if (isStructured) return { type: STRUCTURED, body: HTTP.structured(answer).body as string };
  const { headers, body } = binaryOf(answer);
  const { 'content-type': type = STRUCTURED, ...others } = headers;
  return { type, headers: others, body };
}

function answerTo(event: CloudEvent<unknown>, source: string, data: object): CloudEvent<object> {
  return new CloudEvent({
    id: answerIdOf(event),
    type: 'hoshi.score',
    source,
    datacontenttype: 'application/json',
    data,
    causationid: event.id,
    ...answeringAttributes(event as CloudEvent<unknown> & Attributes),
  });
}

interface BinaryEvent {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

function binaryOf(event: CloudEvent<object>): BinaryEvent {
  const { headers, body } = HTTP.binary(event);
  const encoded: Record<string, string> = {};
  let bytes = 0;
  for (const [name, value] of Object.entries(headers as Record<string, unknown>)) {
    const text = String(value);
    const isShort = text.length <= MAX_HEADER_BYTES;
    encoded[name] = isShort && name.startsWith('ce-') ? encodeHeader(name.slice(3), text) : text;
    bytes += name.length + encoded[name].length;
    if (bytes > MAX_HEADER_BYTES)
      throw new HttpError(
        400,
        `Expected attributes of at most ${MAX_HEADER_BYTES} bytes together for the headers of the answer, received more. It has the id, the subject, the partitionkey, the correlationid and the replyid of what came`,
      );
  }
  return { headers: encoded, body: body as string };
}

/** As many bytes as Node accepts of all headers (RFC 9110, section 5.4). A receiver would refuse more again and again. */
const MAX_HEADER_BYTES = 1 << 14;

/**
 * The attributes of the answer that say which event it answers. For request and reply, `replyid` answers
 * `correlationid`: the answer's `correlationid` is the request's `replyid`, and the answer's `replyid` is the request's
 * `correlationid`, as a RequestReply of Knative awaits it. Without a `replyid`, the `correlationid` is passed on.
 */
function answeringAttributes({
  subject,
  traceparent,
  partitionkey,
  replyid,
  correlationid,
}: Attributes): Record<string, unknown> {
  const attributes = {
    subject,
    traceparent: typeof traceparent === 'string' ? traceparent : undefined,
    partitionkey: typeof partitionkey === 'string' ? partitionkey : undefined,
    correlationid: replyid ?? correlationid,
    replyid: correlationid,
  };
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}
