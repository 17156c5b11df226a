/** `hoshi score`: one text a line → one score a line, streaming. */
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { Command, Option } from 'commander';
import { formatOf, type RecordFormat, readRecords, recordFormats } from '../records.ts';
import type { Scorer } from '../scorer.ts';
import { addScorerOptions, type ScorerFlags, scorerOf } from './options.ts';

interface Flags extends ScorerFlags {
  readonly column: string;
  readonly format?: RecordFormat;
  readonly json?: boolean;
}

const BATCH = 64; // texts scored together

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
    .option('--json', 'print {"line": …, "score": …} a line');
  return addScorerOptions(command).action(score);
}

async function score(files: readonly string[], flags: Flags): Promise<void> {
  const scorer = await scorerOf(flags);
  if (files.length === 0) await scoreSource(scorer, process.stdin, flags.format ?? 'lines', 'stdin', flags);
  for (const file of files)
    await scoreSource(scorer, createReadStream(file), flags.format ?? formatOf(file), file, flags);
}

async function scoreSource(
  scorer: Scorer,
  source: Readable,
  format: RecordFormat,
  name: string,
  flags: Flags,
): Promise<void> {
  const column = format === 'lines' ? 'text' : flags.column;
  let batch: { line: number; text: string }[] = [];
  const flush = async () => {
    const scores = await scorer.scoreBatch(batch.map(({ text }) => text));
    const lines = batch.map(({ line }, i) =>
      flags.json ? JSON.stringify({ line, score: scores[i] }) : String(scores[i]),
    );
    batch = [];
    if (!process.stdout.write(lines.map((line) => `${line}\n`).join(''))) await once(process.stdout, 'drain');
  };
  for await (const { line, fields } of readRecords(source, format, name, [column])) {
    const text = fields[column];
    if (typeof text !== 'string') {
      const received = text === undefined ? 'nothing' : JSON.stringify(text);
      throw new Error(`${name}:${line}: expected "${column}" to be a text, received ${received}`);
    }
    batch.push({ line, text });
    if (batch.length === BATCH) await flush();
  }
  if (batch.length > 0) await flush();
}
