/**
 * A message of Pub/Sub → the value that is scored. Its data is JSON as of a POST to /, such as `{"texts": "…"}`, or the
 * plain text of one review. An attribute `content-type` decides; without one, data that begins with `{` is JSON.
 */
import { decodeUtf8, parseJson } from '../body.ts';
import { refuse } from '../body-schema.ts';
import type { TextLimits } from '../config.ts';
import { HttpError } from '../response.ts';
import type { TraceHeaders } from '../tracing.ts';

/** The type of the events in which Eventarc sends messages of Pub/Sub. Their data is that of a wrapped push. */
export const MESSAGE_PUBLISHED = 'google.cloud.pubsub.topic.v1.messagePublished';

/** What a message holds. */
export interface Payload {
  /** As parsed JSON. */
  readonly value: unknown;
  /** Where it is in the body: a JSON pointer. */
  readonly place: string;
  readonly id: string | undefined;
  readonly subscription: string | undefined;
  readonly orderingKey: string | undefined;
  /** The attribute `subject`. */
  readonly subject: string | undefined;
  readonly trace: TraceHeaders;
}

const EXAMPLE = '{"texts": "…"}';
const DATA_PLACE = '/message/data';

/** Whether the body of a push is a message in its wrapper. */
export function isWrapped(body: unknown): boolean {
  if (typeof body !== 'object' || body === null || Object.hasOwn(body, 'texts')) return false;
  return Object.hasOwn(body, 'message');
}

/** `body` is `{"message": {"data": "…", "attributes": {…}, "messageId": "…"}, "subscription": "…"}`. Throws a 400 for others. */
export function payloadOf(body: unknown, limits: TextLimits): Payload {
  const { message, subscription } = membersOf(body, 'the body', '#');
  const { data, attributes, messageId, message_id, orderingKey } = membersOf(message, '"message"', '#/message');
  const bytes = bytesOfBase64(data);
  if (bytes === undefined || bytes.length === 0)
    throw new HttpError(
      400,
      `Expected "data" of the message to be base64 of at least one byte, received ${data === undefined ? 'none' : 'something else'}`,
      { pointer: data === undefined ? '#/message' : `#${DATA_PLACE}` },
    );
  const named =
    attributes === undefined || attributes === null
      ? {}
      : membersOf(attributes, '"attributes"', '#/message/attributes');
  try {
    return {
      value: scoredValueOf(bytes, contentTypeIn(named), limits),
      place: DATA_PLACE,
      id: stringOf(messageId) ?? stringOf(message_id),
      subscription: stringOf(subscription),
      orderingKey: stringOf(orderingKey),
      subject: stringOf(named.subject),
      trace: traceIn(named),
    };
  } catch (error) {
    throw error instanceof HttpError ? error.at(`#${DATA_PLACE}`) : error;
  }
}

/** The bytes of strict base64 (RFC 4648, with padding), or undefined for another value. */
export function bytesOfBase64(base64: unknown): Buffer | undefined {
  const isBase64 = typeof base64 === 'string' && base64.length % 4 === 0 && /^[A-Za-z\d+/]*={0,2}$/.test(base64);
  return isBase64 ? Buffer.from(base64, 'base64') : undefined;
}

/** The value of data that is JSON or plain text. `type` is its media type, if it is known. */
export function scoredValueOf(bytes: Uint8Array, type: string | undefined, limits: TextLimits): unknown {
  const data = decodeUtf8(bytes);
  const isJson = type === undefined ? /^\s*\{/.test(data) : !/^text\//i.test(type);
  return isJson ? parseJson(data, limits, EXAMPLE) : { texts: data };
}

const CONTENT_TYPES = ['content-type', 'contenttype', 'datacontenttype', 'ce-datacontenttype'];

/** The media type that an attribute names. Of other types than text and JSON, the first character decides. */
function contentTypeIn(attributes: Readonly<Record<string, unknown>>): string | undefined {
  const name = Object.keys(attributes).find((known) => CONTENT_TYPES.includes(known.toLowerCase()));
  const type = name === undefined ? undefined : stringOf(attributes[name])?.trim();
  return type !== undefined && /^(?:text\/|application\/(?:[^;\s]+\+)?json\b)/i.test(type) ? type : undefined;
}

/** The names of the attributes are those that the client libraries of Pub/Sub write, or the usual ones. */
export function traceIn(attributes: Readonly<Record<string, unknown>>): TraceHeaders {
  const traceparent = stringOf(attributes.googclient_traceparent) ?? stringOf(attributes.traceparent);
  return traceparent === undefined ? {} : { traceparent };
}

function membersOf(value: unknown, name: string, pointer: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse(`${name} to be an object`, value, pointer, value === undefined ? 'none' : undefined);
  return value as Readonly<Record<string, unknown>>;
}

/** A string that is not empty. */
export function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
