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
  const placeOf = placesInStrata(corpus);
  return Array.from({ length: count }, (_, fold) =>
    splitBy(corpus, `part ${fold + 1} of ${count}`, (sentence) => (placeOf.get(sentence) as number) % count === fold),
  );
}

/** The place of each sentence among those of its domain and stars. */
function placesInStrata({ sentences }: Corpus): ReadonlyMap<Sentence, number> {
  const sizes = new Map<string, number>();
  return new Map(
    sentences.map((sentence) => {
      const stratum = `${sentence.domain} ${sentence.stars}`;
      const size = sizes.get(stratum) ?? 0;
      sizes.set(stratum, size + 1);
      return [sentence, size];
    }),
  );
}

/**
 * The corpus with only every `step`-th sentence, stratified by domain and stars. The words stay, as in every split. At
 * least one sentence of each stratum stays.
 */
export function everySentence(corpus: Corpus, step: number): Corpus {
  const placeOf = placesInStrata(corpus);
  const sentences = corpus.sentences.filter((sentence) => (placeOf.get(sentence) as number) % step === 0);
  return { sentences, words: corpus.words };
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
