/**
 * A remote function of BigQuery: `{"calls": [["…"], [null]], "userDefinedContext": {"mode": "score"}}` →
 * `{"replies": [4.78, null]}`, one reply for each call. The modes are `score`, `label` and `explain`. Errors are
 * `{"errorMessage": "…"}`. BigQuery repeats a request after 408, 429, 500, 503 and 504 only.
 *
 * BigQuery decides how many calls a request has, and a query fails if one of its requests is refused. So the limits are
 * larger than those of other requests, and a body is parsed, scored and written in slices.
 */
import { setImmediate } from 'node:timers/promises';
import { labelCutsOf, labelOf, labels } from '../../model/scoring/labels.ts';
import { shed } from '../admission.ts';
import { decodeUtf8, parseJson } from '../body.ts';
import {
  type BodySchema,
  checkedByHandler,
  checkTextCount,
  list,
  object,
  optional,
  orNull,
  refuse,
  type TypeOf,
} from '../body-schema.ts';
import type { TextLimits } from '../config.ts';
import { HttpError, type HttpResponse } from '../response.ts';
import type { Operation, RequestContext } from '../route.ts';
import { MAX_WHOLE_BYTES, splitCalls } from './bigquery-body.ts';
import { text } from './texts.ts';

const MODES = ['score', 'label', 'explain'] as const;
type Mode = (typeof MODES)[number];

const mode: BodySchema<Mode> = {
  kind: 'string',
  describe: () => ({ enum: MODES, default: 'score', description: 'Stars, labels, or explanations as JSON text.' }),
  check: (value, name, pointer) =>
    MODES.find((known) => known === value) ??
    refuse(
      `${name} of "userDefinedContext" to be ${MODES.map((known) => `"${known}"`).join(', ')}`,
      value,
      pointer,
      typeof value === 'string' ? 'another string' : undefined,
    ),
};

/** A value of a call: the text, or null for NULL. */
const argument: BodySchema<string | null> = {
  kind: undefined,
  describe: (maxTexts) => orNull(text.describe(maxTexts)),
  check: (value, name, pointer) =>
    typeof value === 'string' || value === null ? value : refuse(`${name} to be a string or null`, value, pointer),
};

const call: BodySchema<readonly [string | null]> = {
  kind: 'array',
  describe: (maxTexts) => ({ type: 'array', items: argument.describe(maxTexts), minItems: 1, maxItems: 1 }),
  check: (value, name, pointer, limits) => {
    if (!Array.isArray(value)) return refuse(`${name} to be a list`, value, pointer);
    if (value.length !== 1)
      refuse(
        `${name} to have one value`,
        value,
        pointer,
        `${value.length}`,
        async () => 'Define the function with one argument, the text: NAME(text STRING)',
      );
    argument.check(value[0], `the text of ${name}`, `${pointer}/0`, limits);
    return value as unknown as readonly [string | null];
  },
};

const anything = (description: string) => optional(checkedByHandler(() => ({ description })));

const calls = list(call, { limitedAs: 'calls' });

const body = object(
  {
    calls,
    userDefinedContext: optional(object({ mode: optional(mode) })),
    requestId: anything('BigQuery sends it. It is ignored.'),
    caller: anything('BigQuery sends it. It is ignored.'),
    sessionUser: anything('BigQuery sends it. It is ignored and never logged.'),
  },
  '{"calls": [["…"]]}',
);
type Body = TypeOf<typeof body>;

export const reply: Operation<Body> = {
  body,
  readsBytes: true,
  handle(request, _, bytes) {
    return bytes.length <= MAX_SMALL_BYTES ? replyTo(request, bytes) : inTurn(request, () => replyTo(request, bytes));
  },
};

async function replyTo(request: RequestContext, bytes: Uint8Array): Promise<HttpResponse> {
  const { texts, mode } = await readCalls(bytes, request);
  const given = texts.filter((text) => text !== null);
  return mode === 'explain' ? explain(request, texts, given) : score(request, texts, given, mode);
}

/** A smaller body has few calls, and does not wait for its turn. */
const MAX_SMALL_BYTES = 4096;

/** A parsed batch takes up to twenty times the memory of its body, so few batches are in work, and the others are bytes. */
const MAX_RUNNING = 2;
const MAX_WAITING = 64;
let running = 0;
const waiting: (() => void)[] = [];

