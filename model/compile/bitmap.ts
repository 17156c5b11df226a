/** Which numbers from 0 on are taken, asked for 32 at a time. It grows as they are taken. */
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

  /** Bit i tells whether `first + i` is taken, i = 0 … 31. */
  window(first: number): number {
    const word = first >>> 5;
    const words = this.#words;
    const shift = first & 31;
    // Two shifts, because one by 32 would be one by 0.
    return ((words[word] ?? 0) >>> shift) | (((words[word + 1] ?? 0) << 1) << (31 - shift));
  }
}
