/**
 * The features of words: the distinct pairs of part of speech and base form, and the texts of the base forms. There are
 * far fewer pairs than words, so a word needs only 16 bits. Words that become several tokens have numbers of their own.
 *
 *     bits 12–31  offset of the base form in the texts, in UTF-16 units
 *     bits  4–11  length of the base form; 0 if it is the surface form, or if the dictionary has none
 *     bits  0–3   part of speech: its index in PARTS_OF_SPEECH
 */
import { PARTS_OF_SPEECH } from '../reference/parts-of-speech.ts';
import type { DictionaryWord } from './kuromoji-files.ts';

const MAX_FEATURES = 2 ** 16;
const MAX_OFFSET = 2 ** 20 - 1;
const MAX_LENGTH = 2 ** 8 - 1;

export class FeatureTable {
  readonly #table: number[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #offsets = new Map<string, number>();
  readonly #texts: string[] = [];
  #units = 0;

  /** The number of the features of a word of `surface`. Numbers ascend from 0 in the order of the first calls. */
  numberOf({ partOfSpeech, base = '' }: Pick<DictionaryWord, 'partOfSpeech' | 'base'>, surface: string): number {
    const text = base === surface ? '' : base;
    const key = `${partOfSpeech} ${text}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    if (text.length > MAX_LENGTH)
      throw new Error(`Expected base forms of at most ${MAX_LENGTH} UTF-16 units, received ${text.length}`);
    const bits = (this.#offsetOf(text) << 12) | (text.length << 4) | PARTS_OF_SPEECH.indexOf(partOfSpeech);
    const number = this.#add(bits >>> 0);
    this.#numbers.set(key, number);
    return number;
  }

  /** A number of its own with the same features as `number`. */
  repeat(number: number): number {
    return this.#add(this.#table[number] as number);
  }

  get count(): number {
    return this.#table.length;
  }

  #add(bits: number): number {
    if (this.count === MAX_FEATURES)
      throw new Error(`Expected at most ${MAX_FEATURES} different features, received more`);
    return this.#table.push(bits) - 1;
  }

  #offsetOf(text: string): number {
    if (text === '') return 0;
    const known = this.#offsets.get(text);
    if (known !== undefined) return known;
    const offset = this.#units;
    if (offset > MAX_OFFSET)
      throw new Error(`Expected base forms of at most ${MAX_OFFSET} UTF-16 units in total, received more`);
    this.#offsets.set(text, offset);
    this.#texts.push(text);
    this.#units += text.length;
    return offset;
  }

  toArray(): Uint32Array {
    return Uint32Array.from(this.#table);
  }

  /** The base forms one after another, in UTF-16 units. */
  texts(): Uint16Array {
    const all = this.#texts.join('');
    return Uint16Array.from({ length: all.length }, (_, i) => all.charCodeAt(i));
  }
}
