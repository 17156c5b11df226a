/**
 * Unicode normalization form NFKC, as `unicodedata.normalize` of Python 3.11 (Unicode 14.0.0) computes it. The goldens
 * of test/golden/nfkc.json pin it. Source: Unicode Standard Annex #15, and section 3.12 of the Unicode Standard for
 * Hangul. The twin of native/normalizer/nfkc.cc.
 *
 * Parts of the text that `isProtected` selects stay as they are, and the text is normalized between them.
 */
import { codePointAt } from './code-points.ts';
import { type MappedText, MappedTextBuilder } from './mapped-text.ts';
import { normalizationTables } from './normalization-tables.ts';

/** A character of the decomposed text. */
interface Piece {
  character: string;
  readonly combiningClass: number;
  start: number;
  end: number;
  /** The index of the character in the text that it comes from. Undefined if there are several. */
  index: number | undefined;
}

export function toNfkc(text: MappedText, isProtected: (code: number) => boolean): MappedText {
  const builder = new MappedTextBuilder();
  let pieces: Piece[] = [];
  const flush = () => {
    for (const { character, start, end, index } of composed(ordered(pieces))) {
      if (index !== undefined && text.text.startsWith(character, index))
        builder.addFrom(text, index, index + character.length);
      else builder.add(character, start, end);
    }
    pieces = [];
  };
  for (let i = 0, next: number; i < text.text.length; i = next) {
    const { code, end } = codePointAt(text.text, i);
    next = end;
    if (isProtected(code)) {
      flush();
      builder.addFrom(text, i, end);
    } else {
      pieces.push(...piecesOf(text, i, end));
    }
  }
  flush();
  return withMonotoneOffsets(builder.build());
}

/** The compatibility decomposition. A Hangul syllable stays whole: NFKC would compose it again. */
function piecesOf(text: MappedText, from: number, to: number): Piece[] {
  const { decompositions, combiningClasses } = normalizationTables();
  const decomposition = decompositions.get(text.text.codePointAt(from) as number);
  return Array.from(decomposition ?? text.text.slice(from, to), (character) => ({
    character,
    combiningClass: combiningClasses.get(character.codePointAt(0) as number) ?? 0,
    start: text.starts[from] as number,
    end: text.ends[to - 1] as number,
    index: from,
  }));
}

/** Sorts each run of marks by combining class. The sort is stable, and takes linear time: there are 256 classes. */
function ordered(pieces: readonly Piece[]): Piece[] {
  const result: Piece[] = [];
  for (let i = 0, end: number; i < pieces.length; i = end) {
    end = i + 1;
    if (pieces[i]?.combiningClass === 0) {
      result.push(pieces[i] as Piece);
      continue;
    }
    while (end < pieces.length && pieces[end]?.combiningClass !== 0) end++;
    const byClass = new Map<number, Piece[]>();
    for (const piece of pieces.slice(i, end)) {
      const others = byClass.get(piece.combiningClass);
      if (others === undefined) byClass.set(piece.combiningClass, [piece]);
      else others.push(piece);
    }
    for (const combiningClass of [...byClass.keys()].sort((a, b) => a - b))
      for (const piece of byClass.get(combiningClass) as Piece[]) result.push(piece);
  }
  return result;
}

/** Joins each piece with the last starter, if they have a composition and no piece between them blocks it. */
function composed(pieces: readonly Piece[]): Piece[] {
  const result: Piece[] = [];
  let starter: Piece | undefined;
  for (const piece of pieces) {
    const before = result.at(-1);
    const isBlocked =
      before !== starter && (before?.combiningClass === 0 || (before?.combiningClass ?? 0) >= piece.combiningClass);
    const character = starter === undefined || isBlocked ? undefined : compose(starter.character, piece.character);
    if (starter !== undefined && character !== undefined) {
      starter.character = character;
      starter.end = Math.max(starter.end, piece.end);
      starter.start = Math.min(starter.start, piece.start);
      if (starter.index !== piece.index) starter.index = undefined;
      continue;
    }
    if (piece.combiningClass === 0) starter = piece;
    result.push(piece);
  }
  return result;
}

const [L, V, T, S] = [0x1100, 0x1161, 0x11a7, 0xac00]; // T is one before the first final consonant
const [L_COUNT, V_COUNT, T_COUNT] = [19, 21, 28];

/** The composition of two characters, or undefined. Hangul syllables are computed. */
function compose(first: string, second: string): string | undefined {
  const [a, b] = [first.codePointAt(0) as number, second.codePointAt(0) as number];
  if (a >= L && a < L + L_COUNT && b >= V && b < V + V_COUNT)
    return String.fromCodePoint(S + ((a - L) * V_COUNT + b - V) * T_COUNT);
  const syllable = a - S;
  const isOpen = syllable >= 0 && syllable < L_COUNT * V_COUNT * T_COUNT && syllable % T_COUNT === 0;
  if (isOpen && b > T && b < T + T_COUNT) return String.fromCodePoint(a + b - T);
  return normalizationTables().compositions.get(first + second);
}

/** Marks that were sorted, or that stand inside a composed character, take the offsets of their neighbours too. */
function withMonotoneOffsets({ text, starts, ends }: MappedText): MappedText {
  const [lowest, highest] = [[...starts], [...ends]];
  for (let i = 1; i < text.length; i++) highest[i] = Math.max(highest[i] as number, highest[i - 1] as number);
  for (let i = text.length - 2; i >= 0; i--) lowest[i] = Math.min(lowest[i] as number, lowest[i + 1] as number);
  return { text, starts: lowest, ends: highest };
}
