/** The benchmark's texts: reviews composed from the corpus, of about the length of a real one. */
import { composeReviews } from '../model/corpus/compose.ts';
import { readCorpus } from '../model/corpus/read.ts';

const COUNT = 300;
const SHORTEST = 60; // UTF-16 units
const LONGEST = 140;

/** 300 reviews of 60 to 140 characters, the same at each call. */
export async function benchTexts(): Promise<string[]> {
  const reviews = composeReviews(await readCorpus(), { seed: 20_000 });
  const texts = reviews.map(({ text }) => text).filter(({ length }) => length >= SHORTEST && length <= LONGEST);
  if (texts.length < COUNT)
    throw new Error(`Expected at least ${COUNT} texts of ${SHORTEST} to ${LONGEST} characters, found ${texts.length}`);
  return texts.slice(0, COUNT);
}
