/** Texts → their scores with what made them. */
import { setImmediate } from 'node:timers/promises';
import { type Explanation, UnexplainableError } from '../model/explain.ts';
import type { Scorer } from '../model/scorer.ts';
import type { Texts } from './body.ts';
import { HttpError } from './problem.ts';

/** The body of the answer. What the model does not allow is an HttpError. */
export async function explain(scorer: Scorer, texts: Texts): Promise<object> {
  try {
    if (typeof texts === 'string') {
      const { score, ...explanation } = await scorer.explain(texts);
      return { score, explanation };
    }
    const scores: number[] = [];
    const explanations: Omit<Explanation, 'score'>[] = [];
    for (const text of texts) {
      const { score, ...explanation } = await scorer.explain(text);
      scores.push(score);
      explanations.push(explanation);
      await setImmediate(); // other requests are answered between two texts
    }
    return { scores, explanations };
  } catch (error) {
    if (error instanceof UnexplainableError) throw new HttpError(501, error.message, { pointer: '#/explain' });
    throw error;
  }
}
