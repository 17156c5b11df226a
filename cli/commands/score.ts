/** `hoshi score`: one text a line → one score a line, streaming. */
import { createReadStream, existsSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { Command, InvalidArgumentError, Option } from 'commander';
import { Interrupted } from '../../model/io/interrupted.ts';
import { formatOf, type RecordFormat, readRecordChunks, recordFormats, textIn } from '../../model/io/records.ts';
import { openShard, type Shard } from '../../model/io/shard.ts';
import type { Scorer } from '../../model/scoring/scorer.ts';
import { addScorerOptions, log, type ScorerFlags, scorerOf } from '../options.ts';
import { createFileOutput, type Output, standardOutput } from '../output.ts';

interface Flags extends ScorerFlags {
  readonly column: string;
  readonly format?: RecordFormat;
  readonly json?: boolean;
  readonly out?: string;
  readonly skipExisting?: boolean;
  readonly shard?: Shard;
  readonly progress?: boolean;
}

// Texts that are scored together: enough for every core, and little to keep in memory.
const BATCH_TEXTS = 4096;
const BATCH_UNITS = 1 << 19;
// Batches on their way, so that reading, scoring and writing go on side by side.
const IN_FLIGHT = 3;

export function scoreCommand(): Command {
  const command = new Command('score')
    .description('print the score of each text, one a line, in order')
    .argument('[files...]', 'files of texts; standard input if none is given')
    .option('--column <name>', 'the field of TSV, CSV or JSONL that holds the text', 'text')
    .addOption(
      new Option('--format <format>', "what the input is, where the file's name does not tell").choices([
        ...recordFormats,
      ]),
    )
    .option('--json', 'print {"line": …, "score": …} a line')
    .option('--out <file>', 'write to a file instead, which is there only once all is scored')
    .option('--skip-existing', 'do nothing if the file of --out is there')
    .addOption(
      // Lines count from the beginning of the file, which a shard does not read.
      new Option(
        '--shard <i/n>',
        'score only the i-th of n parts of the one file, from 0/n to n-1/n; joined, they are the whole',
      )
        .argParser(shardFrom)
        .conflicts('json'),
    )
    .option('--progress', 'tell on stderr how far it is; so does a terminal')
    .option('--no-progress', 'tell nothing');
  return addScorerOptions(command).action(score);
}

async function score(files: readonly string[], flags: Flags, command: Command): Promise<void> {
  if (flags.shard !== undefined && files.length !== 1)
    command.error(`error: option '--shard <i/n>' needs one file, received ${files.length}`);
  if (flags.skipExisting && flags.out === undefined)
    command.error("error: option '--skip-existing' needs option '--out <file>'");
  if (flags.out === undefined) return scoreAll(files, flags, standardOutput);
  if (flags.skipExisting && existsSync(flags.out)) return log(`${flags.out} is there already`);
  const output = await createFileOutput(flags.out);
  const stop = stopOnSignal(`${flags.out} is not written`);
  try {
    await scoreAll(files, flags, output, stop.signal);
    await output.finish();
  } catch (error) {
    await output.discard();
    throw error;
  } finally {
    stop.ignore();
  }
}

async function scoreAll(files: readonly string[], flags: Flags, output: Output, signal?: AbortSignal): Promise<void> {
  const scorer = await scorerOf(flags);
  const progress = new ScoreProgress(flags.progress ?? process.stderr.isTTY === true);
  for await (const { source, format, name } of sourcesOf(files, flags)) {
    const end = () => source.destroy(signal?.reason);
    signal?.addEventListener('abort', end);
    if (signal?.aborted) end();
    await scoreSource(scorer, source, format, name, flags, output, progress);
    signal?.removeEventListener('abort', end);
  }
  progress.end();
}

interface Source {
  readonly source: Readable;
  readonly format: RecordFormat;
  /** For messages. */
  readonly name: string;
}

async function* sourcesOf(files: readonly string[], flags: Flags): AsyncGenerator<Source> {
  if (files.length === 0) yield { source: process.stdin, format: flags.format ?? 'lines', name: 'stdin' };
  for (const file of files) {
    const format = flags.format ?? formatOf(file);
    const { shard } = flags;
    if (shard === undefined) yield { source: createReadStream(file), format, name: file };
    else
      yield {
        source: await openShard(file, format, shard),
        format,
        name: `${file}, shard ${shard.index}/${shard.count}`,
      };
  }
}

/**
 * Aborts on SIGTERM and SIGINT. As the first process of a container it would not end by SIGTERM otherwise, and elsewhere leave
 * behind what is written aside.
 */
function stopOnSignal(outcome: string) {
  const controller = new AbortController();
  const onSignal = (name: string) => controller.abort(new Interrupted(`stopped by ${name}; ${outcome}`));
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  return {
    signal: controller.signal,
    ignore: () => process.off('SIGTERM', onSignal).off('SIGINT', onSignal),
  };
}

/** A parser of `0/4` for commander. */
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

async function scoreSource(
  scorer: Scorer,
  source: Readable,
  format: RecordFormat,
  name: string,
  flags: Flags,
  output: Output,
  progress: ScoreProgress,
): Promise<void> {
  const inFlight: Promise<() => Promise<void>>[] = [];
  const writeFirst = async () => (await inFlight.shift())?.();
  try {
    for await (const batch of batchesOf(source, format, name, flags.column)) {
      const scored = scoredBatch(scorer, batch, flags, output, progress);
      scored.catch(() => {}); // `writeFirst` meets it in its turn
      inFlight.push(scored);
      if (inFlight.length === IN_FLIGHT) await writeFirst();
    }
  } finally {
    while (inFlight.length > 0) await writeFirst();
  }
}

async function* batchesOf(
  source: Readable,
  format: RecordFormat,
  name: string,
  columnFlag: string,
): AsyncGenerator<Batch> {
  const column = format === 'lines' ? 'text' : columnFlag;
  let batch: Batch = { lines: [], texts: [] };
  let units = 0;
  let failure: unknown;
  try {
    for await (const records of readRecordChunks(source, format, name, [column])) {
      for (const record of records) {
        const text = textIn(record, column, name);
        batch.lines.push(record.line);
        batch.texts.push(text);
        units += text.length;
        if (batch.texts.length < BATCH_TEXTS && units < BATCH_UNITS) continue;
        yield batch;
        batch = { lines: [], texts: [] };
        units = 0;
      }
    }
  } catch (error) {
    failure = error;
  }
  if (batch.texts.length > 0) yield batch; // what was read is answered, even if what follows cannot be
  if (failure !== undefined) throw failure;
}

/** Scores a batch, and hands back what writes it. */
async function scoredBatch(
  scorer: Scorer,
  { lines, texts }: Batch,
  flags: Flags,
  output: Output,
  progress: ScoreProgress,
): Promise<() => Promise<void>> {
  const scores = await scorer.scoreBatch(texts);
  return async () => {
    const written = lines.map((line, i) =>
      flags.json ? JSON.stringify({ line, score: scores[i] }) : String(scores[i]),
    );
    await output.write(`${written.join('\n')}\n`);
    progress.add(lines.length);
  };
}

/** How many texts have been scored, once a second, and in the end. */
class ScoreProgress {
  readonly #isOn: boolean;
  readonly #began = performance.now();
  #told = this.#began;
  #count = 0;

  constructor(isOn: boolean) {
    this.#isOn = isOn;
  }

  add(count: number): void {
    this.#count += count;
    if (this.#isOn && performance.now() - this.#told > 1000) this.#tell();
  }

  end(): void {
    if (this.#isOn) this.#tell();
  }

  #tell(): void {
    this.#told = performance.now();
    const seconds = (this.#told - this.#began) / 1000;
    log(`${this.#count} texts in ${seconds.toFixed(1)} s, ${Math.round(this.#count / seconds)} a second`);
  }
}
