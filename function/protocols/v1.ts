/**
 * KServe's V1 protocol, which Vertex AI uses, too: `{"instances": […]}` → `{"predictions": […]}`. An instance is a
 * text, or an object with the text as `text`.
 */
import { either, list, object, type TypeOf } from '../body-schema.ts';
import type { Operation } from '../route.ts';
import { explainList, text } from './texts.ts';

const body = object(
  { instances: list(either('a text or {"text": "…"}', text, object({ text })), { limitedAs: 'instances' }) },
  '{"instances": ["…", {"text": "…"}]}',
);
type Body = TypeOf<typeof body>;

function textsOf({ instances }: Body): readonly string[] {
  return instances.map((instance) => (typeof instance === 'string' ? instance : instance.text));
}

export const models: Operation = {
  async handle({ service }) {
    return { json: { models: [service.nameOf((await service.scorer).bundle)] } };
  },
};

export const model: Operation = {
  handle: ({ model, service }) => ({ json: { name: model.name, ready: !service.isDraining } }),
};

export const predict: Operation<Body> = {
  body,
  acceptsEvents: true,
  async handle(request, body) {
    const predictions = Array.from(await request.score(textsOf(body)));
    return { json: { predictions }, listLength: predictions.length };
  },
};

export const explain: Operation<Body> = {
  body,
  acceptsEvents: true,
  async handle(request, body) {
    const { scores, explanations } = await explainList(request, textsOf(body));
    return { json: { predictions: scores, explanations } };
  },
};
