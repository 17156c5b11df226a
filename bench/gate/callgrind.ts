/**
 * Counts the instructions of each stage: compiles gate/stages.cc and the core's sources with the addon's flags,
 * and runs it under `valgrind --tool=callgrind`. Counts do not depend on the clock, on other work of the machine or on
 * the processor.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import {
  dictionaryPath,
  NORMALIZER_STEPS,
  type NormalizerStep,
  normalizerPath,
  type ScoreMapTables,
} from '../../native/index.ts';
import { packageRoot } from '../../native/package-root.ts';
import type { Compiler, Instructions } from './instructions.ts';

/** Texts that are counted together. The first group is counted at every stage, other groups only at the whole score. */
export interface TextGroup {
  readonly name: string;
  readonly texts: readonly string[];
  /** The expected score of each text, to the last bit. */
  readonly scores: readonly number[];
}

export interface Model {
  /** The bundle's folder, with the compiled files. */
  readonly path: string;
  readonly scoreMap: ScoreMapTables;
  /** The steps of the normalizer. Without steps, texts are analyzed as they are. */
  readonly steps: readonly NormalizerStep[];
}

export interface Build extends Compiler {
  readonly program: string;
  readonly sources: readonly string[];
}

const CORE_TARGET = 'hoshi_engine_core'; // in CMakeLists.txt
const compileCommands = join(packageRoot, 'build', 'addon', 'compile_commands.json');
const folder = join(packageRoot, 'build', 'bench', 'gate');

/**
 * glibc selects memcpy and similar functions by the processor. Without these features, it selects the SSE2 versions on
 * every x86-64 processor. It ignores names that it does not know.
 */
const PROCESSOR_FEATURES = [
  'AVX',
  'AVX2',
  'AVX512F',
  'AVX512VL',
  'AVX_Fast_Unaligned_Load',
  'ERMS',
  'FSRM',
  'SSSE3',
  'SSE4_1',
  'BMI2',
];
const GLIBC_TUNABLES = `glibc.cpu.hwcaps=${PROCESSOR_FEATURES.map((feature) => `-${feature}`).join(',')}`;

export function isValgrindInstalled(): boolean {
  try {
    execFileSync('valgrind', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** The compiler and the flags of the addon's core. Throws if the addon has not been built. */
export async function readBuild(): Promise<Build> {
  if (!existsSync(compileCommands))
    throw new Error(`Expected the addon's build to write ${compileCommands}, found no such file: run \`make build\``);
  const entries = JSON.parse(await readFile(compileCommands, 'utf8')) as { command: string; file: string }[];
  const core = entries.filter(({ command }) => command.includes(`/${CORE_TARGET}.dir/`));
  const [first] = core;
  if (first === undefined)
    throw new Error(`Expected ${compileCommands} to compile ${CORE_TARGET}, found no such target`);
  const [program = '', ...flags] = first.command.replace(/ -o \S+ -c \S+$/, '').split(/ +/);
  return {
    program,
    compiler: nameOfCompiler(program),
    flags: flags.join(' '),
    sources: core.map(({ file }) => relative(join(packageRoot, 'native'), file)).sort(),
  };
}

/** Reads the compiler's own macros, because `--version` also names the distribution's build. */
function nameOfCompiler(program: string): string {
  const run = (...args: readonly string[]) => execFileSync(program, args, { encoding: 'utf8', input: '' });
  const macros = new Map(
    Array.from(run('-dM', '-E', '-x', 'c++', '-').matchAll(/^#define (\w+) (.*)$/gm), ([, name, value]) => [
      name,
      value,
    ]),
  );
  const versionOf = (...names: readonly string[]) => names.map((name) => macros.get(name) ?? '?').join('.');
  const version = macros.has('__clang__')
    ? `clang ${versionOf('__clang_major__', '__clang_minor__', '__clang_patchlevel__')}`
    : `gcc ${versionOf('__GNUC__', '__GNUC_MINOR__', '__GNUC_PATCHLEVEL__')}`;
  return `${version} ${run('-dumpmachine').trim()}`;
}

/** Rejects if a score is not the expected one, to the last bit. `sources`: a folder of C++ sources like `native/`. */
export async function countInstructions(
  { program, compiler, flags, sources }: Build,
  sourceFolder: string,
  model: Model,
  groups: readonly TextGroup[],
): Promise<Instructions> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const [stages, input, output] = [join(folder, 'stages'), join(folder, 'input.bin'), join(folder, 'callgrind.out')];
  const files = sources.map((name) => join(sourceFolder, name));
  run(program, [
    ...flags.split(' '),
    `-I${sourceFolder}`,
    join('bench', 'gate', 'stages.cc'),
    ...files,
    '-pthread',
    '-o',
    stages,
  ]);
  await writeFile(input, encodeInput(model, groups));
  const tables = [dictionaryPath, normalizerPath, join(model.path, 'vocabulary.bin'), join(model.path, 'forest.bin')];
  // The paths are relative and the environment is fixed, so that the stack begins at the same address in each checkout.
  run(
    'valgrind',
    [
      '--tool=callgrind',
      '--quiet',
      '--instr-atstart=no',
      `--callgrind-out-file=${output}`,
      ...[stages, ...tables, input].map((path) => relative(packageRoot, path)),
    ],
    { PATH: process.env.PATH, GLIBC_TUNABLES },
  );
  return { compiler, flags, stages: await readDumps() };
}

function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): void {
  try {
    execFileSync(program, args, { cwd: packageRoot, env, stdio: ['ignore', 'ignore', 'inherit'] });
  } catch (error) {
    const status = (error as { status?: number | null }).status ?? 'no exit code';
    throw new Error(`Expected ${program} to exit with 0, it exited with ${status}; its messages are above`);
  }
}

/** callgrind numbers the dumps in the order of the stages: callgrind.out.1, callgrind.out.2, … */
async function readDumps(): Promise<Record<string, number>> {
  const stages: Record<string, number> = {};
  const numbers = (await readdir(folder)).flatMap((name) => /^callgrind\.out\.(\d+)$/.exec(name)?.[1] ?? []);
  for (const number of numbers.map(Number).sort((a, b) => a - b)) {
    const dump = await readFile(join(folder, `callgrind.out.${number}`), 'utf8');
    const stage = /^desc: Trigger: Client Request: (.+)$/m.exec(dump)?.[1];
    const count = /^(?:summary|totals): (\d+)$/m.exec(dump)?.[1];
    if (stage !== undefined && count !== undefined) stages[stage] = Number(count);
  }
  return stages;
}

/** The format is at the head of gate/stages.cc. */
function encodeInput({ scoreMap: { raw, scores, slopes }, steps }: Model, groups: readonly TextGroup[]): Buffer {
  return Buffer.concat([
    ...[raw, scores, slopes].flatMap((table) => [uint32(table.length), ...Array.from(table, float64)]),
    uint32(steps.length),
    Buffer.from(steps.map((step) => NORMALIZER_STEPS.indexOf(step))),
    uint32(groups.length),
    ...groups.flatMap(({ name, texts, scores }) => [
      uint32(Buffer.byteLength(name)),
      Buffer.from(name),
      uint32(texts.length),
      ...texts.flatMap((text, i) => [float64(scores[i] as number), uint32(text.length), Buffer.from(text, 'utf16le')]),
    ]),
  ]);
}

function float64(value: number): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeDoubleLE(value);
  return buffer;
}

function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}
