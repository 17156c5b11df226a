/**
 * Reviews, their scores and the model → the HTML page that `hoshi eval --report` and training write. Same input, same
 * bytes.
 */
import { type ReportInput, reportDataOf } from './data.ts';
import { drawAll, readStyle } from './document.ts';
import { writePage } from './page.ts';
import { calibration } from './plots/calibration.ts';
import { confusion } from './plots/confusion.ts';
import { distributions } from './plots/distributions.ts';
import { errorsByLength, errorsByUnknown } from './plots/errors.ts';
import { labelMatrix } from './plots/labels.ts';
import { learningCurve } from './plots/learning-curve.ts';
import { aucBySize, rmseBySize } from './plots/sizes.ts';
import { coefficients, contributions, importances } from './plots/terms.ts';

export async function createReport(input: ReportInput): Promise<string> {
  const data = await reportDataOf(input);
  const drawings = [
    aucBySize(data),
    rmseBySize(data),
    distributions(data),
    calibration(data),
    confusion(data),
    labelMatrix(data),
    learningCurve(data),
    errorsByLength(data),
    errorsByUnknown(data),
    data.importances.length > 0 ? importances(data) : coefficients(data),
    contributions(data),
  ];
  return writePage(data, await drawAll(drawings), await readStyle());
}
