/** `hoshi tokenize`: the tokens of one text, or of one text per line. */
import { Readable } from 'node:stream';
import { text as readAll } from 'node:stream/consumers';
import { Command } from 'commander';
import { readRecordChunks } from '../../model/io/records.ts';
import { loadFeatureExtractor } from '../../model/scoring/feature-extractor.ts';
import { log, print } from '../options.ts';

interface Flags {
  readonly offsets?: boolean;
  readonly features?: boolean;
  readonly json?: boolean;
  readonly joined?: boolean;
}

export function tokenizeCommand(): Command {
  return new Command('tokenize')
    .description('print the tokens of a text, one token per line')
    .argument('[text]', 'text to tokenize (default: standard input)')
    .option('--offsets', 'add the UTF-16 offsets [start, end) of each token')
    .option(
      '--features',
      "add each token's part of speech, conjugation, base form, reading and pronunciation from the dictionary",
    )
    .option('--json', 'print the tokens as one JSON array')
    .option(
      '--joined',
      'read one text per line, and print its tokens on one line, joined by spaces; scikit-learn reads this',
    )
    .action(tokenize);
}

async function tokenize(argument: string | undefined, { offsets, features, json, joined }: Flags): Promise<void> {
  if (joined) {
    if (offsets || features || json)
      throw new Error('Expected --joined alone, received --offsets, --features or --json with it');
    return tokenizeLines(argument === undefined ? process.stdin : Readable.from([Buffer.from(argument)]));
  }
  // Loads kuromoji, which --joined does not need.
  const { loadTokenizer } = await import('../../model/reference/tokenizer.ts');
  const [tokenizer, text] = await Promise.all([loadTokenizer(), argument ?? readAll(process.stdin)]);
  const morphemes = tokenizer.analyze(text);
  if (json) {
    process.stdout.write(`${JSON.stringify(morphemes)}\n`);
    return;
  }
  for (const { surface, start, end, features: details } of morphemes) {
    const columns = [surface, ...(offsets ? [start, end] : []), ...(features ? [details.join(',')] : [])];
    process.stdout.write(`${columns.join('\t')}\n`);
  }
}

/** Streams, with the fastest engine that this machine has. */
async function tokenizeLines(source: Readable): Promise<void> {
  const { tokens } = await loadFeatureExtractor(undefined, log);
  for await (const records of readRecordChunks(source, 'lines', 'stdin', [])) {
    const lines = records.map(
      ({ fields }) =>
        `${tokens(fields.text as string)
          .tokens.map(({ surface }) => surface)
          .join(' ')}\n`,
    );
    await print(lines.join(''));
  }
}
