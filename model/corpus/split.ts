/**
 * Splits the corpus into a training part and held-out sentences: leave one domain out, or k folds of the sentences.
 * Only sentences with 1 to 5 stars are held out. The words always stay in the training part, because they have no
 * domain.
 */
import type { Review } from '../io/reviews.ts';
import { type Corpus, domains, isNeutral, isSubject, type Sentence } from './read.ts';

export interface CorpusSplit {
  /** The held-out part: a domain, or `part 1 of 5`. */
  readonly name: string;
  readonly training: Corpus;
  readonly heldOut: readonly Review[];
}

/** One split per subject that the corpus has. `general` and `phrase` always stay in the training part. */
export function leaveOneDomainOut(corpus: Corpus): CorpusSplit[] {
  return domains
    .filter(isSubject)
    .filter((domain) => corpus.sentences.some((sentence) => sentence.domain === domain))
    .map((domain) => splitBy(corpus, domain, (sentence) => sentence.domain === domain));
}

/** k folds, stratified by domain and stars. Every sentence is held out once. */
export function sentenceFolds(corpus: Corpus, count: number): CorpusSplit[] {
  const sizes = new Map<string, number>();
  const foldOf = new Map<Sentence, number>();
  for (const sentence of corpus.sentences) {
    const stratum = `${sentence.domain} ${sentence.stars}`;
    const size = sizes.get(stratum) ?? 0;
    sizes.set(stratum, size + 1);
    foldOf.set(sentence, size % count);
  }
  return Array.from({ length: count }, (_, fold) =>
    splitBy(corpus, `part ${fold + 1} of ${count}`, (sentence) => foldOf.get(sentence) === fold),
  );
}

function splitBy({ sentences, words }: Corpus, name: string, isHeldOut: (sentence: Sentence) => boolean): CorpusSplit {
  return {
    name,
    training: { sentences: sentences.filter((sentence) => !isHeldOut(sentence)), words },
    heldOut: sentences
      .filter((sentence) => isHeldOut(sentence) && !isNeutral(sentence))
      .map(({ stars, text }) => ({ stars, text })),
  };
}
