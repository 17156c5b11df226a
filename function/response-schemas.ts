/**
 * JSON Schemas of the 200 responses, by name, and of the problem document. Only openapi.ts uses them, so a process
 * starts without this file. body-schema.ts has the schemas of request bodies.
 */
import { type JsonSchema, listSchema as list, objectSchema as object, orNull } from './body-schema.ts';

/** Media types, each with its schema. */
export type ResponseContent = Readonly<Record<string, JsonSchema>>;

const json = (schema: JsonSchema): ResponseContent => ({ 'application/json': schema });

const string: JsonSchema = { type: 'string' };
const count: JsonSchema = { type: 'integer', minimum: 0 };
const constant = (value: unknown): JsonSchema => ({ const: value });

const score: JsonSchema = { type: 'number', description: "Stars, within the model's range." };

const stars: JsonSchema = { type: 'number' };
const explanation = object({
  base: { ...stars, description: 'The mean of the trees, plus the constant of a linear leaf.' },
  absent: { ...stars, description: 'The contribution of the trees for terms that the text does not have.' },
  held: {
    ...stars,
    description: 'Score − raw sum: the effect of the end map of the model, or of clamping if it has none.',
  },
  terms: list(
    object({
      term: {
        ...string,
        description:
          'Words of the text, at the first occurrence. Marks may follow: （ない） negated, （逆接の前） and （逆接の後） before and after a concessive particle, （最後の文） in the last of several sentences.',
      },
      name: {
        ...string,
        description: 'The same for every text: the term with base forms, and such marks, as the model knows it.',
      },
      offsets: list(list(count, { minItems: 2, maxItems: 2 }), {
        description:
          'All occurrences of the term, [start, end) in UTF-16 units of the text as it was sent. Terms may overlap.',
      }),
      value: { type: 'number', description: 'Its TF-IDF value.' },
      contribution: {
        ...stars,
        description:
          'The stars that the term adds: its SHAP value of the trees, plus coefficient · value of a linear leaf.',
      },
    }),
  ),
});

const detail = object({
  known: orNull({
    type: 'number',
    minimum: 0,
    description: 'The share of the words of the text that the model knows, 0 to 1. Null for a text without words.',
  }),
  label: { enum: ['negative', 'neutral', 'positive'], description: "By the two cuts of the model's labels." },
});

const tensor = { name: string, datatype: string, shape: list({ type: 'integer' }) };

/** A route names its response by a key of this table. */
export const responses = {
  scores: json({
    oneOf: [
      object({ score, explanation, details: detail }, ['explanation', 'details']),
      object({ scores: list(score), explanations: list(explanation), details: list(detail) }, [
        'explanations',
        'details',
      ]),
    ],
  }),
  homePage: { 'text/html': string, 'text/plain': string },
  page: { 'text/html': string },
  modelCard: { 'text/html': string, 'text/markdown': string },
  plainText: { 'text/plain': string },
  anyObject: json({ type: 'object' }),
  status: json(object({ status: constant('alive') })),
  readiness: json(
    object({ status: constant('ready'), engine: string, bundle: object({ name: string, version: string }) }),
  ),
  v1Models: json(object({ models: list(string) })),
  v1Model: json(object({ name: string, ready: { type: 'boolean' } })),
  predictions: json(object({ predictions: list(score) })),
  explainedPredictions: json(object({ predictions: list(score), explanations: list(explanation) })),
  replies: json(
    object({
      replies: list(
        { type: ['number', 'string', 'null'] },
        { description: 'In the order of the calls: stars, labels, or explanations as JSON text. Null for a null.' },
      ),
    }),
  ),
  v2Server: json(object({ name: string, version: string, extensions: list(string) })),
  v2Live: json(object({ live: constant(true) })),
  v2Ready: json(object({ ready: constant(true) })),
  v2Model: json(
    object({
      name: string,
      versions: list(string),
      platform: string,
      inputs: list(object(tensor)),
      outputs: list(object(tensor)),
    }),
  ),
  v2ModelReady: json(object({ name: string, ready: constant(true) })),
  /** JSON; or, if the request asks for it, JSON and then the tensor of scores in binary form. */
  inferResponse: {
    ...json(
      object(
        {
          model_name: string,
          model_version: string,
          id: string,
          outputs: list(
            object({ name: constant('score'), datatype: constant('FP64'), shape: list(count), data: list(score) }),
          ),
        },
        ['id'],
      ),
    ),
    'application/octet-stream': { type: 'string', format: 'binary' },
  },
} satisfies Readonly<Record<string, ResponseContent>>;

export type ResponseName = keyof typeof responses;

const problemMembers = { type: string, title: string, status: { type: 'integer' }, detail: string, pointer: string };

/** The problem document of RFC 9457. */
export const problem = object(problemMembers, ['pointer']);

/** What BigQuery reads of an error. */
export const bigQueryProblem = object({ errorMessage: string });

/** The same below /v1 and /v2, where clients of KServe and Triton read the member `error`. */
export const inferenceProblem = object({ ...problemMembers, error: { ...string, description: 'The detail.' } }, [
  'pointer',
]);
