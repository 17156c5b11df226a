/**
 * hoshi's own protocol: `{"texts": "…"}` → `{"score": …}`, and `{"texts": ["…", "…"]}` → `{"scores": […]}`. With
 * `"explain": true`, the response holds the explanation of each score, too, and with `"details": true` its label and the
 * share of known words.
 */
import type { Detail } from '../../model/scoring/details.ts';
import { boolean, either, list, object, optional, string, type TypeOf } from '../body-schema.ts';
import type { HttpResponse } from '../response.ts';
import type { Operation, RequestContext } from '../route.ts';

export const text = string({
  description: 'A review, any text.',
  examples: ['すごい！最高に興奮した！楽しい'],
});

const body = object(
  {
    texts: either('a string or a list of strings', text, list(text, { limitedAs: 'texts' })),
    explain: optional(boolean({ default: false, description: 'Whether to explain each score.' })),
    details: optional(
      boolean({
        default: false,
        description: 'Whether to give the label of each score, and the share of the words that the model knows.',
      }),
    ),
  },
  '{"texts": "…"}',
);

export const score: Operation<TypeOf<typeof body>> = {
  body,
  acceptsEvents: true,
  handle(request, { texts, explain = false, details = false }) {
    if (explain || details) return describeTexts(request, texts, explain, details);
    if (typeof texts !== 'string') return scoreList(request, texts);
    // Most requests have one short text. It is scored without a promise.
    const score = request.scoreNow(texts);
    return score === undefined ? scoreOne(request, texts) : { json: { score } };
  },
};

async function scoreOne(request: RequestContext, text: string): Promise<HttpResponse> {
  return { json: { score: (await request.score([text]))[0] } };
}

async function scoreList(request: RequestContext, texts: readonly string[]): Promise<HttpResponse> {
  return { json: { scores: Array.from(await request.score(texts)) }, listLength: texts.length };
}

async function describeTexts(
  request: RequestContext,
  texts: string | readonly string[],
  explain: boolean,
  wantsDetails: boolean,
): Promise<HttpResponse> {
  const isOne = typeof texts === 'string';
  const list = isOne ? [texts] : texts;
  const explained = explain ? await explainList(request, list) : undefined;
  const detailed = wantsDetails ? await detailList(request, list) : undefined;
  const scores = explained?.scores ?? detailed?.scores ?? [];
  const [explanations, details] = [explained?.explanations, detailed?.details];
  return isOne
    ? { json: { score: scores[0], explanation: explanations?.[0], details: details?.[0] } }
    : { json: { scores, explanations, details }, listLength: texts.length };
}

/** The scores of the texts, and their details, each in the order of the texts. */
async function detailList(
  request: RequestContext,
  texts: readonly string[],
): Promise<{ readonly scores: readonly number[]; readonly details: readonly Detail[] }> {
  const counted = await request.scoreWithWords(texts);
  const { bundle } = await request.service.scorer;
  const { detailsOf } = await import('../../model/scoring/details.ts');
  return { scores: Array.from(counted.scores), details: detailsOf(counted, bundle) };
}

/** The scores of the texts, and their explanations without the scores, each in the order of the texts. */
export async function explainList(
  request: RequestContext,
  texts: readonly string[],
): Promise<{ readonly scores: readonly number[]; readonly explanations: readonly object[] }> {
  const explanations = await request.explain(texts);
  return {
    scores: explanations.map(({ score }) => score),
    explanations: explanations.map(({ score: _, ...explanation }) => explanation),
  };
}
