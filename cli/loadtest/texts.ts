/** The texts that a load test sends: the first texts of a file, or reviews that are composed from the corpus. */
import { createReadStream } from 'node:fs';
import { composeReviews } from '../../model/corpus/compose.ts';
import { readCorpus } from '../../model/corpus/read.ts';
import type { DecodeOptions } from '../../model/io/encoding.ts';
import { formatOf, type RecordFormat } from '../../model/io/records.ts';
import { readTextChunks } from '../../model/io/texts.ts';

export interface TextsOptions extends DecodeOptions {
  readonly file?: string;
  /** Format of the file. By default the file name decides. */
  readonly format?: RecordFormat;
  readonly column: string;
  /** The largest number of texts. */
  readonly count: number;
}

const SEED = 6;

/** Composed texts are the same each time. Throws if the file holds no text. */
export async function loadTexts({ file, format, count, ...options }: TextsOptions): Promise<string[]> {
  if (file === undefined) {
    const counts = { sentences: count, eachSentence: false, words: 0, contrasts: 0 };
    return composeReviews(await readCorpus(), { seed: SEED, counts }).map(({ text }) => text);
  }
  const texts: string[] = [];
  const source = createReadStream(file);
  for await (const chunk of readTextChunks(source, format ?? formatOf(file), file, options)) {
    texts.push(...chunk.slice(0, count - texts.length).map(({ text }) => text));
    if (texts.length === count) break;
  }
  if (texts.length === 0) throw new Error(`${file}: expected at least one text, found none`);
  return texts;
}
