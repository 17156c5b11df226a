/**
 * CloudEvents over HTTP, binary and structured: an event whose data is the contract's body → an event whose data is its
 * answer, in the same mode.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { CloudEvent, HTTP } from 'cloudevents';
import { parseBody } from '../body.ts';
import { HttpError } from '../problem.ts';
import type { HttpResponse } from '../response.ts';

const STRUCTURED = 'application/cloudevents+json';

/** An event that came, and how it came. */
export interface Received {
  readonly event: CloudEvent<unknown>;
  readonly isStructured: boolean;
  /** Its data, parsed. */
  readonly data: unknown;
}

/** Throws a 400 for what is no event by the specification's version 1.0 (or 0.3). */
export function receive(headers: IncomingHttpHeaders, body: string): Received {
  const type = headers['content-type']?.toLowerCase() ?? '';
  if (type.startsWith('application/cloudevents-batch'))
    throw new HttpError(415, 'Expected one CloudEvent, received a batch of them');
  const isStructured = type.startsWith('application/cloudevents');
  if (isStructured) parseBody(body); // the package's message of bad JSON would quote the body
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
  return { event, isStructured, data: dataOf(event) };
}

/** Without its content type, so that the package leaves the data to us. */
function binaryHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const own = Object.entries(headers).filter(([name, value]) => name.startsWith('ce-') && typeof value === 'string');
  return Object.fromEntries(own) as Record<string, string>;
}

function dataOf({ data }: CloudEvent<unknown>): unknown {
  if (typeof data === 'string') return parseBody(data);
  // "data_base64": the package gives a number for each byte.
  if (ArrayBuffer.isView(data)) return parseBody(Buffer.from(Uint8Array.from(data as Uint32Array)).toString());
  return data;
}

/** What is wrong with the data of a structured event, as of the body, which has it as "data". */
export function inBody(error: unknown, { isStructured }: Received): unknown {
  if (!isStructured || !(error instanceof HttpError) || error.pointer === undefined) return error;
  return new HttpError(error.status, error.message, {
    pointer: `#/data${error.pointer.slice(1)}`,
    headers: error.headers,
  });
}

export function eventAnswer({ event, isStructured }: Received, source: string, data: object): HttpResponse {
  const { subject, traceparent } = event as CloudEvent<unknown> & { readonly traceparent?: unknown };
  const answer = new CloudEvent({
    type: 'hoshi.score',
    source,
    datacontenttype: 'application/json',
    data,
    causationid: event.id,
    ...(subject === undefined ? {} : { subject }),
    ...(typeof traceparent === 'string' ? { traceparent } : {}),
  });
  const { headers, body } = isStructured ? HTTP.structured(answer) : HTTP.binary(answer);
  const { 'content-type': type = STRUCTURED, ...others } = headers as Record<string, string>;
  return { type, headers: others, body: body as string };
}
