/**
 * The terms of a vocabulary as a tree: words get numbers, terms of several words are paths of nodes. Node i < wordCount
 * is the term of only word i. Words with a negation mark have numbers after those without.
 */

import { type MarkedWord, type ParsedTerm, parseTerm } from '../reference/parsed-terms.ts';
import { isSymbolTerm, spelled } from '../reference/term-rules.ts';
import { shortestWord } from '../reference/terms.ts';
import type { Vectorizer, VectorizerParameters } from '../reference/vectorizer.ts';
import { isLongEnough, isWord, wordPartsOf } from '../reference/word-parts.ts';
import { addRuleFlags, exceptionsTable, ruleWordsTable, symbolTables, wordsOfRules } from './rule-tables.ts';

const HAS_CHILDREN = 1;
const IS_CHILD_WORD = 2;
const NO_COLUMN = -1;

export interface Node {
  column: number;
  flags: number;
}

/** An edge from a node to its child for a word. */
export interface Edge {
  readonly node: number;
  readonly word: number;
  readonly child: number;
}

export interface TermNodes {
  /** The words without mark, by number. */
  readonly words: readonly string[];
  /** Other spellings of these words. */
  readonly spellings: readonly { readonly word: string; readonly number: number }[];
  /** How often a word occurs, about; one weight per word. */
  readonly weights: readonly number[];
  /** The number of words with and without mark. */
  readonly wordCount: number;
  readonly nodes: readonly Node[];
  readonly edges: readonly Edge[];
  /** The longest term, in words. */
  readonly longest: number;
  /** The sections of rule-tables.ts. */
  readonly ruleSections: readonly ArrayBufferView[];
}

type ColumnTerm = ParsedTerm & { readonly column: number };

/** Throws if no term can occur in a text. */
export function termNodesOf({ parameters, tables }: Vectorizer): TermNodes {
  const { rules } = parameters;
  const { isPossibleWord, isPossible } = possibleTerms(parameters);
  const terms = tables.terms
    .map((term, column): ColumnTerm => ({ ...parseTerm(term, rules), column }))
    .filter((term) => isPossible(term));
  if (terms.length === 0)
    throw new Error('vocabulary: expected a term that token_pattern and ngram_range can make, found none');
  const spell = (word: string) => spelled(word, rules?.spellings ?? {});
  const numbers = new WordNumbers(terms, (column) => 1 / Math.max(tables.idf[column] as number, 1));
  const wordsWithRules = rules === undefined ? [] : wordsOfRules(rules).map(spell).filter(isPossibleWord);
  for (const word of wordsWithRules) numbers.add(word, 0);
  const ngrams = terms.filter((term) => term.kind === 'ngram');
  const marked = numbers.numberMarkedWords(ngrams.flatMap(({ words }) => words));
  const wordCount = numbers.count + marked.size;
  const { slots, units } = symbolTables(terms.filter((term) => term.kind === 'symbol'));
  const prefixed = terms.flatMap((term) => (term.kind === 'ngram' || term.kind === 'symbol' ? [] : [term]));
  const numberOf = (word: string) => numbers.numberOf({ word: spell(word), isNegated: false });
  const { nodes, edges } = nodesOf(ngrams, numbers, wordCount);
  if (rules !== undefined) addRuleFlags(nodes, rules, prefixed, numberOf);
  return {
    words: numbers.words,
    spellings: Object.keys(rules?.spellings ?? {}).flatMap((word) => {
      const number = numberOf(word);
      return number === undefined || !isLongWord(word, parameters) ? [] : [{ word, number }];
    }),
    weights: numbers.weights,
    wordCount,
    nodes,
    edges,
    longest: ngrams.reduce((length, { words }) => Math.max(length, words.length), 1),
    ruleSections: [
      rules === undefined ? new Uint32Array() : ruleWordsTable(numbers.count, prefixed, numberOf, marked),
      exceptionsTable(rules?.negation ?? null, numberOf),
      slots,
      units,
    ],
  };
}

/** Terms that are not possible never occur in a text, so they are left out. */
function possibleTerms(parameters: VectorizerParameters) {
  const { rules, ngram_range } = parameters;
  const spellings = Object.entries(rules?.spellings ?? {});
  const others = new Set(spellings.map(([word]) => word));
  const canonical = new Set(spellings.flatMap(([word, stands]) => (isLongWord(word, parameters) ? [stands] : [])));
  const isPossibleWord = (word: string) => canonical.has(word) || (isLongWord(word, parameters) && !others.has(word));
  const isPossible = (term: ParsedTerm) => {
    if (term.kind === 'symbol') return wordPartsOf(term.symbol).length === 0 && isSymbolTerm(term.symbol);
    if (term.kind === 'ngram' && !isWithin(term.words.length, ngram_range)) return false;
    return wordsOf(term).every(({ word }) => isPossibleWord(word));
  };
  return { isPossibleWord, isPossible };
}

function isLongWord(word: string, { token_pattern, unicode }: VectorizerParameters): boolean {
  return isWord(word, unicode) && isLongEnough(word, shortestWord(token_pattern));
}

function wordsOf(term: ParsedTerm): readonly MarkedWord[] {
  if (term.kind === 'ngram') return term.words;
  return term.kind === 'symbol' ? [] : [term.word];
}

function isWithin(length: number, [smallest, largest]: readonly [number, number]): boolean {
  return length >= smallest && length <= largest;
}

/** Numbers words in the order of their first term. */
class WordNumbers {
  readonly weights: number[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #marked = new Map<number, number>();

  /** A low idf means that many texts have the term, so `weightOf` its column is high. */
  constructor(terms: readonly ColumnTerm[], weightOf: (column: number) => number) {
    for (const term of terms) for (const { word } of wordsOf(term)) this.add(word, weightOf(term.column));
  }

  /** The number of words without mark. */
  get count(): number {
    return this.#numbers.size;
  }

  get words(): string[] {
    return [...this.#numbers.keys()];
  }

  add(word: string, weight: number): void {
    const number = this.#numbers.get(word) ?? this.#numbers.size;
    this.#numbers.set(word, number);
    this.weights[number] = (this.weights[number] ?? 0) + weight;
  }

  /** Gives the marked words the next numbers. No word without mark may be added after this. */
  numberMarkedWords(words: readonly MarkedWord[]): ReadonlyMap<number, number> {
    for (const { word } of words.filter(({ isNegated }) => isNegated)) {
      const number = this.#numbers.get(word) as number;
      if (!this.#marked.has(number)) this.#marked.set(number, this.count + this.#marked.size);
    }
    return this.#marked;
  }

  numberOf({ word, isNegated }: MarkedWord): number | undefined {
    const number = this.#numbers.get(word);
    return number === undefined || !isNegated ? number : this.#marked.get(number);
  }
}

function nodesOf(
  ngrams: readonly { readonly words: readonly MarkedWord[]; readonly column: number }[],
  numbers: WordNumbers,
  wordCount: number,
): { nodes: Node[]; edges: Edge[] } {
  const nodes: Node[] = Array.from({ length: wordCount }, () => ({ column: NO_COLUMN, flags: 0 }));
  const edges = new Map<number, Edge>();
  for (const { column, words } of ngrams) {
    const [first, ...others] = words.map((word) => numbers.numberOf(word) as number);
    let node = first as number;
    for (const word of others) {
      const key = node * wordCount + word; // below 2^53: there are fewer than 2^24 words
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
  return { nodes, edges: [...edges.values()] };
}
