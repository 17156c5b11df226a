/** Chooses α of a ridge regression among candidates, by a loss on reviews that the fits have not seen. */

/**
 * Walks from the middle candidate in the direction of a lower loss, and stops where the loss rises: as a function of α it
 * falls and then rises. `candidates` ascend. Of two equal losses the first one met wins.
 */
export async function chooseAlpha<Result extends { readonly loss: number }>(
  candidates: readonly number[],
  evaluate: (alpha: number) => Promise<Result>,
): Promise<Result & { readonly alpha: number }> {
  const at = async (index: number) => {
    const alpha = candidates[index] as number;
    return { alpha, index, ...(await evaluate(alpha)) };
  };
  const middle = await at((candidates.length - 1) >> 1);
  let best = middle;
  for (const step of [1, -1]) {
    for (let index = middle.index + step; index >= 0 && index < candidates.length; index += step) {
      const next = await at(index);
      if (!(next.loss < best.loss)) break;
      best = next;
    }
    if (best.index > middle.index) break; // it rises on the other side
  }
  return best;
}
