/**
 * Reads the user dictionaries that people write: CSV in any encoding, one word on each line, in one of two forms. Empty
 * lines and lines that begin with # are skipped.
 *
 *     surface,left id,right id,cost,features …            MeCab's form, with the features of IPADIC
 *     text,tokens,readings,part of speech                 the short form, as Elasticsearch's kuromoji has it: tokens and
 *                                                         readings have spaces between them
 *
 * The short form gets the highest cost at which the word wins against every other way to tokenize its text. A word that
 * contains shorter ones wins against them, because costs are given to short words first.
 *
 * With a normalizer, surface forms are normalized as texts are. The steps that look words up know the user's words.
 */
import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse/sync';
import type { DecodeOptions } from '../io/encoding.ts';
import { readError } from '../io/file-errors.ts';
import { readText } from '../io/lines.ts';
import { createNormalizer } from './normalizer.ts';
import type { Tokenizer } from './tokenizer.ts';
import {
  MIN_COST,
  MIN_FEATURES,
  problemOf,
  UserDictionary,
  type UserSegment,
  type UserWord,
} from './user-dictionary.ts';

/** A line that is not a word. */
export interface BadWord {
  /** 1-based. */
  readonly line: number;
  readonly reason: string;
}

export interface ReadUserDictionaryOptions extends DecodeOptions {
  readonly tokenizer: Tokenizer;
  /** The steps that texts pass before tokenizing; empty for none. */
  readonly steps: readonly string[];
}

/** Bad lines are returned separately; the caller decides what to do about them. Rejects if the file cannot be read. */
export async function readUserDictionaryFile(
  file: string,
  { tokenizer, steps, ...decoding }: ReadUserDictionaryOptions,
): Promise<{ dictionary: UserDictionary; badWords: BadWord[] }> {
  const entries: Entry[] = [];
  const badWords: BadWord[] = [];
  for (const { line, fields } of await readLines(file, decoding)) {
    const entry = entryOf(fields);
    if (typeof entry === 'string') badWords.push({ line, reason: reasonOf(fields, entry) });
    else entries.push({ ...entry, line });
  }
  const refuse = ({ line, fields }: Entry, problem: string) =>
    badWords.push({ line, reason: reasonOf(fields, `expected ${problem}`) });
  const sound = normalize(entries, tokenizer, steps).filter((entry) => {
    const problem = problemOf({ ...entry.word, cost: entry.word.cost ?? 0 });
    if (problem !== undefined) refuse(entry, problem);
    return problem === undefined;
  });
  const words = withCosts(sound, tokenizer).filter(({ entry, cost }) => {
    if (cost < MIN_COST) refuse(entry, `a word that a cost from ${MIN_COST} lets win; give ids and a cost of your own`);
    return cost >= MIN_COST;
  });
  return {
    dictionary: new UserDictionary(words.map(({ entry, cost }) => ({ ...entry.word, cost }))),
    badWords: badWords.sort((a, b) => a.line - b.line),
  };
}

interface Line {
  readonly line: number;
  readonly fields: readonly string[];
}

async function readLines(file: string, decoding: DecodeOptions): Promise<Line[]> {
  const text = await readText(createReadStream(file), file, decoding).catch((error: unknown) => {
    throw readError(file, error, 'a user dictionary');
  });
  try {
    const records = parse(text, {
      bom: true,
      comment: '#',
      comment_no_infix: true,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    }) as unknown as readonly { readonly record: string[]; readonly info: { readonly lines: number } }[];
    return records.map(({ record, info }) => ({ line: info.lines, fields: record }));
  } catch (error) {
    throw new Error(`${file}: expected CSV, ${(error as Error).message}`, { cause: error });
  }
}

/** A word whose cost is undefined in the short form. */
interface Entry extends Line {
  readonly word: Omit<UserWord, 'cost'> & { readonly cost: number | undefined };
}

function reasonOf(fields: readonly string[], problem: string): string {
  return `${fields[0]}: ${problem}, received ${fields.join(',')}`;
}

/** The entry of a line, or what is wrong with the line. */
function entryOf(fields: readonly string[]): Omit<Entry, 'line'> | string {
  const numbers = fields.slice(1, 4).filter((field) => /^[-+]?\d*$/.test(field));
  if (numbers.length === 3) return mecabEntryOf(fields);
  if (fields.length === 4) return shortEntryOf(fields as [string, string, string, string]);
  return 'expected surface,left id,right id,cost,features … as in MeCab, or text,tokens,readings,part of speech';
}

function mecabEntryOf(fields: readonly string[]): Omit<Entry, 'line'> | string {
  const [surface = '', left, right, cost, ...given] = fields;
  if (given[0] === undefined || given[0] === '') return 'expected a part of speech after the cost';
  const features = [...given, ...Array<string>(Math.max(0, MIN_FEATURES - given.length)).fill('*')];
  const numberOf = (text: string | undefined) => (text === '' ? Number.NaN : Number(text));
  const word = {
    surface,
    leftId: numberOf(left),
    rightId: numberOf(right),
    cost: numberOf(cost),
    features,
    segments: [],
  };
  return { fields, word };
}

