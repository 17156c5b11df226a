/** `hoshi score`: texts in, one score per line out, in order. It streams, so any input needs little memory. */
import { createReadStream, existsSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Encoding } from '../../model/io/encoding.ts';
import { Interrupted } from '../../model/io/interrupted.ts';
import { formatOf } from '../../model/io/records.ts';
import { openShard, type Shard } from '../../model/io/shard.ts';
import { AtomicFile } from '../../model/io/write-atomically.ts';
import type { Scorer } from '../../model/scoring/scorer.ts';
import {
  addScorerOptions,
  addTextFileOptions,
  log,
  print,
  readingOf,
  type ScorerFlags,
  scorerOf,
  type TextFileFlags,
} from '../options.ts';
import { batchesOf, type Source } from '../score/batches.ts';
import { addedNames, type OutputFlags, scoreBatch } from '../score/output.ts';
import { runInterruptible } from '../terminal/interrupt.ts';

interface Flags extends ScorerFlags, TextFileFlags, OutputFlags {
  readonly out?: string;
  readonly skipExisting?: boolean;
  readonly shard?: Shard;
  readonly progress?: boolean;
}

// Batches in flight, so that reading, scoring and writing overlap.
const MAX_IN_FLIGHT = 3;
const PROGRESS_MS = 1000;

export function scoreCommand(): Command {
  const command = new Command('score')
    .description('print the score of each text, one score per line, in order')
    .argument(
      '[files...]',
      'files of texts, or - for standard input, whose lines are scored as they come (default: -)',
    );
  addTextFileOptions(command)
    .option('--json', 'print {"line": …, "score": …} for each text')
    .option(
      '--details',
      'like --json, with "label" (negative, neutral or positive) and "known", the share of known words',
    )
    .addOption(
      new Option(
        '--append',
        'print the table again with a last column "score" (with --details also "label" and "known"); all other bytes stay as they are, a workbook or a Parquet file becomes CSV',
      ).conflicts('json'),
    )
    .option(
      '--out <file>',
      'file for the output, instead of standard output; it appears only when all texts are scored',
    )
    .option('--skip-existing', 'do nothing if the --out file exists')
    .addOption(
      new Option(
        '--shard <i/n>',
        'part i of n of one file, i from 0 to n-1; the joined outputs of all parts equal the output for the whole file',
      ).argParser(shardFrom),
    )
    .option('--progress', 'log the progress on stderr (default: in a terminal)')
    .option('--no-progress', 'do not log the progress');
  return addScorerOptions(command).action(score);
}

async function score(files: readonly string[], flags: Flags, command: Command): Promise<void> {
  const { out, shard, skipExisting, append, json, details } = flags;
  if (shard !== undefined && files.length !== 1)
    command.error(`error: option '--shard <i/n>' needs one file, received ${files.length}`);
  // These number lines from the beginning of the file, which a shard does not read.
  const numbering = json ? '--json' : details && !append ? '--details' : undefined;
  if (shard !== undefined && numbering !== undefined)
    command.error(`error: option '--shard <i/n>' cannot be used with option '${numbering}'`);
  if (append && files.length > 1)
    command.error(`error: option '--append' needs one file, received ${files.length}: run it for each table`);
  if (skipExisting && out === undefined) command.error("error: option '--skip-existing' needs option '--out <file>'");
  if (out === undefined) return scoreAll(files, flags, print);
  if (skipExisting && existsSync(out)) return log(`${out} exists already; nothing to do`);
  await scoreInto(out, files, flags);
}

/**
 * Scores into a file that appears only when it is complete. SIGTERM is caught as well. Otherwise it would leave the
 * temporary file, and would not end the first process of a container.
 */
