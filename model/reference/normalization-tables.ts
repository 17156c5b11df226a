/**
 * The tables of the normalizer, read from the files of normalization/. Each file is lines of fields with tabs between
 * them, after head lines that begin with "# ". Code points are hexadecimal; FIRST..LAST is a range.
 *
 * The tables are files, so that no version of Node, ICU or Python changes a score. Their identity is a hash of the
 * files: a bundle names it, and model/compile/normalizer.ts writes it into the compiled tables.
 */
import { join } from 'node:path';
import { requireBuiltin } from '../../native/builtin.ts';
import { packageRoot } from '../../native/package-root.ts';

export interface NormalizationTables {
  /** SHA-256 over the names and contents of the files, in the order of their names. */
  readonly identity: string;
  /** By code point: the full compatibility decomposition. Hangul syllables are not listed. */
  readonly decompositions: ReadonlyMap<number, string>;
  /** By code point: the canonical combining class, if it is not 0. */
  readonly combiningClasses: ReadonlyMap<number, number>;
  /** By two characters: the character that they compose. Hangul syllables are not listed. */
  readonly compositions: ReadonlyMap<string, string>;
  /** Code points that no step changes after the step emoji. */
  readonly emoji: ReadonlySet<number>;
  /** Skin tones. */
  readonly modifiers: ReadonlySet<number>;
  /** By UTF-16 unit: the dash, long vowel mark or tilde that replaces it. */
  readonly dashes: ReadonlyMap<string, string>;
  /** By UTF-16 unit: its form as a symbol. */
  readonly punctuation: ReadonlyMap<string, string>;
  /** By UTF-16 unit: the shortest run of it that is replaced, and the replacement. */
  readonly repeats: ReadonlyMap<string, { readonly minimum: number; readonly replacement: string }>;
  /** By kaomoji: its emoji. */
  readonly kaomoji: ReadonlyMap<string, string>;
}

const FILES = [
  'combining-classes.tsv',
  'compositions.tsv',
  'dashes.tsv',
  'decompositions.tsv',
  'emoji.tsv',
  'kaomoji.tsv',
  'punctuation.tsv',
  'repeats.tsv',
] as const;

let read: NormalizationTables | undefined;

/** The tables. The first call reads the files. */
export function normalizationTables(): NormalizationTables {
  read ??= readTables();
  return read;
}

function readTables(): NormalizationTables {
  const { readFileSync } = requireBuiltin('node:fs');
  const hash = requireBuiltin('node:crypto').createHash('sha256');
  const rows = new Map<string, readonly (readonly string[])[]>();
  for (const name of FILES) {
    const text = readFileSync(join(packageRoot, 'model', 'reference', 'normalization', name), 'utf8');
    hash.update(`${name}\0${text}\0`);
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('# '));
    rows.set(
      name,
      lines.map((line) => line.split('\t')),
    );
  }
  const rowsOf = (name: (typeof FILES)[number]) => rows.get(name) as readonly (readonly [string, string, string])[];
  const emojiOf = (kind: string) => rowsOf('emoji.tsv').flatMap(([range, name]) => (name === kind ? span(range) : []));
  return {
    identity: hash.digest('hex'),
    decompositions: new Map(rowsOf('decompositions.tsv').flatMap(([range, to]) => decompositionsOf(range, to))),
    combiningClasses: new Map(
      rowsOf('combining-classes.tsv').flatMap(([range, number]) =>
        span(range).map((c) => [c, Number(number)] as const),
      ),
    ),
    compositions: new Map(
      rowsOf('compositions.tsv').map(([pair, composed]) => [characters(pair), characters(composed)]),
    ),
    emoji: new Set(emojiOf('emoji')),
    modifiers: new Set(emojiOf('modifier')),
    dashes: new Map(
      rowsOf('dashes.tsv').flatMap(([dash, group]) => Array.from(group, (unit) => [unit, dash] as const)),
    ),
    punctuation: new Map(rowsOf('punctuation.tsv').map(([unit, symbol]) => [unit, symbol])),
    repeats: new Map(
      rowsOf('repeats.tsv').map(([unit, minimum, replacement]) => [unit, { minimum: Number(minimum), replacement }]),
    ),
    kaomoji: new Map(rowsOf('kaomoji.tsv').map(([kaomoji, emoji]) => [kaomoji, emoji])),
  };
}

/** FF01..FF5E, 0021..007E: each code point of the first range has its neighbour of the second. */
function decompositionsOf(range: string, to: string): (readonly [number, string])[] {
  const from = span(range);
  if (from.length === 1) return [[from[0] as number, characters(to)]];
  return span(to).map((code, i) => [from[i] as number, String.fromCodePoint(code)]);
}

function span(range: string): number[] {
  const [first = '', last = first] = range.split('..');
  const start = Number.parseInt(first, 16);
  return Array.from({ length: Number.parseInt(last, 16) - start + 1 }, (_, i) => start + i);
}

function characters(codes: string): string {
  return String.fromCodePoint(...codes.split(' ').map((code) => Number.parseInt(code, 16)));
}
