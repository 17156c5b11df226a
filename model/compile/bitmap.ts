/** A set of integers ≥ 0 that is read 32 numbers at a time. It grows on demand. */
export class Bitmap {
  #words = new Int32Array(1 << 12);

  take(number: number): void {
    const word = number >>> 5;
    if (word >= this.#words.length) {
      const longer = new Int32Array(2 * word);
      longer.set(this.#words);
      this.#words = longer;
    }
    this.#words[word] = (this.#words[word] as number) | (1 << (number & 31));
  }

  /** 32 bits: bit i is 1 if `first + i` is taken. */
  window(first: number): number {
    const word = first >>> 5;
    const words = this.#words;
    const shift = first & 31;
    // Two shifts, because JavaScript takes a shift by 32 as a shift by 0.
    return ((words[word] ?? 0) >>> shift) | (((words[word + 1] ?? 0) << 1) << (31 - shift));
  }
}
