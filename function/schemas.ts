/** JSON schemas of the bodies, as OpenAPI 3.1 takes them. */

export type Schema = Readonly<Record<string, unknown>>;

/** A media type → its schema. */
export type Response = Readonly<Record<string, Schema>>;

export const jsonOf = (schema: Schema): Response => ({ 'application/json': schema });
export const plainText: Response = { 'text/plain': { type: 'string' } };
export const modelCard: Response = { 'text/markdown': { type: 'string' }, 'text/plain': { type: 'string' } };
export const homePage: Response = { 'text/html': { type: 'string' }, 'text/plain': { type: 'string' } };

const object = (properties: Readonly<Record<string, Schema>>, optional: readonly string[] = []): Schema => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
});
const listOf = (items: Schema, more: Schema = {}): Schema => ({ type: 'array', items, ...more });
const string: Schema = { type: 'string' };
const is = (value: unknown): Schema => ({ const: value });

const text: Schema = {
  type: 'string',
  description: 'A review, any text.',
  examples: ['すごい！最高に興奮した！楽しい'],
};
const aScore: Schema = { type: 'number', description: "Stars, within the model's range." };
const count: Schema = { type: 'integer', minimum: 0 };

export const texts = (textsLimit: number): Schema =>
  object(
    {
      texts: { oneOf: [text, listOf(text, { maxItems: textsLimit })] },
      explain: { type: 'boolean', default: false, description: 'Whether to tell what made each score.' },
    },
    ['explain'],
  );

const stars: Schema = { type: 'number' };
const explanation = object({
  base: { ...stars, description: 'The mean of the model.' },
  absent: { ...stars, description: 'What the terms add that the text does not have.' },
  held: { ...stars, description: 'What holding the score within its range adds.' },
  terms: listOf(
    object({
      term: string,
      offsets: listOf(listOf(count, { minItems: 2, maxItems: 2 }), {
        description: 'All its places, [start, end) in UTF-16 units.',
      }),
      value: { type: 'number', description: 'Its TF-IDF value.' },
      contribution: { ...stars, description: 'The stars that it adds.' },
    }),
  ),
});
export const scores: Schema = {
  oneOf: [
    object({ score: aScore, explanation }, ['explanation']),
    object({ scores: listOf(aScore), explanations: listOf(explanation) }, ['explanations']),
  ],
};

export const status = object({ status: is('alive') });
export const readiness = object({
  status: is('ready'),
  engine: string,
  bundle: object({ name: string, version: string }),
});

export const v1Models = object({ models: listOf(string) });
export const v1Model = object({ name: string, ready: { type: 'boolean' } });
export const instances = (textsLimit: number): Schema =>
  object({ instances: listOf({ oneOf: [text, object({ text })] }, { maxItems: textsLimit }) });
export const predictions = object({ predictions: listOf(aScore) });
export const explainedPredictions = object({ predictions: listOf(aScore), explanations: listOf(explanation) });

const tensor = { name: string, datatype: string, shape: listOf({ type: 'integer' }) };
export const v2Server = object({ name: string, version: string, extensions: listOf(string) });
export const v2Live = object({ live: is(true) });
export const v2Ready = object({ ready: is(true) });
export const v2Model = object({
  name: string,
  versions: listOf(string),
  platform: string,
  inputs: listOf(object(tensor)),
  outputs: listOf(object(tensor)),
});
export const v2ModelReady = object({ name: string, ready: is(true) });
export const inferRequest = (textsLimit: number): Schema =>
  object(
    {
      id: string,
      inputs: listOf(
        object(
          {
            name: is('text'),
            datatype: is('BYTES'),
            shape: listOf(count, { minItems: 1, description: 'As many texts as "data" has.' }),
            data: {
              type: 'array',
              description: `At most ${textsLimit} texts, flat or nested as the shape is; none where they follow as a binary tensor.`,
            },
            parameters: {
              type: 'object',
              properties: { binary_data_size: { ...count, description: 'Bytes behind the JSON that are the texts.' } },
            },
          },
          ['data', 'parameters'],
        ),
        { minItems: 1, maxItems: 1 },
      ),
      outputs: listOf(
        object(
          { name: is('score'), parameters: { type: 'object', properties: { binary_data: { type: 'boolean' } } } },
          ['parameters'],
        ),
        { maxItems: 1 },
      ),
    },
    ['id', 'outputs'],
  );
const inferAnswer = object(
  {
    model_name: string,
    model_version: string,
    id: string,
    outputs: listOf(object({ name: is('score'), datatype: is('FP64'), shape: listOf(count), data: listOf(aScore) })),
  },
  ['id'],
);
/** In JSON, or JSON with the tensor of scores behind it, as it is asked for. */
export const inferResponse: Response = {
  ...jsonOf(inferAnswer),
  'application/octet-stream': { type: 'string', format: 'binary' },
};

/** RFC 9457. */
export const problem = object(
  { type: string, title: string, status: { type: 'integer' }, detail: string, pointer: string },
  ['pointer'],
);
