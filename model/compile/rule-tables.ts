/**
 * The sections of a vocabulary file that term rules need, for RuleWord, Exception and Symbol in native/vocabulary.h.
 * Without rules, they are empty.
 */

import type { MarkedWord } from '../reference/parsed-terms.ts';
import { PARTS_OF_SPEECH } from '../reference/parts-of-speech.ts';
import {
  type NegationException,
  type NegationRules,
  negationExceptionOf,
  type PhraseElement,
  type TermRules,
} from '../reference/term-rules.ts';

/** The words that the rules name, as they are written there. */
export function wordsOfRules({ negation, concessive }: TermRules): string[] {
  if (negation === null) return [...concessive];
  const phrases = exceptionsOf(negation).flatMap(({ before, after }) =>
    [...before, ...after].flatMap(({ words }) => words),
  );
  const { particles, before } = negation.through;
  return [...concessive, ...Object.keys(negation.negators), ...particles, ...before, ...phrases];
}

function exceptionsOf({ exceptions }: NegationRules): NegationException[] {
  return exceptions.map((phrase) => {
    const exception = negationExceptionOf(phrase);
    if (exception === undefined) throw new Error(`Expected a phrase with one _, received ${JSON.stringify(phrase)}`);
    return exception;
  });
}

const NONE = 0xffffffff;
const RULE_WORD_FIELDS = 7;
// Flags of a word's node, beside those of term-nodes.ts.
const IS_CONCESSIVE = 4;
const CONTINUES_SCOPE = 8;
const IS_PASSED_BEFORE = 16;
const HAS_PREFIXED_TERMS = 32;
const NEGATES_SHIFT = 16;
const FIELDS = { before: 1, after: 3, last: 5 } as const;

interface PrefixedTerm {
  readonly kind: 'before' | 'after' | 'last';
  readonly word: MarkedWord;
  readonly column: number;
}

/** One RuleWord per word without mark. `numberOf` gives the number of each word of `terms`. */
export function ruleWordsTable(
  count: number,
  terms: Iterable<PrefixedTerm>,
  numberOf: (word: string) => number | undefined,
  markedWords: Iterable<readonly [word: number, marked: number]>,
): Uint32Array {
  const table = new Uint32Array(count * RULE_WORD_FIELDS).fill(NONE); // NONE is also column −1
  for (const [word, marked] of markedWords) table[word * RULE_WORD_FIELDS] = marked;
  for (const { kind, word, column } of terms) {
    const number = numberOf(word.word) as number;
    table[number * RULE_WORD_FIELDS + FIELDS[kind] + Number(word.isNegated)] = column;
  }
  return table;
}

/** Adds what the rules say about a word to the flags of its node. `numberOf`: undefined if a word is in no term. */
export function addRuleFlags(
  nodes: readonly { flags: number }[],
  rules: TermRules,
  terms: Iterable<PrefixedTerm>,
  numberOf: (word: string) => number | undefined,
): void {
  const addFlags = (word: string, flags: number) => {
    const node = nodes[numberOf(word) ?? nodes.length];
    if (node !== undefined) node.flags |= flags;
  };
  for (const word of rules.concessive) addFlags(word, IS_CONCESSIVE);
  for (const word of rules.negation?.through.particles ?? []) addFlags(word, CONTINUES_SCOPE);
  for (const word of rules.negation?.through.before ?? []) addFlags(word, IS_PASSED_BEFORE);
  for (const [word, parts] of Object.entries(rules.negation?.negators ?? {})) {
    const bits = parts.reduce((sum, part) => sum | (1 << PARTS_OF_SPEECH.indexOf(part)), 0);
    addFlags(word, bits << NEGATES_SHIFT);
  }
  for (const { word } of terms) addFlags(word.word, HAS_PREFIXED_TERMS);
}

/** The phrases that do not negate: for each, a head and its elements. native/vocabulary.cc describes the numbers. */
export function exceptionsTable(
  negation: NegationRules | null,
  numberOf: (word: string) => number | undefined,
): Uint32Array {
  const tables = (negation === null ? [] : exceptionsOf(negation)).map(({ before, after, endsWithQuestion }) => {
    const elements = [...before, ...after].map((element) => elementNumbers(element, numberOf));
    // An element that no text has, because token_pattern makes none of its words: the phrase does not occur.
    if (elements.includes(undefined)) return [];
    const head = before.length | (after.length << 8) | (Number(endsWithQuestion) << 16);
    return [head, ...(elements as number[][]).flat()];
  });
  return Uint32Array.from(tables.flat());
}

function elementNumbers(
  { words, min, max }: PhraseElement,
  numberOf: (word: string) => number | undefined,
): number[] | undefined {
  const numbers = words.map(numberOf).filter((number) => number !== undefined);
  const isImpossible = numbers.length === 0 && words.length > 0;
  if (isImpossible && min > 0) return undefined;
  return [numbers.length | (min << 8) | ((isImpossible ? 0 : max) << 16), ...numbers];
}

/** A hash table of the symbols with linear probing, at most half full, and their units. */
export function symbolTables(symbols: readonly { readonly symbol: string; readonly column: number }[]) {
  const slots = 2 ** Math.ceil(Math.log2(2 * symbols.length + 2));
  const table = new Uint32Array(3 * slots).fill(NONE);
  const units: number[] = [];
  for (const { symbol, column } of symbols) {
    let slot = hashOf(symbol) & (slots - 1);
    while (table[3 * slot + 2] !== NONE) slot = (slot + 1) & (slots - 1);
    table.set([units.length, symbol.length, column], 3 * slot);
    for (let i = 0; i < symbol.length; i++) units.push(symbol.charCodeAt(i));
  }
  return { slots: table, units: Uint16Array.from(units) };
}

/** FNV-1a over UTF-16 units (Fowler, Noll and Vo), as in native/vocabulary.cc. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}
