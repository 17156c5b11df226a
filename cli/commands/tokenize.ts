/** `hoshi tokenize`: the tokens or the terms of one text, or of one text per line. */
import { Readable } from 'node:stream';
import { Command } from 'commander';
import type { Manifest } from '../../model/bundle/manifest.ts';
import { readBundle, readManifest, readUserDictionary } from '../../model/bundle/read.ts';
import type { Encoding } from '../../model/io/encoding.ts';
import { contentOf, readLines, readText } from '../../model/io/lines.ts';
import { splitAtEmoji } from '../../model/reference/normalized-tokens.ts';
import { readWords, termsOf } from '../../model/reference/terms.ts';
import type { Morpheme, Tokenizer } from '../../model/reference/tokenizer.ts';
import type { UserDictionary } from '../../model/reference/user-dictionary.ts';
import {
  type FeatureExtractor,
  loadBundleExtractor,
  loadFeatureExtractor,
} from '../../model/scoring/feature-extractor.ts';
import { shippedBundle } from '../../native/package-root.ts';
import { addEncodingOption, log, print, readingOf } from '../options.ts';
import { addUserDictionaryOptions, type UserDictionaryFlags, userDictionaryOf } from '../user-dictionary.ts';

interface Flags extends UserDictionaryFlags {
  readonly bundle?: string;
  readonly encoding?: Encoding;
  readonly offsets?: boolean;
  readonly features?: boolean;
  readonly json?: boolean;
  readonly joined?: boolean;
  readonly terms?: boolean;
}

export function tokenizeCommand(): Command {
  const command = new Command('tokenize')
    .description('print the tokens of a text, one token per line')
    .argument('[text]', 'text to tokenize (default: standard input)')
    .option(
      '--bundle <folder>',
      'normalize the text first, as this model does (default: only with --terms, the shipped model)',
    )
    .option('--offsets', 'add the UTF-16 offsets [start, end) of each token in the text')
    .option(
      '--features',
      "add each token's part of speech, conjugation, base form, reading and pronunciation from the dictionary",
    )
    .option('--json', 'print the tokens as one JSON array')
    .option(
      '--joined',
      'read one text per line, and print its tokens on one line, joined by spaces; scikit-learn reads this',
    )
    .option(
      '--terms',
      "read one text per line, and print the model's terms in it on one line, joined by tabs; scikit-learn reads this",
    );
  return addUserDictionaryOptions(addEncodingOption(command)).action(tokenize);
}

async function tokenize(argument: string | undefined, flags: Flags): Promise<void> {
  const { offsets, features, json, joined, terms } = flags;
  if (joined || terms) {
    if (offsets || features || json || (joined && terms))
      throw new Error(
        `Expected ${joined ? '--joined' : '--terms'} alone, received --offsets, --features, --json or --terms with it`,
      );
    return terms ? printTerms(argument, flags) : printJoined(argument, flags);
  }
  const manifest = flags.bundle === undefined ? undefined : await readManifest(flags.bundle);
  const words = await wordsOf(flags, manifest);
  // Loads kuromoji, which --joined and --terms do not need.
  const { loadTokenizer } = await import('../../model/reference/tokenizer.ts');
  const [tokenizer, text] = await Promise.all([
    loadTokenizer(words),
    argument ?? readText(process.stdin, 'stdin', readingOf(flags)),
  ]);
  const morphemes = manifest === undefined ? tokenizer.analyze(text) : await analyzeAs(manifest, tokenizer, text);
  if (json) {
    process.stdout.write(`${JSON.stringify(morphemes)}\n`);
    return;
  }
  for (const { surface, start, end, features: details } of morphemes) {
    const columns = [surface, ...(offsets ? [start, end] : []), ...(features ? [details.join(',')] : [])];
    process.stdout.write(`${columns.join('\t')}\n`);
  }
}

/** The tokens of the text as the bundle normalizes it, with offsets in the text as it came. */
async function analyzeAs({ normalizer }: Manifest, tokenizer: Tokenizer, text: string): Promise<Morpheme[]> {
  if (normalizer === undefined) return tokenizer.analyze(text);
  const { createNormalizer } = await import('../../model/reference/normalizer.ts');
  const normalized = createNormalizer(normalizer.steps, tokenizer.words).normalize(text);
  const all = tokenizer.analyze(normalized.text);
  const split = normalizer.steps.includes('emoji')
    ? splitAtEmoji(normalized.text, all, (token) => ({ ...token, known: false, features: ['*'] }))
    : all;
  return split.map((token) => ({
    ...token,
    start: normalized.starts[token.start] as number,
    end: normalized.ends[token.end - 1] as number,
  }));
}

/** Streams, with the fastest engine that this machine has. */
async function printJoined(argument: string | undefined, flags: Flags): Promise<void> {
  const { tokens } = await extractorOf(
    flags,
    flags.bundle === undefined ? undefined : await readManifest(flags.bundle),
  );
  await printLines(argument, flags, (text) =>
    tokens(text)
      .tokens.map(({ surface }) => surface)
      .join(' '),
  );
}

async function printTerms(argument: string | undefined, { bundle = shippedBundle, ...flags }: Flags): Promise<void> {
  const { manifest, vectorizer } = await readBundle(bundle);
  const { parameters } = vectorizer;
  const { tokens } = await extractorOf({ ...flags, bundle }, manifest);
  await printLines(argument, flags, (text) => {
    const terms = termsOf(readWords(tokens(text).tokens, parameters), parameters.ngram_range);
    return Array.from(terms, (term) => term.text).join('\t');
  });
}

/** Of the bundle if it is given, with the words of `--user-dictionary`. */
async function extractorOf(flags: Flags, manifest: Manifest | undefined): Promise<FeatureExtractor> {
  const { bundle, userDictionary: file } = flags;
  if (bundle !== undefined && manifest !== undefined && file === undefined)
    return loadBundleExtractor({ path: bundle, manifest }, log);
  const userDictionary = await wordsOf(flags, manifest);
  const normalizer = manifest?.normalizer;
  return loadFeatureExtractor({ ...(normalizer && { normalizer }), ...(userDictionary && { userDictionary }) }, log);
}

/** The words of the bundle, if it is given, and of `--user-dictionary`. */
async function wordsOf(flags: Flags, manifest: Manifest | undefined): Promise<UserDictionary | undefined> {
  const inherited = manifest && readUserDictionary(flags.bundle as string, manifest);
  return userDictionaryOf(flags, manifest?.normalizer?.steps ?? [], inherited);
}

/** Prints a line for each line of the argument, or of standard input without one. */
async function printLines(argument: string | undefined, flags: Flags, lineOf: (text: string) => string): Promise<void> {
  const chunks =
    argument === undefined
      ? readLines(process.stdin, 'stdin', readingOf(flags))
      : readLines(Readable.from([Buffer.from(argument)]), 'the argument', { encoding: 'utf-8' });
  for await (const { lines } of chunks) await print(lines.map(({ text }) => `${lineOf(contentOf(text))}\n`).join(''));
}
