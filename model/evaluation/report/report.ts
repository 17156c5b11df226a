/**
 * Reviews, their scores and the model → the HTML page that `hoshi eval --report` and training write. Same input, same
 * bytes.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../../native/package-root.ts';
import { type ReportInput, reportDataOf } from './data.ts';
import { type Figure, writePage } from './page.ts';
import { calibration } from './plots/calibration.ts';
import { confusion } from './plots/confusion.ts';
import { distributions } from './plots/distributions.ts';
import { draw } from './plots/draw.ts';
import { errorsByLength, errorsByUnknown } from './plots/errors.ts';
import { learningCurve } from './plots/learning-curve.ts';
import { contributions, importances } from './plots/terms.ts';

export async function createReport(input: ReportInput): Promise<string> {
  const data = await reportDataOf(input);
  const drawings = [
    learningCurve(data),
    distributions(data),
    calibration(data),
    confusion(data),
    errorsByLength(data),
    errorsByUnknown(data),
    importances(data),
    contributions(data),
  ];
  const figures: Figure[] = [];
  for (const drawing of drawings) {
    if (drawing !== undefined) figures.push({ ...drawing, svg: await draw(drawing) });
  }
  return writePage(
    data,
    figures,
    await readFile(join(packageRoot, 'model', 'evaluation', 'report', 'page.css'), 'utf8'),
  );
}
