/**
 * A push subscription of Pub/Sub: a message is scored, and the answer is an event, as if the message were a CloudEvent.
 * Pub/Sub sends a message again after any status but 102, 200, 201, 202 and 204. A 4xx says that no retry can mend it:
 * a dead-letter topic takes it then.
 *
 * Wrapped, the body is `{"message": {"data": "…"}, "subscription": "…"}`. Unwrapped, it is the data of the message, and
 * headers `x-goog-pubsub-…` name it if the subscription writes metadata.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { CloudEvent } from 'cloudevents';
import { requireBuiltin } from '../../native/builtin.ts';
import { decodeUtf8, parseJson } from '../body.ts';
import { type BodySchema, checkedByHandler, objectSchema } from '../body-schema.ts';
import type { TextLimits } from '../config.ts';
import { isEvent, runOperation } from '../operation.ts';
import { HttpError, type HttpResponse } from '../response.ts';
import type { Operation } from '../route.ts';
import { answerEvent } from './cloud-events.ts';
import {
  isWrapped,
  MESSAGE_PUBLISHED,
  type Payload,
  payloadOf,
  scoredValueOf,
  stringOf,
  traceIn,
} from './pubsub-message.ts';
import { score } from './texts.ts';

const string = { type: 'string' };
/** `{"texts": "星"}` */
const EXAMPLE_DATA = Buffer.from('{"texts": "星"}').toString('base64');

const body: BodySchema<unknown> = {
  ...checkedByHandler(() =>
    objectSchema(
      {
        message: objectSchema(
          {
            data: {
              ...string,
              description: 'Base64 of JSON as of a POST to /, or of the plain text of a review.',
            },
            attributes: {
              type: 'object',
              description: '"content-type" tells JSON and text apart; the answer has "subject".',
            },
            messageId: string,
            publishTime: string,
            orderingKey: string,
          },
          ['attributes', 'messageId', 'publishTime', 'orderingKey'],
        ),
        subscription: string,
      },
      ['subscription'],
    ),
  ),
  example: `{"message": {"data": "${EXAMPLE_DATA}", "messageId": "1"}, "subscription": "projects/p/subscriptions/s"}`,
};

export const push: Operation = {
  body,
  readsBytes: true,
  async handle(request, _, bytes): Promise<HttpResponse> {
    // Eventarc's events are answered as those of all other paths.
    if (isEvent(request.headers)) return (await runOperation(score as Operation, request, bytes)) as HttpResponse;
    const payload = received(request.headers, bytes, request.service.limits);
    request.continueTrace(payload.trace);
    try {
      const texts = (score as Operation).body?.check(
        payload.value,
        'the data of the message',
        '#',
        request.service.limits,
      );
      const response = await score.handle(request, texts as Parameters<typeof score.handle>[1], bytes);
      if (response === undefined || !('json' in response))
        throw new Error('Expected a message to be answered with JSON');
      return await answerEvent(request.service, { event: eventOf(payload), isStructured: false }, response.json);
    } catch (error) {
      throw error instanceof HttpError && error.pointer !== undefined && payload.place !== ''
        ? error.at(`#${payload.place}`)
        : error;
    }
  },
};

function received(headers: IncomingHttpHeaders, bytes: Uint8Array, limits: TextLimits): Payload {
  if (bytes.length === 0)
    throw new HttpError(400, 'Expected a message of Pub/Sub with data, received an empty body', { pointer: '#' });
  const type = headers['content-type'];
  const isText = type !== undefined && /^text\//i.test(type);
  const json = jsonIn(decodeUtf8(bytes), isText, limits);
  if (json !== undefined && isWrapped(json)) return payloadOf(json, limits);
  const header = (name: string) => stringOf(headers[`x-goog-pubsub-${name}`]);
  return {
    // A push of plain text may have any Content-Type: only text/… is believed.
    value: (isText ? undefined : json) ?? scoredValueOf(bytes, isText ? type : undefined, limits),
    place: '',
    id: header('message-id'),
    subscription: header('subscription-name'),
    orderingKey: header('ordering-key'),
    subject: stringOf(headers.subject),
    trace: traceIn(headers),
  };
}

/** The value of a body that begins like an object of JSON. Plain text may begin so, too, and need not be JSON. */
function jsonIn(text: string, isText: boolean, limits: TextLimits): unknown {
  if (!/^\s*\{\s*"/.test(text)) return undefined;
  try {
    return parseJson(text, limits, body.example ?? '');
  } catch (error) {
    if (isText) return undefined;
    throw error;
  }
}

/**
 * The message as an event, which the answer names. A message without an id gets a new one: two messages may have the same
 * data.
 */
function eventOf({
  id = requireBuiltin('node:crypto').randomUUID(),
  subscription = '',
  orderingKey,
  subject,
}: Payload): CloudEvent<unknown> {
  if (subscription.length > MAX_SUBSCRIPTION_UNITS)
    throw new HttpError(
      400,
      `Expected the name of a subscription of at most ${MAX_SUBSCRIPTION_UNITS} UTF-16 units, received ${subscription.length}`,
    );
  const wellFormed = Buffer.from(subscription).toString(); // a lone surrogate has no percent-encoding
  const name = wellFormed.split('/').map(encodeURIComponent).join('/');
  return new CloudEvent({
    id,
    source: `//pubsub.googleapis.com/${name}`,
    type: MESSAGE_PUBLISHED,
    ...(subject === undefined ? {} : { subject }),
    ...(orderingKey === undefined ? {} : { partitionkey: orderingKey }),
  });
}

/** Projects and subscriptions have names of at most 30 and 255 characters. */
const MAX_SUBSCRIPTION_UNITS = 1024;
