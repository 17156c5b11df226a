/**
 * hoshi as a library: Japanese text → stars, in your own process.
 *
 * The import has no side effects. It reads no file, starts no timer and adds no listener; `loadScorer` loads the rest.
 * Every thread may import the library and load scorers of its own. Their tables are mapped files, which all threads share.
 * A scorer belongs to the thread that loaded it.
 *
 * @module
 */
import { checkOptions } from './arguments.ts';
import type { LoadOptions, Scorer } from './types.ts';

export type * from './types.ts';

/**
 * Loads a model and checks that it reproduces its golden scores, which takes about 20 ms on the engine `native`.
 *
 * @throws TypeError (as a rejection) if an option is not as expected.
 * @throws Error (as a rejection) if the folder holds no valid model, or if no engine can serve it. The message says what
 * was expected, and what was found.
 * @example
 * ```ts
 * import { loadScorer } from 'hoshi';
 *
 * const scorer = await loadScorer();
 * console.log(scorer.score('すごい！最高に興奮した！楽しい')); // 4.818050441920917
 * scorer.dispose();
 * ```
 * @example A model of your own
 * ```ts
 * const scorer = await loadScorer({ bundle: 'my-stars' });
 * ```
 */
export async function loadScorer(options: LoadOptions = {}): Promise<Scorer> {
  const checked = checkOptions(options);
  return (await import('./scorer.ts')).load(checked);
}
