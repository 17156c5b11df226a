/**
 * Reads the authored corpus and checks its form. README.md beside this file describes the format. Errors name the file
 * and the line. test/model/corpus/linter.ts checks the content.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../native/package-root.ts';

/**
 * All domains but the last two are subjects of reviews. `general` (sentences) and `phrase` (short verdicts) fit a
 * review of any subject.
 */
export const domains = [
  'movie',
  'product',
  'app',
  'game',
  'book',
  'service',
  'hotel',
  'restaurant',
  'shop',
  'general',
  'phrase',
] as const;
export type Domain = (typeof domains)[number];

export const wordClasses = ['i-adjective', 'na-adjective', 'noun', 'verb-godan', 'verb-ichidan', 'verb-suru'] as const;
export type WordClass = (typeof wordClasses)[number];

export interface Sentence {
  /** 1–5, or 0 for a neutral sentence, which says nothing about the stars. */
  readonly stars: number;
  readonly domain: Domain;
  readonly text: string;
}

export interface CorpusWord {
  /** −2, −1, 1 or 2. */
  readonly polarity: number;
  readonly wordClass: WordClass;
  readonly text: string;
}

export interface Corpus {
  readonly sentences: readonly Sentence[];
  readonly words: readonly CorpusWord[];
}

export function isSubject(domain: Domain): boolean {
  return domain !== 'general' && domain !== 'phrase';
}

export function isNeutral({ stars }: { readonly stars: number }): boolean {
  return stars === 0;
}

/** Reads `sentences/*.tsv` in the order of their names, and `words.tsv`. Throws if two files contain the same text. */
export async function readCorpus(folder = join(packageRoot, 'model', 'corpus')): Promise<Corpus> {
  const read = (file: string) => readFile(file, 'utf8');
  const sentenceFolder = join(folder, 'sentences');
  const names = (await readdir(sentenceFolder)).filter((name) => name.endsWith('.tsv')).sort();
  const files = await Promise.all(
    names.map(async (name) => parseSentences(await read(join(sentenceFolder, name)), join(sentenceFolder, name))),
  );
  const seen = new Map<string, string>();
  files.forEach((sentences, i) => {
    for (const { text } of sentences) {
      const before = seen.get(text);
      if (before !== undefined)
        throw new Error(
          `${sentenceFolder}: expected each text once, found ${JSON.stringify(text)} in ${before} and in ${names[i]}`,
        );
      seen.set(text, names[i] as string);
    }
  });
  const words = join(folder, 'words.tsv');
  return { sentences: files.flat(), words: parseWords(await read(words), words) };
}

/** `file` is for messages. Throws on the first malformed line. */
export function parseSentences(content: string, file: string): Sentence[] {
  return rowsOf(content, file, ['stars', 'domain', 'sentence']).map(({ where, cells: [stars, domain, text] }) => ({
    stars: oneOf(stars, [0, 1, 2, 3, 4, 5], `${where}: the stars`),
    domain: oneOf(domain, domains, `${where}: the domain`),
    text: text as string,
  }));
}

/** `file` is for messages. Throws on the first malformed line. */
export function parseWords(content: string, file: string): CorpusWord[] {
  return rowsOf(content, file, ['polarity', 'class', 'word']).map(({ where, cells: [polarity, wordClass, text] }) => ({
    polarity: oneOf(polarity, [-2, -1, 1, 2], `${where}: the polarity`),
    wordClass: oneOf(wordClass, wordClasses, `${where}: the class`),
    text: text as string,
  }));
}

function rowsOf(content: string, file: string, header: readonly string[]): { where: string; cells: string[] }[] {
  const [first, ...lines] = content.split('\n');
  if (first !== header.join('\t'))
    throw new Error(`${file}:1: expected the header ${header.join(', ')}, received ${JSON.stringify(first)}`);
  if (lines.pop() !== '') throw new Error(`${file}: expected a line feed at the end of the last line`);
  const seen = new Map<string, string>();
  return lines.map((line, i) => {
    const where = `${file}:${i + 2}`;
    const cells = line.split('\t');
    const text = cells.at(-1) ?? '';
    const isClean = text !== '' && text === text.trim() && text === text.normalize('NFC') && !/\p{Cc}/u.test(text);
    if (cells.length !== header.length)
      throw new Error(`${where}: expected ${header.length} fields with tabs between them, received ${cells.length}`);
    if (!isClean)
      throw new Error(
        `${where}: expected a text in NFC without control characters or surrounding spaces, received ${JSON.stringify(text)}`,
      );
    const key = header[0] === 'polarity' ? cells.slice(1).join('\t') : text; // a word may have several classes
    if (seen.has(key))
      throw new Error(
        `${where}: expected each text once, received ${JSON.stringify(text)} again, first at ${seen.get(key)}`,
      );
    seen.set(key, where);
    return { where, cells };
  });
}

function oneOf<T extends string | number>(received: string | undefined, values: readonly T[], name: string): T {
  const found = values.find((value) => String(value) === received);
  if (found === undefined)
    throw new Error(`${name}: expected one of ${values.join(', ')}, received ${JSON.stringify(received)}`);
  return found;
}
