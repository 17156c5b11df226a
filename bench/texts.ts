/**
 * The texts of the benchmarks: ordinary reviews composed from the corpus, and long texts that tokenizers are slow on.
 */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { composeReviews } from '../model/corpus/compose.ts';
import { readCorpus } from '../model/corpus/read.ts';

const COUNT = 300;
const SEED = 20_000;
/** The length of a review, in UTF-16 units. Real reviews are about as long. */
const [MIN_UNITS, MAX_UNITS] = [86, 112];

/**
 * 300 reviews, the same at each call for the same corpus. They hold no emoji and no line feed, because kuromoji.js
 * splits these otherwise.
 */
export async function benchTexts(): Promise<string[]> {
  const counts = { sentences: 4000, eachSentence: false, words: 0, contrasts: 0 };
  const reviews = composeReviews(await readCorpus(), { seed: SEED, counts });
  const isOrdinary = ({ length }: string) => length >= MIN_UNITS && length <= MAX_UNITS;
  const texts = reviews
    .map(({ text }) => text)
    .filter((text) => isOrdinary(text) && !/[\n\u{10000}-\u{10ffff}]/u.test(text));
  if (texts.length < COUNT)
    throw new Error(
      `Expected the corpus to give ${COUNT} texts of ${MIN_UNITS} to ${MAX_UNITS} characters, found ${texts.length}`,
    );
  return texts.slice(0, COUNT);
}

// ------------------------------------------------------------------------------------------------- long texts

export const kinds = ['ordinary', 'a run of ー', 'a run of 😀', 'without 、 and 。'] as const;
export type Kind = (typeof kinds)[number];

/** The piece of text that is repeated to make a text of a kind. */
export async function materialOf(kind: Kind): Promise<string> {
  if (kind === 'a run of ー') return 'ー';
  if (kind === 'a run of 😀') return '😀';
  const reviews = (await benchTexts()).join('');
  return kind === 'ordinary' ? reviews : reviews.replace(/[、。]/g, '');
}

/** Repeats `material` to exactly `length` UTF-16 units. */
export function repeatToUnits(material: string, length: number): string {
  return material.repeat(Math.ceil(length / material.length)).slice(0, length);
}

/** Repeats `material` to at most `length` bytes of UTF-8, and does not cut a character. */
export function repeatToBytes(material: string, length: number): string {
  const repeated = material.repeat(Math.ceil(length / Buffer.byteLength(material)));
  const buffer = Buffer.alloc(length);
  return repeated.slice(0, new TextEncoder().encodeInto(repeated, buffer).read);
}

// ------------------------------------------------------------------------------------------------------ files

/** Writes the chunks one after the other, and waits whenever the file's buffer is full. */
export async function writeChunks(file: string, chunks: Iterable<string>): Promise<void> {
  const stream = createWriteStream(file);
  for (const chunk of chunks) if (!stream.write(chunk)) await once(stream, 'drain');
  stream.end();
  await once(stream, 'close');
}

/** A line of a TSV file of reviews. Tabs and line breaks become spaces, so that no field needs quotes. */
export function reviewLine(stars: number, text: string): string {
  return `${stars}\t${text.replaceAll(/[\t\r\n]/g, ' ')}\n`;
}

/** The first line of a TSV file of reviews. */
export const REVIEW_HEADER = 'stars\ttext\n';
