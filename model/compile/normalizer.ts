/**
 * The files of model/reference/normalization/ → the table file that native/normalizer/tables.h reads; it describes the
 * sections.
 *
 * Each code point has a record: its decomposition, its combining class and its flags. Most code points share record 0,
 * which is empty. Records are found through pages of 128 code points; equal pages are stored once.
 */
import { STYLES } from '../reference/emoji.ts';
import { unmappedText } from '../reference/mapped-text.ts';
import { toNfkc } from '../reference/nfkc.ts';
import type { NormalizationTables } from '../reference/normalization-tables.ts';
import { encodeTableFile, type TableKind } from './table-file.ts';

const normalizerKind: TableKind = { name: 'normalizer', tag: 'NORM', version: 2 };

const PAGE = 128;
const CODE_POINTS = 0x110000;
const IS_EMOJI = 1;
const IS_STYLE = 2;
const IS_CHANGED_BY_NFKC = 4;
const RECORD_WORDS = 3;
const RUN_WORDS = 6;
const MAX_REPLACEMENT = 3;
/** The consonants and vowels that end a Hangul syllable: NFKC joins them with the unit before. */
const HANGUL_ENDS = [0x1161, 0x1175, 0x11a8, 0x11c2] as const;

/** Compiles the tables. The identity of the file is the identity of `tables`. */
export function compileNormalizer(tables: NormalizationTables): Buffer {
  const { pages, blocks, records, decompositions } = recordsOf(tables);
  return encodeTableFile(normalizerKind, tables.identity, [
    pages,
    blocks,
    records,
    decompositions,
    compositionsOf(tables),
    replacementsOf(tables.dashes),
    replacementsOf(tables.punctuation),
    runsOf(tables),
    unitsOf(Array.from(tables.kaomoji, ([kaomoji, emoji]) => `${kaomoji}\t${emoji}\n`).join('')),
  ]);
}

function recordsOf(tables: NormalizationTables) {
  const flags = flagsOf(tables);
  const records = [0, 0, 0];
  const numbers = new Map([['0,0,0', 0]]);
  let decompositions = '';
  const recordOf = (code: number): number => {
    const decomposition = tables.decompositions.get(code) ?? '';
    const start = decomposition === '' ? 0 : decompositions.length;
    const record = [
      start,
      decomposition.length | ((tables.combiningClasses.get(code) ?? 0) << 8),
      flags[code] as number,
    ];
    const known = numbers.get(record.join());
    if (known !== undefined) return known;
    decompositions += decomposition;
    numbers.set(record.join(), records.length / RECORD_WORDS);
    return records.push(...record) / RECORD_WORDS - 1;
  };
  const blocks: number[] = [];
  const blockNumbers = new Map<string, number>();
  const pages = Uint16Array.from({ length: CODE_POINTS / PAGE }, (_, page) => {
    const block = Array.from({ length: PAGE }, (_, i) => recordOf(page * PAGE + i));
    const known = blockNumbers.get(block.join());
    if (known !== undefined) return known;
    blockNumbers.set(block.join(), blocks.length / PAGE);
    return blocks.push(...block) / PAGE - 1;
  });
  return {
    pages,
    blocks: Uint16Array.from(blocks),
    records: Uint16Array.from(records),
    decompositions: unitsOf(decompositions),
  };
}

/**
 * NFKC changes a mark, or a code point that joins with those before it. It also changes a code point whose decomposition
 * it does not compose again, or whose decomposition begins with one of the former.
 */
function flagsOf({
  decompositions,
  combiningClasses,
  compositions,
  emoji,
  modifiers,
}: NormalizationTables): Uint8Array {
  const flags = new Uint8Array(CODE_POINTS);
  const mark = (codes: Iterable<number>, flag: number) => {
    for (const code of codes) flags[code] = (flags[code] as number) | flag;
  };
  mark(emoji, IS_EMOJI);
  mark([...modifiers, ...STYLES], IS_STYLE);
  mark(combiningClasses.keys(), IS_CHANGED_BY_NFKC);
  mark(
    Array.from(compositions.keys(), (pair) => Array.from(pair)[1]?.codePointAt(0) as number),
    IS_CHANGED_BY_NFKC,
  );
  const [firstVowel, lastVowel, firstFinal, lastFinal] = HANGUL_ENDS;
  for (let code = firstVowel; code <= lastVowel; code++) mark([code], IS_CHANGED_BY_NFKC);
  for (let code = firstFinal; code <= lastFinal; code++) mark([code], IS_CHANGED_BY_NFKC);
  const isChanged = (code: number) => ((flags[code] as number) & IS_CHANGED_BY_NFKC) !== 0;
  const decomposed = Array.from(decompositions).filter(([code, decomposition]) => {
    const character = String.fromCodePoint(code);
    const { text } = toNfkc(unmappedText(character), () => false);
    return text !== character || isChanged(decomposition.codePointAt(0) as number);
  });
  mark(
    decomposed.map(([code]) => code),
    IS_CHANGED_BY_NFKC,
  );
  return flags;
}

/** Triples (first, second, composed), in the order of the first two. */
function compositionsOf({ compositions }: NormalizationTables): Uint32Array {
  const triples = Array.from(compositions, ([pair, composed]) =>
    Array.from(pair + composed, (character) => character.codePointAt(0) as number),
  );
  return Uint32Array.from(triples.sort(([a = 0, b = 0], [c = 0, d = 0]) => a - c || b - d).flat());
}

/** Pairs (unit, replacement), in the order of the units. */
function replacementsOf(replacements: ReadonlyMap<string, string>): Uint16Array {
  const pairs = Array.from(replacements, ([unit, by]) => [unit.charCodeAt(0), by.charCodeAt(0)] as const);
  return Uint16Array.from(pairs.sort(([a], [b]) => a - b).flat());
}

/** For each row: unit, shortest run, length of the replacement, and its units. */
function runsOf({ repeats }: NormalizationTables): Uint16Array {
  const runs = new Uint16Array(RUN_WORDS * repeats.size);
  Array.from(repeats).forEach(([unit, { minimum, replacement }], i) => {
    if (replacement.length > MAX_REPLACEMENT)
      throw new Error(`repeats.tsv: expected at most ${MAX_REPLACEMENT} units for ${unit}, found ${replacement}`);
    runs.set([unit.charCodeAt(0), minimum, replacement.length, ...unitsOf(replacement)], RUN_WORDS * i);
  });
  return runs;
}

function unitsOf(text: string): Uint16Array {
  return Uint16Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
}
