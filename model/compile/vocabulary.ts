/**
 * A vectorizer's vocabulary → the vocabulary file that native/vocabulary.cc reads. native/vocabulary.h describes
 * the tables.
 *
 * Each word of a term gets a number, and each UTF-16 unit of a word gets a code. Frequent units have low codes, so that
 * the most read data lies close together. A term of several words is a path of nodes in a hash table.
 */
import { shortestWord } from '../reference/terms.ts';
import type { Vectorizer } from '../reference/vectorizer.ts';
import { wordCharacterRangesOf } from '../reference/word-parts.ts';
import { buildDoubleArray } from './double-array.ts';
import { keysByWeight } from './frequencies.ts';
import { encodeTableFile, type TableKind } from './table-file.ts';
import { type Node, type TermNodes, termNodesOf } from './term-nodes.ts';

const vocabularyKind: TableKind = { name: 'vocabulary', tag: 'VOCB', version: 5 };

const NORMS = [null, 'l1', 'l2'] as const;
const RULE_FLAGS = { hasRules: 1, hasClauses: 2, hasLastSentence: 4, hasSymbols: 8 } as const;
const EMPTY = 0xffffffff; // the child in an empty slot of the hash table
const UNITS = 65_536;
const FIRST_CODE = 2; // 0: not a word character; 1: a word character that is in no word of the vocabulary

/** Compiles the vocabulary. `identity` binds the file to its bundle. Throws if no term can occur in a text. */
export function compileVocabulary(vectorizer: Vectorizer, identity: string): Buffer {
  const { tables } = vectorizer;
  const terms = termNodesOf(vectorizer);
  const { words } = terms;
  const entries = [...words.map((word, number) => ({ word, number })), ...terms.spellings].map(({ word, number }) => ({
    word,
    number,
    weight: terms.weights[number] as number,
  }));
  const wordCharacters = wordCharacterRangesOf(vectorizer.parameters.unicode);
  const codes = codesOf(entries, wordCharacters);
  const units = buildDoubleArray(
    entries.map(({ word, number, weight }) => ({
      codes: Array.from({ length: word.length }, (_, k) => codes[word.charCodeAt(k)] as number),
      value: number + 1,
      weight,
    })),
  );
  const [root = 0n] = units;
  const trie = units.length > 1 ? units : BigUint64Array.of(root, root); // code 1 is valid without any word
  const supplementary = wordCharacters.filter((_, i) => (wordCharacters[i - (i % 2)] as number) >= UNITS);
  return encodeTableFile(vocabularyKind, identity, [
    numbersOf(vectorizer, terms),
    codes,
    supplementary,
    trie,
    nodesTable(terms.nodes),
    edgesTable(terms),
    tables.idf,
    tables.logarithms,
    ...terms.ruleSections,
    ...termTexts(tables.terms),
  ]);
}

function numbersOf({ parameters, columnCount }: Vectorizer, { wordCount, longest }: TermNodes): Uint32Array {
  const { token_pattern, sublinear_tf, use_idf, norm, norm_order, rules } = parameters;
  const flags =
    rules === undefined
      ? 0
      : RULE_FLAGS.hasRules |
        (rules.concessive.length > 0 ? RULE_FLAGS.hasClauses : 0) |
        (rules.last_sentence ? RULE_FLAGS.hasLastSentence : 0) |
        (rules.symbols ? RULE_FLAGS.hasSymbols : 0);
  const scope = rules?.negation?.scope ?? 0;
  return Uint32Array.of(
    columnCount,
    wordCount,
    shortestWord(token_pattern),
    longest,
    Number(sublinear_tf),
    Number(use_idf),
    NORMS.indexOf(norm),
    flags,
    scope,
    Number(norm_order === 'descending'),
    0,
    0,
  );
}

/** The terms in UTF-8, one after the other, and the end of each. */
function termTexts(terms: readonly string[]): [bytes: Buffer, ends: Uint32Array] {
  let end = 0;
  const ends = Uint32Array.from(terms, (term) => (end += Buffer.byteLength(term, 'utf8')));
  return [Buffer.from(terms.join(''), 'utf8'), ends];
}

/** The code of each UTF-16 unit. Units of frequent words have low codes; units of equal weight ascend. */
function codesOf(words: readonly WeighedWord[], wordCharacters: Uint32Array): Uint16Array {
  const codes = new Uint16Array(UNITS);
  for (let i = 0; i < wordCharacters.length; i += 2) {
    const [first, last] = [wordCharacters[i] as number, wordCharacters[i + 1] as number];
    if (first < UNITS) codes.fill(1, first, Math.min(last + 1, UNITS));
  }
  codes.fill(1, 0xd800, 0xe000); // Only the pair shows whether a surrogate belongs to a word character.
  keysByWeight(weighedUnits(words)).forEach((unit, rank) => {
    codes[unit] = FIRST_CODE + rank;
  });
  return codes;
}

interface WeighedWord {
  readonly word: string;
  readonly weight: number;
}

function* weighedUnits(words: readonly WeighedWord[]): Generator<[unit: number, weight: number]> {
  for (const { word, weight } of words) for (let k = 0; k < word.length; k++) yield [word.charCodeAt(k), weight];
}

function nodesTable(nodes: readonly Node[]): Int32Array {
  return Int32Array.from(nodes.flatMap(({ column, flags }) => [column, flags]));
}

/** A hash table with linear probing, at most half full. A slot has node, word, child, and the column of the child. */
function edgesTable({ edges, nodes }: TermNodes): Uint32Array {
  const slots = 2 ** Math.ceil(Math.log2(2 * edges.length + 2));
  const table = new Uint32Array(4 * slots).fill(EMPTY);
  for (const { node, word, child } of edges) {
    const h = (Math.imul(node, 0x9e3779b1) ^ Math.imul(word, 0x85ebca6b)) >>> 0;
    let slot = ((h ^ (h >>> 16)) >>> 0) & (slots - 1);
    while (table[4 * slot + 2] !== EMPTY) slot = (slot + 1) & (slots - 1);
    table.set([node, word, child, (nodes[child] as Node).column], 4 * slot);
  }
  return table;
}
