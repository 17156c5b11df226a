/** `hoshi explain`: the terms that made a score. In a terminal the text is coloured by their contributions. */
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { Command } from 'commander';
import type { Encoding } from '../../model/io/encoding.ts';
import { formatOf } from '../../model/io/records.ts';
import { readTextChunks } from '../../model/io/texts.ts';
import type { Explanation } from '../../model/scoring/explain.ts';
import { addEncodingOption, addScorerOptions, numberFrom, readingOf, type ScorerFlags, scorerOf } from '../options.ts';
import { contributionTable, paintText, printable } from '../terminal/paint.ts';

interface Flags extends ScorerFlags {
  readonly encoding?: Encoding;
  readonly file?: string;
  readonly column: string;
  readonly json?: boolean;
  readonly top?: number;
  readonly color?: boolean;
}

/** Terms in the table without `--top`. */
const DEFAULT_TOP = 20;

export function explainCommand(): Command {
  const command = new Command('explain')
    .description('show which terms made the score of a text')
    .argument('[texts...]', 'texts to explain (default: the lines of standard input)')
    .option(
      '--file <file>',
      'file of texts; the file name decides the format: one text per line, CSV, TSV, JSONL, a workbook or Parquet',
    )
    .option(
      '--column <name>',
      'field with the text in a table; text stands for 本文, レビュー and other usual names, too',
      'text',
    )
    .option(
      '--top <count>',
      `number of terms to show; the others are summed up (default: ${DEFAULT_TOP}, or all terms with --json)`,
      numberFrom(0, 1e9),
    )
    .option('--json', 'print a JSON object for each text')
    .option('--color', 'colour the text (default: in a terminal, unless NO_COLOR is set)')
    .option('--no-color', 'do not colour the text');
  return addScorerOptions(addEncodingOption(command)).action(explain);
}

async function explain(texts: readonly string[], flags: Flags): Promise<void> {
  const scorer = await scorerOf(flags);
  const isColoured = flags.color ?? (process.stdout.isTTY === true && process.stdout.hasColors(256));
  for await (const text of texts.length > 0 ? texts : textsOf(flags)) {
    const explanation = await scorer.explain(text);
    const output = flags.json
      ? `${JSON.stringify(flags.top === undefined ? explanation : shorten(explanation, flags.top))}\n`
      : `${isColoured ? paintText(text, explanation.terms) : printable(text)}\n${contributionTable(shorten(explanation, flags.top ?? DEFAULT_TOP))}\n`;
    if (!process.stdout.write(output)) await once(process.stdout, 'drain');
  }
}

async function* textsOf({ file, column, ...flags }: Flags): AsyncGenerator<string> {
  const [source, name] = file === undefined ? [process.stdin, 'stdin'] : [createReadStream(file), file];
  const format = file === undefined ? 'lines' : formatOf(file);
  for await (const texts of readTextChunks(source, format, name, { column, ...readingOf(flags) }))
    for (const { text } of texts) yield text;
}

/** The first terms, and the sum of the contributions of the others. */
function shorten({ terms, ...sums }: Explanation, top: number) {
  const others = terms.slice(top).reduce((sum, { contribution }) => sum + contribution, 0);
  return { ...sums, others, terms: terms.slice(0, top) };
}
