/** Writes the report of a comparison: one HTML page. The same comparison gives the same bytes. */
import type { Manifest } from '../../../bundle/manifest.ts';
import { writeAtomically } from '../../../io/write-atomically.ts';
import type { Comparison } from '../../compare.ts';
import type { ExplainedMove } from '../../moves.ts';
import type { Pair } from '../../range-map.ts';
import { drawAll, readStyle } from '../document.ts';
import { hoshiVersion, modelFact, trainedByFact, trainedOnFact } from '../facts.ts';
import { writeComparisonPage } from './page.ts';
import { distributionsDrawing, drawnComparisonOf, labelsDrawing, movesDrawing, pairsDrawing } from './plots.ts';

export interface ComparisonReportInput {
  readonly models: Pair<Manifest>;
  readonly comparison: Comparison;
  /** The scores of each text. OLD's are as it gave them. */
  readonly scores: Pair<Float64Array>;
  readonly moves: readonly ExplainedMove[];
  /** The name of the texts. */
  readonly comparedOn: string;
  /** The command that compared, without paths. */
  readonly command: string;
}

/** Writes the page to a temporary file, which then takes the place of `file`. */
export async function writeComparisonReport(file: string, input: ComparisonReportInput): Promise<void> {
  await writeAtomically(file, Buffer.from(await createComparisonReport(input)));
}

export async function createComparisonReport(input: ComparisonReportInput): Promise<string> {
  const { comparison, scores, moves, comparedOn } = input;
  const drawn = drawnComparisonOf(comparison, scores);
  const figures = await drawAll(
    [movesDrawing, pairsDrawing, distributionsDrawing, labelsDrawing].map((drawing) => drawing(drawn)),
  );
  return writeComparisonPage({ drawn, figures, moves, comparedOn, facts: factsOf(input) }, await readStyle());
}

function factsOf({ models, comparison, command }: ComparisonReportInput): [name: string, value: string][] {
  const ofModel = (role: string, manifest: Manifest): [string, string][] => [
    [`${role} model`, modelFact(manifest)],
    [`${role}, trained by`, trainedByFact(manifest)],
    [`${role}, trained on`, trainedOnFact(manifest)],
  ];
  return [
    ...ofModel('Old', models.old),
    ...ofModel('New', models.new),
    ['Compared by', command],
    ['Compared on', `SHA-256 of the texts ${comparison.hash}`],
    ['hoshi', hoshiVersion()],
  ];
}
