/**
 * The normalizer of the native engine. The files in normalizer/ are its C++ core. engine-addon.ts has the rules for
 * arguments and objects.
 */
import { join } from 'node:path';
import { checkInteger, checkTables, checkText } from './checks.ts';
import { analyzerHandles, type NativeAnalyzer } from './engine.ts';
import { addon, handleOf, type NormalizedText, type NormalizerHandle } from './engine-addon.ts';
import { call } from './errors.ts';
import { checkSteps, NORMALIZER_STEPS, type NormalizerStep } from './normalizer-steps.ts';
import { packageRoot } from './package-root.ts';

/** The compiled tables of the normalizer, beside the dictionary. */
export const normalizerPath = join(packageRoot, 'build', 'dictionary', 'normalizer.bin');

export const normalizerHandles = new WeakMap<NativeNormalizer, NormalizerHandle>();

/** Text → normalized text (reference/normalizer.ts is the readable twin). */
export class NativeNormalizer {
  readonly #handle: NormalizerHandle;

  /** Whether the step emoji runs: then each emoji of a normalized text is a token. */
  readonly keepsEmoji: boolean;

  private constructor(handle: NormalizerHandle, steps: readonly NormalizerStep[]) {
    this.#handle = handle;
    this.keepsEmoji = steps.includes('emoji');
    normalizerHandles.set(this, handle);
  }

  /**
   * Loads compiled tables, as `NativeAnalyzer.load` does. The steps elongation and spelling look words up in the
   * analyzer's dictionary. Throws a NativeError with the code `argument` if a step is unknown, named twice, or not in
   * order.
   */
  static load(
    analyzer: NativeAnalyzer,
    steps: readonly string[],
    tables: string | Uint8Array = normalizerPath,
  ): NativeNormalizer {
    const dictionary = handleOf(analyzerHandles, analyzer, 'the analyzer');
    const checked = checkSteps(steps);
    const numbers = Uint8Array.from(checked, (step) => NORMALIZER_STEPS.indexOf(step));
    checkTables(tables, 'the tables');
    return new NativeNormalizer(
      call(() => addon().loadNormalizer(tables, numbers, dictionary)),
      checked,
    );
  }

  /** The SHA-256 of the files that the tables were compiled from. */
  get identity(): string {
    return this.#handle.identity;
  }

  /** Any string is accepted, lone surrogates included. If nothing changes, each unit has its own offsets. */
  normalize(text: string): NormalizedText {
    checkText(text);
    const changed = call(() => this.#handle.normalize(text));
    if (changed !== undefined) return changed;
    const starts = Uint32Array.from({ length: text.length }, (_, i) => i);
    return { text, starts, ends: starts.map((start) => start + 1) };
  }

  /**
   * The most UTF-16 units that the text may have after the step nfkc, in linear time. The other steps make no text
   * longer, except that repeats makes www of ww.
   */
  maxUnits(text: string): number {
    checkText(text);
    return call(() => this.#handle.maxUnits(text));
  }

  /**
   * The length in UTF-16 units of the emoji sequence that begins at `index`, or 0. The text must be normalized by the
   * step emoji.
   */
  emojiLength(text: string, index: number): number {
    checkText(text);
    checkInteger(index, 0, text.length, 'the index');
    return this.#handle.emojiLength(text, index);
  }
}
