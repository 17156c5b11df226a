/** Texts → their scores with what made them. */
import { setImmediate } from 'node:timers/promises';
import { type Explanation, UnexplainableError } from '../model/scoring/explain.ts';
import type { Scorer } from '../model/scoring/scorer.ts';
import { HttpError } from './problem.ts';

/** What the model does not allow is an HttpError. */
export async function explainAll(scorer: Scorer, texts: readonly string[]): Promise<readonly Explanation[]> {
  const explanations: Explanation[] = [];
  try {
    for (const text of texts) {
      explanations.push(await scorer.explain(text));
      if (explanations.length < texts.length) await setImmediate(); // others are answered between two texts
    }
    return explanations;
  } catch (error) {
    if (error instanceof UnexplainableError) throw new HttpError(501, error.message, { pointer: '#/explain' });
    throw error;
  }
}
