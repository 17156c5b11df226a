/**
 * Scores texts of growing length on the native engine, in a process of its own: `node length-contender.js KIND BUNDLE STEPS REPEATS`, forked
 * by `length.ts`; sends back one LengthFigures.
 */

import { quantile } from '../model/math/statistics.ts';
import { loadScorer } from '../model/scoring/load.ts';
import { bytesOf, type Kind, materialOf, unitsOf } from './hostile-texts.ts';

export const MEBI = 1 << 20;

export interface LengthFigures {
  /** Milliseconds of processor time by UTF-16 units, up to 1 Mi. */
  readonly points: readonly (readonly [units: number, milliseconds: number])[];
  /** For 1 MiB of UTF-8. */
  readonly mebibyteMs: number;
}

const [kind, bundlePath, steps, repeats] = process.argv.slice(2) as [Kind, string, string, string];
const scorer = await loadScorer({ bundlePath, engine: 'native' });
const material = await materialOf(kind);

function millisecondsOf(text: string): number {
  const samples = Array.from({ length: Number(repeats) }, () => {
    const before = process.cpuUsage();
    scorer.score(text);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return quantile(samples, 0.5);
}

millisecondsOf(unitsOf(material, MEBI)); // what grows with the longest text has grown
const points = Array.from({ length: Number(steps) }, (_, i) => {
  const units = (MEBI * (i + 1)) / Number(steps);
  return [units, millisecondsOf(unitsOf(material, units))] as const;
});
const figures: LengthFigures = { points, mebibyteMs: millisecondsOf(bytesOf(material, MEBI)) };
process.send?.(figures);
