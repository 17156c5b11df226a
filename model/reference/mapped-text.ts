/**
 * A text that a step of the normalizer made, with the offsets of each unit in the caller's text. The twin of
 * native/normalizer/mapped_text.h.
 *
 * Offsets are in UTF-16 code units of the caller's text. `starts` and `ends` are monotone, and starts[i] < ends[i]. A
 * deleted unit belongs to the unit before it. One unit may come from several (ｶﾞ → ガ), and several from one (㌔ →
 * キロ); then they have the same offsets.
 */
export interface MappedText {
  readonly text: string;
  /** One entry per unit of `text`. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/** The caller's text with its own offsets. */
export function unmappedText(text: string): MappedText {
  const starts = Array.from({ length: text.length }, (_, i) => i);
  return { text, starts, ends: starts.map((start) => start + 1) };
}

/** Collects the units of a MappedText. */
export class MappedTextBuilder {
  readonly #units: string[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  /** Appends text of which each unit comes from the units [start, end) of the caller's text. */
  add(text: string, start: number, end: number): void {
    for (let i = 0; i < text.length; i++) {
      this.#units.push(text[i] as string);
      this.#starts.push(start);
      this.#ends.push(end);
    }
  }

  /** Appends the units [from, to) of `other` as they are. */
  addFrom(other: MappedText, from: number, to = from + 1): void {
    for (let i = from; i < to; i++) {
      this.#units.push(other.text[i] as string);
      this.#starts.push(other.starts[i] as number);
      this.#ends.push(other.ends[i] as number);
    }
  }

  /** Deletes what ends at `end` in the caller's text: it belongs to the last unit, if there is one. */
  delete(end: number): void {
    const last = this.#ends.length - 1;
    if (last >= 0) this.#ends[last] = Math.max(this.#ends[last] as number, end);
  }

  build(): MappedText {
    return { text: this.#units.join(''), starts: this.#starts, ends: this.#ends };
  }
}
