/** Code points of a UTF-16 text. A lone surrogate counts as a code point of its own. */

/** The code point at `index`, and the index after it. REQUIRES: index < text.length */
export function codePointAt(text: string, index: number): { code: number; end: number } {
  const code = text.codePointAt(index) as number;
  return { code, end: index + (code > 0xffff ? 2 : 1) };
}
