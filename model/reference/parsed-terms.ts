/** The parts of a term: its words, their negation marks, and its kind. term-rules.ts defines how terms are written. */
import { NEGATED, PREFIXES, type TermRules } from './term-rules.ts';

/** A word of a term, without its mark. */
export interface MarkedWord {
  readonly word: string;
  readonly isNegated: boolean;
}

export type ParsedTerm =
  | { readonly kind: 'ngram'; readonly words: readonly MarkedWord[] }
  | { readonly kind: 'before' | 'after' | 'last'; readonly word: MarkedWord }
  | { readonly kind: 'symbol'; readonly symbol: string };

/** A term as term-rules.ts writes it; without rules, an n-gram of words. */
export function parseTerm(term: string, rules: TermRules | undefined): ParsedTerm {
  if (rules === undefined) {
    return { kind: 'ngram', words: term.split(' ').map((word) => ({ word, isNegated: false })) };
  }
  if (term.startsWith(PREFIXES.symbol)) return { kind: 'symbol', symbol: term.slice(PREFIXES.symbol.length) };
  for (const kind of ['before', 'after', 'last'] as const) {
    if (term.startsWith(PREFIXES[kind])) return { kind, word: parseWord(term.slice(PREFIXES[kind].length)) };
  }
  return { kind: 'ngram', words: term.split(' ').map(parseWord) };
}

function parseWord(text: string): MarkedWord {
  const isNegated = text.endsWith(NEGATED);
  return { word: isNegated ? text.slice(0, -NEGATED.length) : text, isNegated };
}
