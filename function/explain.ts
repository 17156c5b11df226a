/**
 * Texts → explanations. The file is loaded on first use, because the import of UnexplainableError loads the explainer.
 */
import { setImmediate } from 'node:timers/promises';
import { type Explanation, UnexplainableError } from '../model/scoring/explain.ts';
import type { Scorer } from '../model/scoring/scorer.ts';
import { HttpError } from './response.ts';

/** In the order of the texts. Rejects with a 501 for a model whose scores cannot be explained. */
export async function explainAll(scorer: Scorer, texts: readonly string[]): Promise<readonly Explanation[]> {
  const explanations: Explanation[] = [];
  try {
    for (const text of texts) {
      explanations.push(await scorer.explain(text));
      if (explanations.length < texts.length) await setImmediate(); // other requests run between two texts
    }
    return explanations;
  } catch (error) {
    if (error instanceof UnexplainableError) throw new HttpError(501, error.message, { pointer: '#/explain' });
    throw error;
  }
}
