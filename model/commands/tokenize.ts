/** `hoshi tokenize`: the tokens of a text. */
import { text as readAll } from 'node:stream/consumers';
import { Command } from 'commander';
import { loadTokenizer } from '../tokenizer.ts';

interface Flags {
  readonly offsets?: boolean;
  readonly features?: boolean;
  readonly json?: boolean;
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
    .action(tokenize);
}

async function tokenize(argument: string | undefined, { offsets, features, json }: Flags): Promise<void> {
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
