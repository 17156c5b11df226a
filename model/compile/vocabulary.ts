/**
 * A vectorizer's vocabulary → the vocabulary file that native/vectorizer reads. native/vocabulary.h describes the
 * tables.
 *
 * Each word of a term gets a number, and each UTF-16 unit of a word gets a code. Frequent units have low codes, so that
 * the most read data lies close together. A term of several words is a path of nodes in a hash table.
 */
import { shortestWord, wordsOf } from '../reference/terms.ts';
import type { Vectorizer } from '../reference/vectorizer.ts';
import { wordCharacterRanges } from '../reference/word-characters.ts';
import { buildDoubleArray } from './double-array.ts';
import { keysByWeight } from './frequencies.ts';
import { encodeTableFile, type TableKind } from './table-file.ts';

const vocabularyKind: TableKind = { name: 'vocabulary', tag: 'VOCB', version: 1 };

const NORMS = [null, 'l1', 'l2'] as const;
const HAS_CHILDREN = 1;
const IS_CHILD_WORD = 2;
const NO_COLUMN = -1;
const EMPTY = 0xffffffff; // the child in an empty slot of the hash table
const UNITS = 65_536;
const FIRST_CODE = 2; // 0: not a word character; 1: a word character that is in no word of the vocabulary

/** Compiles the vocabulary. `identity` binds the file to its bundle. Throws if no term can occur in a text. */
export function compileVocabulary(vectorizer: Vectorizer, identity: string): Buffer {
  const { parameters, tables } = vectorizer;
  const { words, weights, nodes, edges, longest } = termsToNodes(vectorizer);
  if (words.length === 0)
    throw new Error('vocabulary: expected a term that token_pattern and ngram_range can make, found none');
  const codes = codesOf(words, weights);
  const trie = buildDoubleArray(
    words.map((word, i) => ({
      codes: Uint16Array.from({ length: word.length }, (_, k) => codes[word.charCodeAt(k)] as number),
      value: i + 1,
      weight: weights[i] as number,
    })),
  );
  const numbers = Uint32Array.of(
    vectorizer.columnCount,
    words.length,
    shortestWord(parameters.token_pattern),
    longest,
    Number(parameters.sublinear_tf),
    Number(parameters.use_idf),
    NORMS.indexOf(parameters.norm),
    0,
  );
  const supplementary = wordCharacterRanges.filter((_, i) => (wordCharacterRanges[i - (i % 2)] as number) >= UNITS);
  return encodeTableFile(vocabularyKind, identity, [
    numbers,
    codes,
    supplementary,
    trie,
    nodesTable(nodes),
    edgesTable(edges),
    tables.idf,
    tables.logarithms,
  ]);
}

interface Node {
  column: number;
  flags: number;
}

/** An edge from a node to its child for a word. */
interface Edge {
  readonly node: number;
  readonly word: number;
  readonly child: number;
}

/**
 * The words of the terms with their weights, and the nodes and edges of the terms. Node i < words.length is the term of
 * only word i. `longest` is in words.
 */
function termsToNodes({ parameters, tables }: Vectorizer) {
  const [smallest, largest] = parameters.ngram_range;
  const shortest = shortestWord(parameters.token_pattern);
  const numbers = new Map<string, number>();
  const weights: number[] = [];
  const terms = tables.terms
    .map((term, column) => ({ column, parts: term.split(' ') }))
    // Leave out terms that token_pattern and ngram_range cannot make: they never occur.
    .filter(({ parts }) => parts.length >= smallest && parts.length <= largest && parts.every(isWord));
  for (const { column, parts } of terms) {
    const weight = 1 / Math.max(tables.idf[column] as number, 1); // A low idf means that many texts have the term.
    for (const word of parts) {
      const number = numbers.get(word) ?? numbers.size;
      numbers.set(word, number);
      weights[number] = (weights[number] ?? 0) + weight;
    }
  }
  const nodes: Node[] = Array.from(numbers, () => ({ column: NO_COLUMN, flags: 0 }));
  const edges = new Map<string, Edge>();
  for (const { column, parts } of terms) {
    let node = numbers.get(parts[0] as string) as number;
    for (const part of parts.slice(1)) {
      const word = numbers.get(part) as number;
      const key = `${node} ${word}`;
      const edge = edges.get(key) ?? { node, word, child: nodes.length };
      if (!edges.has(key)) {
        edges.set(key, edge);
        nodes.push({ column: NO_COLUMN, flags: 0 });
        (nodes[node] as Node).flags |= HAS_CHILDREN;
        (nodes[word] as Node).flags |= IS_CHILD_WORD;
      }
      node = edge.child;
    }
    (nodes[node] as Node).column = column;
  }
  const longest = terms.reduce((length, { parts }) => Math.max(length, parts.length), 1);
  return { words: [...numbers.keys()], weights, nodes, edges: [...edges.values()], longest };

  function isWord(part: string): boolean {
    const [first, ...others] = wordsOf([part], shortest);
    return first?.text === part && others.length === 0;
  }
}

/** The code of each UTF-16 unit. Units of frequent words have low codes; units of equal weight ascend. */
function codesOf(words: readonly string[], weights: readonly number[]): Uint16Array {
  const codes = new Uint16Array(UNITS);
  for (let i = 0; i < wordCharacterRanges.length; i += 2) {
    const [first, last] = [wordCharacterRanges[i] as number, wordCharacterRanges[i + 1] as number];
    if (first < UNITS) codes.fill(1, first, Math.min(last + 1, UNITS));
  }
  codes.fill(1, 0xd800, 0xe000); // Only the pair shows whether a surrogate belongs to a word character.
  keysByWeight(weighedUnits(words, weights)).forEach((unit, rank) => {
    codes[unit] = FIRST_CODE + rank;
  });
  return codes;
}

function* weighedUnits(
  words: readonly string[],
  weights: readonly number[],
): Generator<[unit: number, weight: number]> {
  for (const [i, word] of words.entries())
    for (let k = 0; k < word.length; k++) yield [word.charCodeAt(k), weights[i] as number];
}

function nodesTable(nodes: readonly Node[]): Int32Array {
  return Int32Array.from(nodes.flatMap(({ column, flags }) => [column, flags]));
}

/** A hash table with linear probing, at most half full. */
function edgesTable(edges: readonly Edge[]): Uint32Array {
  const slots = 2 ** Math.ceil(Math.log2(2 * edges.length + 2));
  const table = new Uint32Array(3 * slots).fill(EMPTY);
  for (const { node, word, child } of edges) {
    const h = (Math.imul(node, 0x9e3779b1) ^ Math.imul(word, 0x85ebca6b)) >>> 0;
    let slot = ((h ^ (h >>> 16)) >>> 0) & (slots - 1);
    while (table[3 * slot + 2] !== EMPTY) slot = (slot + 1) & (slots - 1);
    table.set([node, word, child], 3 * slot);
  }
  return table;
}
