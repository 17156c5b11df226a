/** Writes a report's file, from a bundle and reviews with its scores. */
import type { Manifest } from '../../bundle/manifest.ts';
import type { Bundle } from '../../bundle/read.ts';
import { hashOfReviews, type Review } from '../../io/reviews.ts';
import { writeAtomically } from '../../io/write-atomically.ts';
import type { Scorer } from '../../scoring/scorer.ts';
import type { Baselines } from '../baselines.ts';
import { type Evaluation, measureScores } from '../evaluate.ts';
import type { NamedCurve } from '../learning-curve.ts';
import type { SizeCurve } from '../size-curve.ts';
import { hoshiVersion, modelFact, trainedByFact, trainedOnFact } from './facts.ts';
import { createReport } from './report.ts';
import { reportedModelOf } from './reported-model.ts';

/** A bundle with the reviews that it was measured on. */
export interface MeasuredBundle {
  readonly bundle: Bundle;
  /** Loaded from that bundle. It explains scores. */
  readonly scorer: Scorer;
  /** The command that measured. */
  readonly command: string;
  /** The name of the reviews, for the page's first line. */
  readonly measuredOn: string;
  readonly reviews: readonly Review[];
  /** The score of each review, in their order. */
  readonly scores: Float64Array;
  /** The measures of these scores, if the caller has them. */
  readonly evaluation?: Evaluation;
  readonly baselines?: Baselines;
  /** The last curve is the model's own. */
  readonly curves?: readonly NamedCurve[];
  readonly sizeCurve?: SizeCurve;
  /** All reviews of a training, of which `reviews` were held out. */
  readonly allReviews?: readonly Review[];
}

/** Writes the report to a temporary file, which then takes the place of `file`. `reportOf` says when it rejects. */
export async function writeReport(
  file: string,
  measured: MeasuredBundle,
  warn: (message: string) => void,
): Promise<void> {
  await writeAtomically(file, Buffer.from(await reportOf(measured, warn)));
}

/**
 * The report as an HTML page. `warn` gets a message for each part that it must leave out. Rejects unless there are at least
 * two different stars.
 */
export async function reportOf(measured: MeasuredBundle, warn: (message: string) => void): Promise<string> {
  const { bundle, scorer, command, measuredOn, reviews, scores } = measured;
  const { baselines, curves, sizeCurve, allReviews } = measured;
  const { manifest } = bundle;
  const { evaluation = measureScores(reviews, scores, manifest) } = measured;
  return createReport({
    name: manifest.name,
    version: manifest.version,
    measuredOn,
    facts: factsOf(manifest, command, hashOfReviews(reviews)),
    evaluation,
    ...(baselines && { baselines }),
    ...(curves && { curves }),
    ...(sizeCurve && { sizeCurve }),
    ...(allReviews && { allReviews }),
    ...(manifest.made.reviews === undefined
      ? {}
      : { trainedOn: { reviews: manifest.made.reviews, hasBase: manifest.training.base !== undefined } }),
    reviews,
    scores,
    model: await reportedModelOf(bundle, scorer, warn),
  });
}

/**
 * Facts about the making of the model and its scores. They contain no time and no path, because the same input must
 * give the same bytes.
 */
function factsOf(manifest: Manifest, command: string, hash: string): (readonly [name: string, value: string])[] {
  const { tokenizer, vectorizer, training, lightgbm } = manifest;
  return [
    ['Model', modelFact(manifest)],
    ['Trained by', trainedByFact(manifest)],
    ['Trained on', trainedOnFact(manifest)],
    ['Measured by', command],
    ['Measured on', `SHA-256 of stars and texts ${hash}`],
    ['Tokens', `${tokenizer.name} ${tokenizer.version}, dictionary ${tokenizer.dictionary}`],
    ['Terms', JSON.stringify(vectorizer)],
    ['Trees', `LightGBM ${lightgbm}, ${JSON.stringify(training)}`],
    ['hoshi', hoshiVersion()],
  ];
}
