/**
 * Scores texts of growing length on the native engine: `node length-contender.js KIND BUNDLE STEPS REPEATS`.
 * length.ts forks it as a separate process, and receives one message, a LengthResult.
 */

import { median } from '../model/math/statistics.ts';
import { loadScorer } from '../model/scoring/load.ts';
import { type Kind, materialOf, repeatToBytes, repeatToUnits } from './texts.ts';

const MEBI = 1 << 20;

export interface LengthResult {
  /** Milliseconds of processor time for a text of this many UTF-16 units, up to 1 Mi units. */
  readonly points: readonly (readonly [units: number, milliseconds: number])[];
  /** Milliseconds of processor time for 1 MiB of UTF-8. */
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
  return median(samples);
}

millisecondsOf(repeatToUnits(material, MEBI)); // the scratch grows to the longest text before any result counts
const points = Array.from({ length: Number(steps) }, (_, i) => {
  const units = (MEBI * (i + 1)) / Number(steps);
  return [units, millisecondsOf(repeatToUnits(material, units))] as const;
});
const result: LengthResult = { points, mebibyteMs: millisecondsOf(repeatToBytes(material, MEBI)) };
process.send?.(result);
