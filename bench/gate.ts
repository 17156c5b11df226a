/**
 * `bench gate`: the instructions of each stage of the native engine, compared with bench/instructions.json. It fails
 * if a stage costs over 5 % more. Counts are the same in each run, on a busy machine too, so that the gate needs no
 * repetition.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { table } from '../cli/terminal/table.ts';
import { scoreMapOf } from '../model/reference/score-range.ts';
import { loadScorer } from '../model/scoring/load.ts';
import type { Scorer } from '../model/scoring/scorer.ts';
import { checkSteps } from '../native/index.ts';
import { packageRoot } from '../native/package-root.ts';
import { type Build, countInstructions, isValgrindInstalled, readBuild, type TextGroup } from './gate/callgrind.ts';
import { compareInstructions, grouped, type Instructions, instructionsFile, percentOf } from './gate/instructions.ts';
import { writeJson } from './report.ts';
import { benchTexts, kinds, materialOf, repeatToUnits } from './texts.ts';

/** A hostile text is long enough for quadratic work to cost more than 5 %. */
const HOSTILE_UNITS = 1 << 16;
const file = join(packageRoot, instructionsFile);

interface Flags {
  readonly accept: boolean;
  readonly native: string;
  readonly json?: string;
}

export function gateCommand(): Command {
  return new Command('gate')
    .description('count the instructions of each stage, and compare them with bench/instructions.json')
    .option('--accept', 'accept the new counts: write them to bench/instructions.json', false)
    .option('--native <folder>', 'folder of the C++ sources to count, for example of another commit', 'native')
    .option('--json <file>', 'file for the new counts')
    .addHelpText(
      'after',
      '\nWith GATE_REQUIRED=1, the gate fails if the compiler is not the one in the file. Otherwise it is skipped.',
    )
    .action(runGate);
}

async function runGate({ accept, native, json }: Flags): Promise<void> {
  if (!isValgrindInstalled()) throw new Error('valgrind is missing: apt-get install valgrind');
  const build = await readBuild();
  const accepted = await readAccepted();
  if (accept) {
    const counted = await countStages(build, native, accepted);
    for (const path of [file, json]) await writeJson(path, counted);
    console.log(`gate: wrote ${instructionsFile}; commit it with the reason`);
    return;
  }
  if (accepted === undefined) throw new Error(`${instructionsFile} is missing: npm run bench -- gate --accept`);
  const isComparable = accepted.compiler === build.compiler;
  const counted = isComparable ? await countStages(build, native, accepted) : { ...build, stages: {} };
  if (isComparable) await writeJson(json, counted);
  const { verdict, lines } = compareInstructions(accepted, counted, process.env.GATE_REQUIRED === '1');
  if (verdict === 'failed') throw new Error(lines.join('\n'));
  console.log([...lines, ...(verdict === 'passed' ? ['passed'] : [])].map((line) => `gate: ${line}`).join('\n'));
}

async function readAccepted(): Promise<Instructions | undefined> {
  return existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as Instructions) : undefined;
}

/** Counts the stages on the shipped model and prints them with the accepted counts. */
async function countStages(build: Build, native: string, accepted?: Instructions): Promise<Instructions> {
  const path = join(packageRoot, 'model', 'stars');
  const scorer = await loadScorer({ bundlePath: path, engine: 'js' }); // the readable twin gives the expected scores
  const steps = checkSteps(scorer.bundle.normalizer?.steps ?? []);
  const model = { path, scoreMap: scoreMapOf(scorer.bundle), steps };
  const counted = await countInstructions(build, resolve(packageRoot, native), model, await textGroups(scorer));
  printCounts(counted, accepted);
  return counted;
}

/** The ordinary texts, and one text of each hostile kind. */
async function textGroups(scorer: Scorer): Promise<TextGroup[]> {
  const groupOf = (name: string, texts: readonly string[]) => ({
    name,
    texts,
    scores: texts.map((text) => scorer.score(text)),
  });
  const hostile = kinds.filter((kind) => kind !== 'ordinary');
  return [
    groupOf('ordinary', await benchTexts()),
    ...(await Promise.all(
      hostile.map(async (kind) => groupOf(kind, [repeatToUnits(await materialOf(kind), HOSTILE_UNITS)])),
    )),
  ];
}

function printCounts({ compiler, stages }: Instructions, accepted: Instructions | undefined): void {
  const rows = Object.entries(stages).map(([stage, count]) => {
    const before = accepted?.stages[stage];
    return [stage, before === undefined ? '' : grouped(before), grouped(count), before ? percentOf(before, count) : ''];
  });
  console.log(`${compiler}\n\n${table(['stage', 'accepted', 'instructions', 'change'], rows)}\n`);
}
