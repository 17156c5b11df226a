/**
 * hoshi's own protocol: `{"texts": "…"}` → `{"score": …}`, and `{"texts": ["…", "…"]}` → `{"scores": […]}`. With
 * `"explain": true`, the response holds the explanation of each score, too.
 */
import { boolean, either, list, object, optional, string, type TypeOf } from '../body-schema.ts';
import type { HttpResponse } from '../response.ts';
import type { Operation, RequestContext } from '../route.ts';

export const text = string({
  description: 'A review, any text.',
  examples: ['すごい！最高に興奮した！楽しい'],
});

const body = object({
  texts: either('a string or a list of strings', text, list(text, { limitedAs: 'texts' })),
  explain: optional(boolean({ default: false, description: 'Whether to explain each score.' })),
});

export const score: Operation<TypeOf<typeof body>> = {
  body,
  acceptsEvents: true,
  handle(request, { texts, explain = false }) {
    if (explain) return explainTexts(request, texts);
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
  return { json: { scores: Array.from(await request.score(texts)) } };
}

async function explainTexts(request: RequestContext, texts: string | readonly string[]): Promise<HttpResponse> {
  const { scores, explanations } = await explainList(request, typeof texts === 'string' ? [texts] : texts);
  const isOne = typeof texts === 'string';
  return { json: isOne ? { score: scores[0], explanation: explanations[0] } : { scores, explanations } };
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
