/** Writes a report's file, from a bundle and reviews with its scores. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../native/package-root.ts';
import type { Manifest } from '../../bundle/manifest.ts';
import type { Bundle } from '../../bundle/read.ts';
import { hashOfReviews, type Review } from '../../io/reviews.ts';
import { writeAtomically } from '../../io/write-atomically.ts';
import type { Scorer } from '../../scoring/scorer.ts';
import { type Evaluation, measureScores } from '../evaluate.ts';
import type { NamedCurve } from '../learning-curve.ts';
import { countText } from './numbers.ts';
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
  /** The last curve is the model's own. */
  readonly curves?: readonly NamedCurve[];
}

/**
 * Writes the report to a temporary file, which then takes the place of `file`. `warn` gets a message for each part that
 * the report must leave out. Rejects unless there are at least two different stars.
 */
export async function writeReport(
  file: string,
  measured: MeasuredBundle,
  warn: (message: string) => void,
): Promise<void> {
  const { bundle, scorer, command, measuredOn, reviews, scores, curves } = measured;
  const { manifest } = bundle;
  const { evaluation = measureScores(reviews, scores, manifest.scoreRange) } = measured;
  const html = await createReport({
    name: manifest.name,
    version: manifest.version,
    measuredOn,
    facts: factsOf(manifest, command, hashOfReviews(reviews)),
    evaluation,
    ...(curves === undefined ? {} : { curves }),
    reviews,
    scores,
    model: await reportedModelOf(bundle, scorer, warn),
  });
  await writeAtomically(file, Buffer.from(html));
}

/**
 * Facts about the making of the model and its scores. They contain no time and no path, because the same input must
 * give the same bytes.
 */
function factsOf(manifest: Manifest, command: string, hash: string): (readonly [name: string, value: string])[] {
  const { name, version, scoreRange, made, tokenizer, vectorizer, training, lightgbm, files } = manifest;
  const hoshi = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string };
  const bytes = Object.values(files).reduce((sum, file) => sum + file.bytes, 0);
  return [
    [
      'Model',
      `${name}, version ${version}, ${(bytes / 1e6).toFixed(1)} MB, scores from ${scoreRange[0]} to ${scoreRange[1]}`,
    ],
    ['Trained by', made.seed === undefined ? made.command : `${made.command}, seed ${made.seed}`],
    [
      'Trained on',
      made.reviews === undefined ? 'not known' : `${countText(made.reviews)} reviews, SHA-256 ${made.data}`,
    ],
    ['Measured by', command],
    ['Measured on', `SHA-256 of stars and texts ${hash}`],
    ['Tokens', `${tokenizer.name} ${tokenizer.version}, dictionary ${tokenizer.dictionary}`],
    ['Terms', JSON.stringify(vectorizer)],
    ['Trees', `LightGBM ${lightgbm}, ${JSON.stringify(training)}`],
    ['hoshi', hoshi.version],
  ];
}
