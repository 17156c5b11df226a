/**
 * The corpus taken apart, to learn from one side and measure on the other: without one domain, or without some sentences of
 * each. What is measured on is sentences alone, those of 1 to 5 stars. Words stay on the learning side: they are of no domain.
 */
import type { Review } from '../io/reviews.ts';
import { type Corpus, domains, type Sentence } from './read.ts';

export interface CorpusSplit {
  readonly name: string;
  readonly training: Corpus;
  readonly heldOut: readonly Review[];
}

/** For each domain that is one, the corpus without it; what fits any domain always stays. */
export function withoutEachDomain(corpus: Corpus): CorpusSplit[] {
  return domains
    .filter((domain) => domain !== 'general' && domain !== 'phrase')
    .filter((domain) => corpus.sentences.some((sentence) => sentence.domain === domain))
    .map((domain) => splitBy(corpus, domain, (sentence) => sentence.domain === domain));
}

/** Each sentence is heldOut once; each part has its share of every domain and number of stars. */
export function withoutSomeSentences(corpus: Corpus, parts: number): CorpusSplit[] {
  const counts = new Map<string, number>();
  const partOf = new Map<Sentence, number>();
  for (const sentence of corpus.sentences) {
    const kind = `${sentence.domain} ${sentence.stars}`;
    const count = counts.get(kind) ?? 0;
    counts.set(kind, count + 1);
    partOf.set(sentence, count % parts);
  }
  return Array.from({ length: parts }, (_, part) =>
    splitBy(corpus, `part ${part + 1} of ${parts}`, (sentence) => partOf.get(sentence) === part),
  );
}

function splitBy({ sentences, words }: Corpus, name: string, isApart: (sentence: Sentence) => boolean): CorpusSplit {
  return {
    name,
    training: { sentences: sentences.filter((sentence) => !isApart(sentence)), words },
    heldOut: sentences
      .filter((sentence) => isApart(sentence) && sentence.stars > 0)
      .map(({ stars, text }) => ({ stars, text })),
  };
}
