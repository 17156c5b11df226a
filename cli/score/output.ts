/** The output of a batch: scores as lines, as JSON, or as the rows of the table with more columns. */
import { type AddedValue, rowWith } from '../../model/io/rows.ts';
import { detailsOf } from '../../model/scoring/details.ts';
import type { Scorer } from '../../model/scoring/scorer.ts';
import type { BatchText } from './batches.ts';

export interface OutputFlags {
  readonly json?: boolean;
  readonly details?: boolean;
  readonly append?: boolean;
}

export interface ScoredBatch {
  /** The number of scored texts. */
  readonly count: number;
  readonly output: string | Uint8Array;
}

interface ScoredText {
  readonly score: number;
  readonly label?: string;
  /** The share of known words; null for a text without words. */
  readonly known?: number | null;
}

/** The names of the columns that --append adds. */
export function addedNames({ append, details }: OutputFlags): readonly (keyof ScoredText)[] | undefined {
  if (!append) return undefined;
  return details ? ['score', 'label', 'known'] : ['score'];
}

/** `hasHeader` is false for a part of a table that follows another part. */
export async function scoreBatch(
  scorer: Scorer,
  batch: readonly BatchText[],
  flags: OutputFlags,
  hasHeader: boolean,
): Promise<ScoredBatch> {
  const records = batch.filter(({ row }) => row === undefined || row.kind === 'record');
  const scored = await scoredTexts(
    scorer,
    records.map(({ text }) => text),
    flags.details === true,
  );
  const names = addedNames(flags);
  if (names !== undefined) return { count: records.length, output: tableOutput(batch, scored, names, hasHeader) };
  const isJson = flags.json || flags.details;
  const lines = scored.map((text, i) =>
    isJson ? JSON.stringify({ line: records[i]?.line, ...text }) : String(text.score),
  );
  return { count: records.length, output: lines.map((line) => `${line}\n`).join('') };
}

function tableOutput(
  batch: readonly BatchText[],
  scored: readonly ScoredText[],
  names: readonly (keyof ScoredText)[],
  hasHeader: boolean,
): Uint8Array {
  let next = 0;
  return Buffer.concat(
    batch.flatMap(({ row }) => {
      if (row === undefined || (row.kind === 'header' && !hasHeader)) return [];
      const text = row.kind === 'record' ? scored[next++] : undefined;
      return rowWith(
        row,
        names,
        names.map((name): AddedValue => text?.[name] ?? null),
      );
    }),
  );
}

async function scoredTexts(scorer: Scorer, texts: readonly string[], details: boolean): Promise<readonly ScoredText[]> {
  if (!details) return Array.from(await scorer.scoreBatch(texts), (score) => ({ score }));
  const scored = await scorer.scoreBatchWithWords(texts);
  return detailsOf(scored, scorer.bundle).map(({ label, known }, i) => ({
    score: scored.scores[i] as number,
    label,
    known,
  }));
}
