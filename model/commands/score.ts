/** `hoshi score`: one text a line → one score a line, streaming. */
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { Command, Option } from 'commander';
import { formatOf, type RecordFormat, readRecordChunks, recordFormats } from '../records.ts';
import type { Scorer } from '../scorer.ts';
import { addScorerOptions, type ScorerFlags, scorerOf, tell } from './options.ts';

interface Flags extends ScorerFlags {
  readonly column: string;
  readonly format?: RecordFormat;
  readonly json?: boolean;
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
    .option('--progress', 'tell on stderr how far it is; so does a terminal')
    .option('--no-progress', 'tell nothing');
  return addScorerOptions(command).action(score);
}

async function score(files: readonly string[], flags: Flags): Promise<void> {
  const scorer = await scorerOf(flags);
  const progress = new Progress(flags.progress ?? process.stderr.isTTY === true);
  if (files.length === 0) await scoreSource(scorer, process.stdin, flags.format ?? 'lines', 'stdin', flags, progress);
  for (const file of files)
    await scoreSource(scorer, createReadStream(file), flags.format ?? formatOf(file), file, flags, progress);
  progress.end();
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
  progress: Progress,
): Promise<void> {
  const inFlight: Promise<() => Promise<void>>[] = [];
  const writeFirst = async () => (await inFlight.shift())?.();
  try {
    for await (const batch of batchesOf(source, format, name, flags.column)) {
      const output = outputOf(scorer, batch, flags, progress);
      output.catch(() => {}); // `writeFirst` meets it in its turn
      inFlight.push(output);
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
      for (const { line, fields, problem } of records) {
        if (problem !== undefined) throw new Error(`${name}:${line}: ${problem}`);
        const text = fields[column];
        if (typeof text !== 'string') {
          const received = text === undefined ? 'nothing' : JSON.stringify(text);
          throw new Error(`${name}:${line}: expected "${column}" to be a text, received ${received}`);
        }
        batch.lines.push(line);
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
async function outputOf(scorer: Scorer, { lines, texts }: Batch, flags: Flags, progress: Progress) {
  const scores = await scorer.scoreBatch(texts);
  return async () => {
    const output = lines.map((line, i) =>
      flags.json ? JSON.stringify({ line, score: scores[i] }) : String(scores[i]),
    );
    if (!process.stdout.write(`${output.join('\n')}\n`)) await once(process.stdout, 'drain');
    progress.add(lines.length);
  };
}

/** How many texts have been scored, once a second, and in the end. */
class Progress {
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
    tell(`${this.#count} texts in ${seconds.toFixed(1)} s, ${Math.round(this.#count / seconds)} a second`);
  }
}
