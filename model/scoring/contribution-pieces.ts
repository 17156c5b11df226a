/**
 * A text and its terms' contributions → one figure for each word, for the page of `GET /`, the terminal and the report. The
 * functions are self-contained, so that the page can run their source. They use only their arguments and built-ins of
 * ES2022.
 */
import type { ExplainedTerm } from './explain.ts';

export type PlacedTerm = Pick<ExplainedTerm, 'term' | 'offsets' | 'contribution'>;

/** A part of the text that the same occurrences of terms cover from start to end: a word, or what is between words. */
export interface ContributionPiece<Term extends PlacedTerm = PlacedTerm> {
  /** In UTF-16 units of the text. */
  readonly start: number;
  readonly end: number;
  /** In stars: the sum of the parts. The shares of all pieces sum to the terms' contributions. */
  readonly share: number;
  /** What each occurrence over the piece adds here, in stars, in the order of the given terms. */
  readonly parts: readonly { readonly term: Term; readonly share: number }[];
}

/**
 * Cuts a text of `length` UTF-16 units where a term begins or ends. The pieces are in order and cover the text.
 *
 * The occurrences of a term share its contribution evenly. An occurrence over one piece belongs to this piece. An
 * occurrence over several pieces (an n-gram) is shared among them in proportion to what the occurrences over each single
 * piece add or take, without signs. So 悪い gets nearly all of が悪い, and が nearly nothing. If there are no such
 * occurrences, the pieces share by their lengths.
 */
export function contributionPieces<Term extends PlacedTerm>(
  length: number,
  terms: readonly Term[],
): ContributionPiece<Term>[] {
  const edges = [...new Set([0, length, ...terms.flatMap(({ offsets }) => offsets.flat())])].sort((a, b) => a - b);
  const pieces = edges.slice(1).map((end, i) => {
    return { start: edges[i] as number, end, share: 0, parts: [] as { term: Term; share: number }[], own: 0 };
  });
  const indexOf = new Map(edges.map((edge, i) => [edge, i]));
  const covered = ([start, end]: readonly [number, number]) => pieces.slice(indexOf.get(start), indexOf.get(end));
  for (const { offsets, contribution } of terms) {
    for (const span of offsets) {
      const [piece, ...others] = covered(span);
      if (piece !== undefined && others.length === 0) piece.own += Math.abs(contribution) / offsets.length;
    }
  }
  for (const term of terms) {
    for (const span of term.offsets) {
      const over = covered(span);
      const own = over.reduce((sum, piece) => sum + piece.own, 0);
      for (const piece of over) {
        const weight = own > 0 ? piece.own / own : (piece.end - piece.start) / (span[1] - span[0]);
        const share = (term.contribution / term.offsets.length) * weight;
        piece.share += share;
        piece.parts.push({ term, share });
      }
    }
  }
  return pieces.map(({ start, end, share, parts }) => ({ start, end, share, parts }));
}

/**
 * The words of an occurrence as a person writes them: the text, without line breaks. If the occurrence begins with a
 * particle, with the word before it: 気分が悪い for が悪い. `pieces` are those of the text.
 */
export function writtenTerm(
  text: string,
  pieces: readonly Pick<ContributionPiece, 'start' | 'end'>[],
  [start, end]: readonly [start: number, end: number],
): string {
  const isParticle = (words: string) => /^(?:[がをはにのとでもへや]|から|まで|より|って|には|とは|では)$/.test(words);
  let at = pieces.findIndex((piece) => piece.start === start);
  let from = start;
  for (let piece = pieces[at]; piece !== undefined && piece.end < end; piece = pieces[at]) {
    if (!isParticle(text.slice(piece.start, piece.end))) break;
    // The piece before may begin with other words that the model does not know: the last run of one script is its word.
    const before = text.slice(pieces[at - 1]?.start ?? 0, piece.start);
    const word =
      /(?:[\p{Script=Han}々〆ヶ]+[ぁ-ん]{0,2}|[\p{Script=Katakana}ー]+|[\p{Script=Latin}\p{N}]+|^\p{Script=Hiragana}{1,6})$/u.exec(
        before,
      );
    if (word === null) break;
    from = piece.start - word[0].length;
    at -= 1;
  }
  return text.slice(from, end).replace(/\s*\n\s*/g, ' ');
}
