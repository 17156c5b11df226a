/** `hoshi score`: texts in, one score per line out, in order. It streams, so any input needs little memory. */
import { createReadStream, existsSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { Command, InvalidArgumentError, Option } from 'commander';
import { labelCutsOf, labelOf, labels } from '../../model/evaluation/labels.ts';
import { textColumnIn } from '../../model/io/columns.ts';
import { Interrupted } from '../../model/io/interrupted.ts';
import { formatOf, type RecordFormat, readRecordChunks, textIn } from '../../model/io/records.ts';
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
import { runInterruptible } from '../terminal/interrupt.ts';

interface Flags extends ScorerFlags, TextFileFlags {
  readonly json?: boolean;
  readonly details?: boolean;
  readonly out?: string;
  readonly skipExisting?: boolean;
  readonly shard?: Shard;
  readonly progress?: boolean;
}

// A batch ends at one of these limits. It keeps every core busy and takes little memory.
const MAX_BATCH_TEXTS = 4096;
const MAX_BATCH_UNITS = 1 << 19;
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
    .option(
      '--out <file>',
      'file for the scores, instead of standard output; it appears only when all texts are scored',
    )
    .option('--skip-existing', 'do nothing if the --out file exists')
    .addOption(
      new Option(
        '--shard <i/n>',
        'part i of n of one file, i from 0 to n-1; the joined outputs of all parts equal the output for the whole file',
      )
        .argParser(shardFrom)
        .conflicts(['json', 'details']), // these number lines from the beginning of the file, which a shard does not read
    )
    .option('--progress', 'log the progress on stderr (default: in a terminal)')
    .option('--no-progress', 'do not log the progress');
  return addScorerOptions(command).action(score);
}

async function score(files: readonly string[], flags: Flags, command: Command): Promise<void> {
  const { out, shard, skipExisting } = flags;
  if (shard !== undefined && files.length !== 1)
    command.error(`error: option '--shard <i/n>' needs one file, received ${files.length}`);
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

type Write = (text: string) => Promise<void>;

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

interface Source {
  readonly stream: Readable;
  readonly format: RecordFormat;
  /** Name for messages. */
  readonly name: string;
}

async function* sourcesOf(files: readonly string[], flags: Flags): AsyncGenerator<Source> {
  const { shard } = flags;
  const stdin: Source = { stream: process.stdin, format: flags.format ?? 'lines', name: 'stdin' };
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
      yield { stream: await openShard(file, format, shard), format, name };
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

interface Batch {
  readonly lines: number[];
  readonly texts: string[];
}

interface ScoredBatch {
  readonly count: number;
  /** The output: one line for each text. */
  readonly output: string;
}

async function scoreSource(
  scorer: Scorer,
  source: Source,
  flags: Flags,
  write: Write,
  progress: ScoreProgress,
): Promise<void> {
  const inFlight: Promise<void>[] = [];
  let written = Promise.resolve(); // all batches so far, in their order
  try {
    for await (const batch of batchesOf(source, flags)) {
      const scored = scoreBatch(scorer, batch, flags);
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

/** If the source fails, the texts before the failure still come as a batch, then the error is thrown. */
async function* batchesOf({ stream, format, name }: Source, flags: Flags): AsyncGenerator<Batch> {
  let column = format === 'lines' ? 'text' : flags.column;
  const onNames = (names: readonly string[]) => {
    if (format === 'jsonl') return; // each object has its own fields
    column = textColumnIn(names, flags.column, `${name}:1`);
    if (column !== flags.column) log(`${name}: the texts are in "${column}"`);
  };
  let batch: Batch = { lines: [], texts: [] };
  let units = 0;
  let failure: unknown;
  try {
    for await (const records of readRecordChunks(stream, format, name, [], { ...readingOf(flags), onNames })) {
      for (const record of records) {
        const text = textIn(record, column, name);
        batch.lines.push(record.line);
        batch.texts.push(text);
        units += text.length;
        if (batch.texts.length < MAX_BATCH_TEXTS && units < MAX_BATCH_UNITS) continue;
        yield batch;
        batch = { lines: [], texts: [] };
        units = 0;
      }
      // If no more input has come yet, the texts are scored at once: a program may wait for them before it goes on.
      if (stream !== process.stdin || stream.readableLength > 0 || batch.texts.length === 0) continue;
      yield batch;
      batch = { lines: [], texts: [] };
      units = 0;
    }
  } catch (error) {
    failure = error;
  }
  if (batch.texts.length > 0) yield batch;
  if (failure !== undefined) throw failure;
}

async function scoreBatch(scorer: Scorer, { lines, texts }: Batch, { json, details }: Flags): Promise<ScoredBatch> {
  if (details) {
    const cuts = labelCutsOf(scorer.bundle);
    const described = texts.map((text, i) => {
      const { score, known } = scoreWithKnown(scorer, text);
      return `${JSON.stringify({ line: lines[i], score, label: labels[labelOf(score, cuts)], known })}\n`;
    });
    return { count: lines.length, output: described.join('') };
  }
  const scores = await scorer.scoreBatch(texts);
  const output = lines.map((line, i) => (json ? JSON.stringify({ line, score: scores[i] }) : String(scores[i])));
  return { count: lines.length, output: `${output.join('\n')}\n` };
}

/** `known` is the share of the words that are in a term of the model; null for a text without words, and on other engines. */
function scoreWithKnown(scorer: Scorer, text: string): { readonly score: number; readonly known: number | null } {
  const before = scorer.wordCounts?.();
  const score = scorer.score(text);
  const after = scorer.wordCounts?.();
  if (before === undefined || after === undefined || after.words === before.words) return { score, known: null };
  return { score, known: 1 - (after.unknownWords - before.unknownWords) / (after.words - before.words) };
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
