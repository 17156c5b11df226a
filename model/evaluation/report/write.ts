/** A model, and reviews with the scores it gave them → a report's file, written aside and renamed. */

import { hashOfReviews, type Review } from '../../io/reviews.ts';
import { writeAtomically } from '../../io/write-atomically.ts';
import type { Scorer } from '../../scoring/scorer.ts';
import { type Evaluation, measureScores } from '../evaluate.ts';
import type { NamedCurve } from '../learning-curve.ts';
import { factsOf } from './facts.ts';
import { readModel } from './model-reader.ts';
import { createReport } from './report.ts';

export interface ReportInput {
  readonly bundlePath: string;
  /** Of that bundle: explains what the terms do. */
  readonly scorer: Scorer;
  /** How they were measured. */
  readonly command: string;
  /** Which reviews these are, in a word or two. */
  readonly measuredOn: string;
  readonly reviews: readonly Review[];
  /** One a review, in their order. */
  readonly scores: Float64Array;
  /** Their measures, if these are there already. */
  readonly evaluation?: Evaluation;
  /** The last one is that of the model itself. */
  readonly curves?: readonly NamedCurve[];
}

/** `warn` is told what the report has to do without. Throws unless there are two different stars. */
export async function writeReport(file: string, measured: ReportInput, warn: (message: string) => void): Promise<void> {
  const { bundlePath, scorer, command, measuredOn, reviews, scores, curves } = measured;
  const { bundle: manifest } = scorer;
  const { evaluation = measureScores(reviews, scores, manifest.scoreRange) } = measured;
  const html = await createReport({
    name: manifest.name,
    version: manifest.version,
    measuredOn,
    facts: factsOf(manifest, { command, hash: hashOfReviews(reviews) }),
    evaluation,
    ...(curves === undefined ? {} : { curves }),
    reviews,
    scores,
    model: await readModel(bundlePath, scorer, warn),
  });
  await writeAtomically(file, Buffer.from(html));
}