/** Runs the work when fewer than MAX_RUNNING are in work, first come, first served. Rejects with a 503 if too many wait. */
async function inTurn<T>(request: RequestContext, work: () => Promise<T>): Promise<T> {
  if (running >= MAX_RUNNING) {
    if (waiting.length >= MAX_WAITING)
      throw shed(
        request.service.counters,
        'queue',
        `Expected at most ${MAX_WAITING} waiting batches, received one more`,
      );
    await new Promise<void>((resolve) => waiting.push(resolve)); // the one that ends gives its place to this one
  } else running++;
  try {
    if (request.isClientGone) throw new HttpError(503, 'The client has gone while its batch waited'); // logged as a 499
    return await work();
  } finally {
    const next = waiting.shift();
    if (next === undefined) running--;
    else next();
  }
}

type Texts = readonly (string | null)[];

async function readCalls(bytes: Uint8Array, { service }: RequestContext): Promise<{ texts: Texts; mode: Mode }> {
  const { bigQueryLimits: limits } = service;
  if (bytes.length <= MAX_WHOLE_BYTES) return checked(parseJson(decodeUtf8(bytes), limits, EXAMPLE), limits);
  const split = await splitCalls(bytes, limits, service.limits.bodyLimitBytes);
  const { texts: others, mode } = checked(parseJson(split.head, limits, EXAMPLE), limits);
  if (others.length > 0)
    throw new HttpError(400, 'Expected one list "calls" in the body, received two', { pointer: '#' });
  const texts: (string | null)[] = [];
  for (const slice of split.slices) {
    const pointer = `#/calls/${texts.length}`;
    let values: unknown;
    try {
      values = parseJson(`[${decodeUtf8(slice)}]`, limits, EXAMPLE);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      throw new HttpError(
        error.status,
        'Expected "calls" to be JSON, received something else at this call or after it',
        {
          pointer,
        },
      );
    }
    for (const value of values as unknown[])
      texts.push(call.check(value, 'each of "calls"', `#/calls/${texts.length}`, limits)[0]);
    await setImmediate(); // other requests run between two slices
  }
  return { texts, mode };
}

const EXAMPLE = body.example as string;

function checked(value: unknown, limits: TextLimits): { texts: Texts; mode: Mode } {
  const given = value as { readonly calls?: unknown; readonly userDefinedContext?: unknown } | null;
  if (Array.isArray(given?.calls)) checkTextCount(given.calls.length, 'calls', '#/calls', limits);
  const { calls, userDefinedContext } = body.check(value, 'the body', '#', limits);
  const names = Object.keys(userDefinedContext ?? {});
  if (userDefinedContext?.mode === undefined && names.length > 0) refuseMisspelledMode(names);
  return { texts: calls.map(([text]) => text), mode: userDefinedContext?.mode ?? 'score' };
}

/** A function with a slip in its context would give scores in the place of labels. Other names may have a meaning elsewhere. */
function refuseMisspelledMode(names: readonly string[]): void {
  if (names.some((name) => /^mod(?:e?s?|us|el)$/i.test(name.trim())))
    throw new HttpError(
      400,
      'Expected "mode" in "userDefinedContext", received a member of a similar name. Write user_defined_context = [("mode", "label")]',
      { pointer: '#/userDefinedContext' },
    );
}

async function score(
  request: RequestContext,
  texts: Texts,
  given: readonly string[],
  mode: 'score' | 'label',
): Promise<HttpResponse> {
  const scores = await request.scoreSlices(given);
  const cuts = mode === 'label' ? labelCutsOf((await request.service.scorer).bundle) : undefined;
  let next = 0;
  const replies = texts.map((text) => {
    if (text === null) return null;
    const score = scores[next++] as number;
    return cuts === undefined ? score : labels[labelOf(score, cuts)];
  });
  return { json: { replies }, listLength: replies.length };
}

/** Each reply is JSON as text, which PARSE_JSON of BigQuery reads. */
async function explain(request: RequestContext, texts: Texts, given: readonly string[]): Promise<HttpResponse> {
  const explanations = await request.explainSlices(given);
  const replies: string[] = [];
  let next = 0;
  for (const text of texts) {
    if (text === null) {
      replies.push('null');
      continue;
    }
    replies.push(JSON.stringify(JSON.stringify(explanations[next++])));
    if (next % EXPLANATIONS_PER_ROUND === 0) await setImmediate();
  }
  return { type: 'application/json', body: `{"replies":[${replies.join()}]}` };
}

const EXPLANATIONS_PER_ROUND = 16;
