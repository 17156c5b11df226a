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
import { isWrapped, type Payload, payloadOf, scoredValueOf, traceIn } from './pubsub-message.ts';
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
  const json = /^\s*\{\s*"/.test(decodeUtf8(bytes))
    ? parseJson(decodeUtf8(bytes), limits, body.example ?? '')
    : undefined;
  if (json !== undefined && isWrapped(json)) return payloadOf(json, limits);
  const type = headers['content-type'];
  const header = (name: string) => {
    const value = headers[`x-goog-pubsub-${name}`];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    // A push of plain text may have any Content-Type: only text/… is believed.
    value: json ?? scoredValueOf(bytes, type?.startsWith('text/') === true ? type : undefined, limits),
    place: '',
    id: header('message-id'),
    subscription: header('subscription-name'),
    orderingKey: header('ordering-key'),
    subject: typeof headers.subject === 'string' ? headers.subject : undefined,
    trace: traceIn(headers),
  };
}

/**
 * The message as an event, which the answer names. A message without an id gets a new one: two messages may have the same
 * data.
 */
function eventOf({
  id = requireBuiltin('node:crypto').randomUUID(),
  subscription,
  orderingKey,
  subject,
}: Payload): CloudEvent<unknown> {
  const name = subscription?.split('/').map(encodeURIComponent).join('/') ?? '';
  return new CloudEvent({
    id,
    source: `//pubsub.googleapis.com/${name}`,
    type: 'google.cloud.pubsub.topic.v1.messagePublished',
    ...(subject === undefined ? {} : { subject }),
    ...(orderingKey === undefined ? {} : { partitionkey: orderingKey }),
  });
}
