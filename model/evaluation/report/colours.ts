/**
 * The meaning of colours in all reports. colours.css has the colours of the light and of the dark page. The page of the server
 * (function/pages) and the terminal (cli/terminal/paint.ts) use the same ones for scores that rise and fall:
 * test/colours.test.ts compares them.
 */

/** A role and the name of its colour, as captions call it. */
export const colourNames = {
  /** Raises a score: a word, a move. */
  raises: 'amber',
  /** Lowers a score. */
  lowers: 'blue',
  /** The model of the report; the new model of a comparison. */
  model: 'green',
  /** The model that this one started from; the old model of a comparison; what does not move. */
  base: 'grey',
} as const;

export type ColourRole = keyof typeof colourNames;

/** The name of a role's colour, on that colour, as HTML. */
export function key(role: ColourRole): string {
  return `<span class="key ${role}">${colourNames[role]}</span>`;
}

/** The same at the beginning of a sentence. */
export function capitalKey(role: ColourRole): string {
  return key(role).replace(/>./, (letter) => letter.toUpperCase());
}