function shortEntryOf(fields: readonly [string, string, string, string]): Omit<Entry, 'line'> | string {
  const [surface, tokenText, readingText, tag] = fields;
  const tokens = tokenText.split(/\s+/);
  const readings = readingText.split(/\s+/);
  if (readings.length !== tokens.length)
    return `expected one reading for each of the ${tokens.length} tokens, found ${readings.length} readings`;
  if (tokens.join('') !== surface) return `expected tokens that make ${surface} together, found ${tokens.join(' ')}`;
  const kind = TAGS.get(tag.replace(/^カスタム/, ''));
  if (kind === undefined)
    return `expected one of these parts of speech, with or without カスタム before it: ${[...TAGS.keys()].join(', ')}; found ${tag}`;
  const { id, features } = kind;
  const featuresOf = (text: string, reading: string) => [...features.split(','), text, reading, reading];
  const segments = tokens.map(
    (text, i): UserSegment => ({ surface: text, features: featuresOf(text, readings[i] as string) }),
  );
  const word = {
    surface,
    leftId: id,
    rightId: id,
    cost: undefined,
    features: featuresOf(surface, readings.join('')),
    segments: segments.length === 1 ? [] : segments,
  };
  return { fields, word };
}

/** Parts of speech of the short form, with IPADIC 2.7.0's id and its first six features. Words do not inflect. */
export const TAGS: ReadonlyMap<string, { readonly id: number; readonly features: string }> = new Map(
  (
    [
      ['名詞', 1285, '名詞,一般,*,*,*,*'],
      ['固有名詞', 1288, '名詞,固有名詞,一般,*,*,*'],
      ['人名', 1289, '名詞,固有名詞,人名,一般,*,*'],
      ['組織', 1292, '名詞,固有名詞,組織,*,*,*'],
      ['地名', 1293, '名詞,固有名詞,地域,一般,*,*'],
      ['サ変名詞', 1283, '名詞,サ変接続,*,*,*,*'],
      ['形容動詞', 1287, '名詞,形容動詞語幹,*,*,*,*'],
      ['副詞', 1281, '副詞,一般,*,*,*,*'],
      ['形容詞', 19, '形容詞,自立,*,*,形容詞・アウオ段,基本形'],
      ['動詞', 619, '動詞,自立,*,*,一段,基本形'],
      ['連体詞', 1315, '連体詞,*,*,*,*,*'],
      ['接続詞', 555, '接続詞,*,*,*,*,*'],
      ['感動詞', 3, '感動詞,*,*,*,*,*'],
      ['記号', 5, '記号,一般,*,*,*,*'],
    ] as const
  ).map(([tag, id, features]) => [tag, { id, features }]),
);

/** The steps of the normalizer that look words up. */
const LOOKING_UP = ['elongation', 'spelling'];

/** The entries with normalized surface forms, base forms and segments. */
function normalize(entries: readonly Entry[], tokenizer: Tokenizer, steps: readonly string[]): Entry[] {
  const characters = createNormalizer(
    steps.filter((step) => !LOOKING_UP.includes(step)),
    tokenizer.words,
  );
  const first = entries.map((entry) => withTexts(entry, (text) => characters.normalize(text).text));
  const known = new UserDictionary(first.map(({ word }) => ({ ...word, cost: 0 })));
  const all = createNormalizer(steps, tokenizer.withWords(known).words);
  return first.map((entry) => withTexts(entry, (text) => all.normalize(text).text));
}

function withTexts(entry: Entry, change: (text: string) => string): Entry {
  const { word } = entry;
  const surface = change(word.surface);
  // A base form that is the surface form stays so. Another one is as the dictionary writes it.
  const featuresOf = (features: readonly string[], from: string, to: string) =>
    features.map((feature, i) => (i === MIN_FEATURES - 1 && feature === from ? to : feature));
  const segments = word.segments.map((segment) => {
    const text = change(segment.surface);
    return { surface: text, features: featuresOf(segment.features, segment.surface, text) };
  });
  return { ...entry, word: { ...word, surface, features: featuresOf(word.features, word.surface, surface), segments } };
}

/** Gives costs to the words of the short form, short words first. The result has the order of the entries. */
function withCosts(entries: readonly Entry[], tokenizer: Tokenizer): { entry: Entry; cost: number }[] {
  const costs = new Map<Entry, number>();
  for (const entry of entries) if (entry.word.cost !== undefined) costs.set(entry, entry.word.cost);
  const missing = entries.filter((entry) => !costs.has(entry));
  const lengths = new Set(missing.map(({ word }) => word.surface.length));
  for (const length of Array.from(lengths).sort((a, b) => a - b)) {
    const others = new UserDictionary(Array.from(costs, ([{ word }, cost]) => ({ ...word, cost })));
    const withOthers = tokenizer.withWords(others);
    for (const entry of missing) {
      const { surface, leftId, rightId } = entry.word;
      if (surface.length === length) costs.set(entry, withOthers.winningCost(surface, leftId, rightId));
    }
  }
  return entries.map((entry) => ({ entry, cost: costs.get(entry) as number }));
}