async function scoreInto(out: string, files: readonly string[], flags: Flags): Promise<void> {
  const output = await AtomicFile.create(out);
  const work = async (signal: AbortSignal) => {
    try {
      await scoreAll(files, flags, (text) => output.write(text), signal);
      await output.finish();
    } catch (error) {
      await output.discard();
      throw error;
    }
  };
  await runInterruptible(work, {
    signals: ['SIGTERM', 'SIGINT'],
    onStop: (name) => new Interrupted(`interrupted by ${name}; ${out} was not written`),
    cleanUp: () => output.discardSync(),
  });
}

type Write = (text: string | Uint8Array) => Promise<void>;

async function scoreAll(files: readonly string[], flags: Flags, write: Write, signal?: AbortSignal): Promise<void> {
  const scorer = await scorerOf(flags);
  const progress = new ScoreProgress(flags.progress ?? process.stderr.isTTY === true);
  for await (const source of sourcesOf(files, flags)) {
    const stop = () => source.stream.destroy(signal?.reason);
    signal?.addEventListener('abort', stop);
    if (signal?.aborted) stop();
    await scoreSource(scorer, source, flags, write, progress);
    signal?.removeEventListener('abort', stop);
  }
  progress.end();
}

/** A shard has the encoding of its file. */
type OpenSource = Source & { readonly encoding?: Encoding };

async function* sourcesOf(files: readonly string[], flags: Flags): AsyncGenerator<OpenSource> {
  const { shard } = flags;
  const stdin: OpenSource = { stream: process.stdin, format: flags.format ?? 'lines', name: 'stdin' };
  if (files.length === 0) yield stdin;
  for (const file of files) {
    if (file === '-') {
      yield stdin;
      continue;
    }
    const format = flags.format ?? formatOf(file);
    if (shard === undefined) yield { stream: createReadStream(file), format, name: file };
    else {
      const name = `${file}, shard ${shard.index}/${shard.count}`;
      yield { ...(await openShard(file, format, shard, readingOf(flags), name)), format, name };
    }
  }
}

/** Parses `0/4`. */
function shardFrom(text: string): Shard {
  const [index, count] = (/^(\d{1,9})\/(\d{1,9})$/.exec(text) ?? []).slice(1).map(Number);
  if (index === undefined || count === undefined || index >= count)
    throw new InvalidArgumentError('Expected i/n, i from 0 to n − 1.');
  return { index, count };
}

async function scoreSource(
  scorer: Scorer,
  { encoding, ...source }: OpenSource,
  flags: Flags,
  write: Write,
  progress: ScoreProgress,
): Promise<void> {
  const added = addedNames(flags);
  const options = {
    ...readingOf(flags),
    ...(encoding && { encoding }),
    column: flags.column,
    ...(added && { added }),
  };
  const hasHeader = (flags.shard?.index ?? 0) === 0;
  const inFlight: Promise<void>[] = [];
  let written = Promise.resolve(); // all batches so far, in their order
  try {
    for await (const batch of batchesOf(source, options)) {
      const scored = scoreBatch(scorer, batch, flags, hasHeader);
      scored.catch(() => {}); // `written` has the error when it reaches this batch
      written = written.then(async () => {
        const { count, output } = await scored;
        await write(output);
        progress.add(count);
      });
      written.catch(() => {});
      inFlight.push(written);
      if (inFlight.length === MAX_IN_FLIGHT) await inFlight.shift();
    }
  } finally {
    await written;
  }
}

/** Logs the number of scored texts once a second and at the end. */
class ScoreProgress {
  readonly #isOn: boolean;
  readonly #startMs = performance.now();
  #loggedMs = this.#startMs;
  #count = 0;

  constructor(isOn: boolean) {
    this.#isOn = isOn;
  }

  add(count: number): void {
    this.#count += count;
    if (this.#isOn && performance.now() - this.#loggedMs > PROGRESS_MS) this.#log();
  }

  end(): void {
    if (this.#isOn) this.#log();
  }

  #log(): void {
    this.#loggedMs = performance.now();
    const seconds = (this.#loggedMs - this.#startMs) / 1000;
    log(`${this.#count} texts in ${seconds.toFixed(1)} s, ${Math.round(this.#count / seconds)} per second`);
  }
}
