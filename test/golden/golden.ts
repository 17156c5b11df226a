/**
 * The goldens' formats: what the files of this folder hold, and who reads them back. Each was made by the program that
 * is the law, as its header says; `test/golden/make` makes them anew.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../native/package-root.ts';

export interface Header {
  readonly program: string;
  readonly version: string;
  /** Which Python ran, and the version of its Unicode database; for a golden made by Node, Node's. */
  readonly python?: string;
  readonly node?: string;
  readonly unicode: string;
  readonly command: string;
}

/** A text, written short: itself, one repeated, or several in a row. Surrogates stand alone where they are alone. */
export type Text = string | { readonly repeat: readonly [text: Text, times: number] } | readonly Text[];

export interface WordCharacters {
  readonly header: Header;
  /** Code points, both ends included, ascending. */
  readonly ranges: readonly (readonly [first: number, last: number])[];
}

/** word-characters.json, kuromoji.json, tfidf.json, lightgbm.json or shipped.json. */
export function readGolden<Golden>(name: string): Golden {
  return JSON.parse(readFileSync(goldenPath(name), 'utf8')) as Golden;
}

export function goldenPath(name: string): string {
  return join(packageRoot, 'test', 'golden', name);
}

export function textOf(text: Text): string {
  if (typeof text === 'string') return text;
  if ('repeat' in text) return textOf(text.repeat[0]).repeat(text.repeat[1]);
  return text.map(textOf).join('');
}
