/**
 * Tokens of the npm package kuromoji itself, called directly and not through model/reference/tokenizer.ts, with one fix
 * (model/README.md): kuromoji receives one U+E000 for each supplementary character, lone surrogate or U+0000. Offsets
 * are the running sums of the lengths of the surface forms, mapped back to UTF-16 units, because kuromoji's own
 * word_position shifts.
 *
 * As a program, it writes the input of tfidf.py and imported.py to stdout, all texts with their tokens, as JSON: [{
 * text: short form, surfaces: [surface, …] }, …].
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { hostile, sentences, textOf } from './texts.mjs';

const require = createRequire(import.meta.url);
const kuromoji = require('kuromoji');
export const { version } = require('kuromoji/package.json');

/** Loads kuromoji's tokenizer, unmodified. */
export function loadKuromoji() {
  const dicPath = join(dirname(require.resolve('kuromoji/package.json')), 'dict');
  return new Promise((resolve, reject) => {
    kuromoji.builder({ dicPath }).build((error, law) => (error ? reject(error) : resolve(law)));
  });
}

/** Returns tokens { end, type, features }. `features` is the dictionary line without the surface form. */
export function tokensOf(law, text) {
  const characters = Array.from(text); // by code point; a lone surrogate is one
  const plain = characters.map((character) => (isPlain(character) ? character : '\ue000')).join('');
  let first = 0; // index in characters
  let end = 0; // UTF-16 offset in text
  return law.tokenize(plain).map((token) => {
    const length = token.surface_form.length;
    if (plain.slice(first, first + length) !== token.surface_form || length === 0) {
      throw new Error(`expected ${JSON.stringify(plain.slice(first, first + length))}, received ${token.surface_form}`);
    }
    end += characters.slice(first, first + length).join('').length;
    first += length;
    const { pos, pos_detail_1, pos_detail_2, pos_detail_3, conjugated_type, conjugated_form, basic_form } = token;
    const features = [pos, pos_detail_1, pos_detail_2, pos_detail_3, conjugated_type, conjugated_form, basic_form];
    if (token.word_type === 'KNOWN') features.push(token.reading, token.pronunciation);
    return { end, type: token.word_type, features: features.join(',') };
  });
}

export function surfacesOf(text, tokens) {
  return tokens.map(({ end }, i) => text.slice(i === 0 ? 0 : tokens[i - 1].end, end));
}

/** Whether kuromoji can process a character (a code point) unchanged. */
export function isPlain(character) {
  return character.length === 1 && character !== '\u0000' && !(character >= '\ud800' && character <= '\udfff');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const law = await loadKuromoji();
  const texts = [...hostile, ...sentences].map((text) => {
    const whole = textOf(text);
    return { text, surfaces: surfacesOf(whole, tokensOf(law, whole)) };
  });
  process.stdout.write(JSON.stringify(texts));
}
