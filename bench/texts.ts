/** The benchmark's texts: reviews composed from the corpus, each of about the length of a real one. */
import { composeReviews } from '../model/corpus/compose.ts';
import { readCorpus } from '../model/corpus/read.ts';

const COUNT = 300;
const SHORTEST = 86; // UTF-16 units
const LONGEST = 112;

/** 300 reviews, the same at each call for the same corpus. None holds an emoji or a line feed. */
export async function benchTexts(): Promise<string[]> {
  const counts = { sentences: 4000, eachSentence: false, words: 0, contrasts: 0 };
  const reviews = composeReviews(await readCorpus(), { seed: 20_000, counts });
  const texts = reviews.map(({ text }) => text).filter(({ length }) => length >= SHORTEST && length <= LONGEST);
  if (texts.length < COUNT)
    throw new Error(`Expected at least ${COUNT} texts of ${SHORTEST} to ${LONGEST} characters, found ${texts.length}`);
  return texts.slice(0, COUNT);
}
