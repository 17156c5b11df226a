/** The texts that a load test sends: the first texts of a file, or reviews that are composed from the corpus. */
import { createReadStream } from 'node:fs';
import { composeReviews } from '../../model/corpus/compose.ts';
import { readCorpus } from '../../model/corpus/read.ts';
import { formatOf, type RecordFormat, readRecords, textIn } from '../../model/io/records.ts';

export interface TextsOptions {
  readonly file?: string;
  /** Format of the file. By default the file name decides. */
  readonly format?: RecordFormat;
  readonly column: string;
  /** The largest number of texts. */
  readonly count: number;
}

const SEED = 6;

/** Composed texts are the same each time. Throws if the file holds no text. */
export async function loadTexts({ file, format, column, count }: TextsOptions): Promise<string[]> {
  if (file === undefined) {
    const counts = { sentences: count, eachSentence: false, words: 0, contrasts: 0 };
    return composeReviews(await readCorpus(), { seed: SEED, counts }).map(({ text }) => text);
  }
  const kind = format ?? formatOf(file);
  const field = kind === 'lines' ? 'text' : column;
  const texts: string[] = [];
  for await (const record of readRecords(createReadStream(file), kind, file, [field])) {
    texts.push(textIn(record, field, file));
    if (texts.length === count) break;
  }
  if (texts.length === 0) throw new Error(`${file}: expected at least one text, found none`);
  return texts;
}
