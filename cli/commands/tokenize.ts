/** `hoshi tokenize`: the tokens of a text, or of many. */
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { text as readAll } from 'node:stream/consumers';
import { Command } from 'commander';
import { readRecordChunks } from '../../model/io/records.ts';
import { loadFeatureExtractor } from '../../model/scoring/feature-extractor.ts';
import { log } from '../options.ts';

interface Flags {
  readonly offsets?: boolean;
  readonly features?: boolean;
  readonly json?: boolean;
  readonly joined?: boolean;
}

export function tokenizeCommand(): Command {
  return new Command('tokenize')
    .description('print the tokens of a text, one a line')
    .argument('[text]', 'the text; standard input if it is not given')
    .option('--offsets', 'add the UTF-16 offsets [start, end) of each token')
    .option(
      '--features',
      "add the dictionary's features: part of speech, conjugation, base form, reading, pronunciation",
    )
    .option('--json', 'print one JSON array')
    .option('--joined', 'one text a line → its tokens joined by spaces, on a line: what scikit-learn is trained on')
    .action(tokenize);
}

async function tokenize(argument: string | undefined, { offsets, features, json, joined }: Flags): Promise<void> {
  if (joined) {
    if (offsets || features || json) throw new Error('Expected --joined alone, received another option beside it');
    return tokenizeLines(argument === undefined ? process.stdin : Readable.from([Buffer.from(argument)]));
  }
  const { loadTokenizer } = await import('../../model/reference/tokenizer.ts'); // with kuromoji, which --joined does without
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

/** Streaming, on the fastest engine. */
async function tokenizeLines(source: Readable): Promise<void> {
  const { surfaces } = await loadFeatureExtractor(log);
  for await (const records of readRecordChunks(source, 'lines', 'stdin', [])) {
    const lines = records.map(({ fields }) => `${surfaces(fields.text as string).join(' ')}\n`);
    if (!process.stdout.write(lines.join(''))) await once(process.stdout, 'drain');
  }
}
