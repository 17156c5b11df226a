/** TF-IDF by its definition, slow and obvious: every count searches all terms of all texts. */

/** `texts` has the terms of each text; the caller makes the n-grams. The columns are those of `vocabulary`. */
export function tfidfByDefinition(
  texts: readonly (readonly string[])[],
  vocabulary: readonly string[],
  { smooth_idf, sublinear_tf }: { smooth_idf: boolean; sublinear_tf: boolean },
): number[][] {
  const smooth = smooth_idf ? 1 : 0;
  return texts.map((text) => {
    const row = vocabulary.map((term) => {
      const count = text.filter((other) => other === term).length;
      if (count === 0) return 0;
      const textsWithTerm = texts.filter((other) => other.includes(term)).length;
      const idf = Math.log((texts.length + smooth) / (textsWithTerm + smooth)) + 1;
      return (sublinear_tf ? 1 + Math.log(count) : count) * idf;
    });
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    return row.map((value) => (length === 0 ? 0 : value / length));
  });
}
