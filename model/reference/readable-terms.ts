/** Terms as people read them: words of the text, and marks in words instead of ¬ and prefixes. */
import { type ParsedTerm, parseTerm } from './parsed-terms.ts';
import { NEGATED as NEGATED_MARK, PREFIXES, type TermRules } from './term-rules.ts';

const NEGATED = '（ない）';
const CLAUSES = { before: '（逆接の前）', after: '（逆接の後）', last: '（最後の文）' } as const;

/** A term with the words of the vocabulary. */
export function readableTerm(term: string, rules: TermRules | undefined): string {
  return readableOccurrence(term, rules, '').name;
}

/** A term with the words of the text that made it (`term`), and with those of the vocabulary (`name`). */
export function readableOccurrence(
  term: string,
  rules: TermRules | undefined,
  words: string,
): { readonly term: string; readonly name: string } {
  if (rules === undefined) return { term, name: term };
  if (isUnmarkedNgram(term)) return { term: words, name: term };
  const parsed = parseTerm(term, rules);
  const marks = `${isNegated(parsed) ? NEGATED : ''}${noteOf(parsed)}`;
  return { term: words + marks, name: wordsOf(parsed) + marks };
}

/** Most terms are such: n-grams are written as their words with spaces between them. */
function isUnmarkedNgram(term: string): boolean {
  return term[1] !== PREFIXES.symbol[1] && !term.includes(NEGATED_MARK);
}

function wordsOf(term: ParsedTerm): string {
  if (term.kind === 'symbol') return term.symbol;
  return term.kind === 'ngram' ? term.words.map(({ word }) => word).join(' ') : term.word.word;
}

/** Whether the mark is needed: if the last word has none, the words show their negator. */
function isNegated(term: ParsedTerm): boolean {
  if (term.kind === 'symbol') return false;
  return (term.kind === 'ngram' ? term.words.at(-1) : term.word)?.isNegated === true;
}

function noteOf(term: ParsedTerm): string {
  return term.kind === 'ngram' || term.kind === 'symbol' ? '' : CLAUSES[term.kind];
}
