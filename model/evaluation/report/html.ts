/**
 * Text → HTML that only shows the text. A review may contain markup, control characters, lone surrogates, and
 * characters that change the writing direction. Markup is escaped. The other characters are shown by their code points,
 * so that nothing is invisible or breaks the page.
 */

/** For element content and quoted attribute values. REQUIRES: `text` is well-formed, without controls. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

// First and last code points of: control characters except tab and line feed, format characters except those that join
// emoji and kanji, line separators, surrogates, noncharacters, and planes without visible characters. The list does not
// use \p{Cf}, because that depends on the Unicode version of the running Node.
const HIDDEN_RANGES = [
  [0, 8],
  [0xb, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x61c, 0x61c],
  [0x180e, 0x180e],
  [0x200b, 0x200c],
  [0x200e, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0xd800, 0xdfff],
  [0xfdd0, 0xfdef],
  [0xfeff, 0xfeff],
  [0xfff0, 0xfffb],
  [0xfffe, 0xffff],
  [0x1fffe, 0x1ffff],
  [0x2fffe, 0x2ffff],
  [0x3fffe, 0xe001f],
  [0xe0080, 0xe00ff],
  [0xe01f0, 0x10ffff],
] as const;
const HIDDEN = new RegExp(
  `[${HIDDEN_RANGES.map((ends) => ends.map((end) => `\\u{${end.toString(16)}}`).join('-')).join('')}]`,
  'gu',
);

/** Any string as HTML. `mark` gives the HTML for an invisible character, from its name (`U+200B`). */
export function showText(
  text: string,
  mark: (name: string) => string = (name) => `<i class="hidden">${name}</i>`,
): string {
  let html = '';
  let from = 0;
  for (const { 0: character, index } of text.matchAll(HIDDEN)) {
    html += `${escapeHtml(text.slice(from, index))}${mark(nameOf(character))}`;
    from = index + character.length;
  }
  return html + escapeHtml(text.slice(from));
}

/** A term, marked as Japanese, because the same kanji has other shapes in other languages. */
export function japanese(content: string): string {
  return `<bdi lang="ja">${showText(content)}</bdi>`;
}

/** Text with the names of its invisible characters, without HTML: for attributes and plots. */
export function plainText(text: string): string {
  return text.replace(HIDDEN, nameOf);
}

function nameOf(character: string): string {
  return `U+${(character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0')}`;
}
