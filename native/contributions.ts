/**
 * The TypeScript interface of the native contributions, which explain scores without the model's text. engine-addon.ts
 * has the rules for arguments, errors and objects.
 */
import { checkRow, checkTables, checkText, lengthOf } from './checks.ts';
import {
  addon,
  type ContributionsHandle,
  type ContributionTotals,
  type ExplainedText,
  handleOf,
} from './engine-addon.ts';
import { argumentError, call, callAsync } from './errors.ts';
import type { SparseRow } from './rows.ts';
import { extractorHandles, type NativeExtractor } from './scorer.ts';

/** Row → the contribution of each column, to the same bits as reference/contributions.ts, the readable twin. */
export class NativeContributions {
  readonly #handle: ContributionsHandle;
  readonly columnCount: number;

  private constructor(handle: ContributionsHandle) {
    this.#handle = handle;
    this.columnCount = handle.columnCount;
  }

  /** Loads a compiled file of contributions, as `NativeAnalyzer.load` does. */
  static load(contributions: string | Uint8Array): NativeContributions {
    checkTables(contributions, 'the contributions');
    return new NativeContributions(call(() => addon().loadContributions(contributions)));
  }

  /** The SHA-256 of the model text that the file was compiled from. */
  get identity(): string {
    return this.#handle.identity;
  }

  /**
   * Explains one row. `ofColumns` has one contribution for each column that the row names, in their order. NaN is a
   * missing value.
   */
  of(row: SparseRow): ContributionTotals & { readonly ofColumns: Float64Array } {
    const { columns, values } = checkRow(row, this.columnCount);
    const ofColumns = new Float64Array(lengthOf(columns));
    return { ...this.#handle.of(columns, values, ofColumns), ofColumns };
  }

  /**
   * Makes the row of a text and explains it, both outside the event loop. Any string is accepted. The extractor counts
   * the words. Rejects if the extractor has another number of columns.
   */
  async explain(extractor: NativeExtractor, text: string): Promise<ExplainedText> {
    checkText(text);
    const handle = handleOf(extractorHandles, extractor, 'the extractor');
    if (extractor.columnCount !== this.columnCount)
      throw argumentError('the extractor', `of ${this.columnCount} columns`, extractor.columnCount);
    const { terms, ...explained } = await callAsync(() => handle.explain(text, this.#handle));
    return { terms: explained.values.length === 0 ? [] : terms.split('\n'), ...explained };
  }
}
