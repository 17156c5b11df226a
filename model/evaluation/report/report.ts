/** What `hoshi eval --report` and training write: reviews, their scores and the model → one HTML page. Same input, same bytes. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../../native/package-root.ts';
import { gather, type ReportInput } from './data.ts';
import { writePage } from './page.ts';
import { calibration } from './plots/calibration.ts';
import { confusion } from './plots/confusion.ts';
import { distributions } from './plots/distributions.ts';
import { draw } from './plots/draw.ts';
import { errorsByLength, errorsByUnknown } from './plots/errors.ts';
import { learningCurve } from './plots/learning-curve.ts';
import { splits, weights } from './plots/terms.ts';

export async function createReport(input: ReportInput): Promise<string> {
  const data = await gather(input);
  const drawings = [
    learningCurve(data),
    distributions(data),
    calibration(data),
    confusion(data),
    errorsByLength(data),
    errorsByUnknown(data),
    splits(data),
    weights(data),
  ];
  const figures = [];
  for (const drawing of drawings) {
    if (drawing !== undefined) figures.push({ ...drawing, svg: await draw(drawing) });
  }
  return writePage(data, figures, await readFile(join(packageRoot, 'model', 'evaluation', 'report', 'page.css'), 'utf8'));
}
