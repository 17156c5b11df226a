/**
 * Prunes LightGBM's model text to less than half of its length. It drops what neither scores nor contributions use:
 * weights and values of inner nodes, names and ranges of columns. It rounds leaf values, coefficients, thresholds and
 * gains. The result is a complete model that LightGBM opens like any other. Its scores differ slightly from the
 * original's, so score only with the pruned model.
 *
 * LightGBM 4.7.0 src/io/tree.cpp Tree::Tree(const char*) and src/boosting/gbdt_model_text.cpp LoadModelFromString
 * define which fields may be missing. The counts stay, because TreeSHAP weighs the branches by them.
 */

/**
 * Decimals of a leaf value, and of the constant and the coefficients of a linear leaf, in stars. A sum of a thousand
 * leaf values moves by some thousandths of a star. A smaller number becomes 0, so no coefficient is subnormal: LightGBM
 * cannot read one. A linear leaf then lists the column no longer.
 */
const LEAF_DECIMALS = 4;
const LEAF_FIELDS = ['leaf_value', 'leaf_const', 'leaf_coeff'];
/**
 * Significant digits of a threshold. The threshold just above zero, which separates present from absent terms, stays
 * above zero.
 */
const THRESHOLD_DIGITS = 4;
/** Significant digits of a gain. No score uses gains; they show which terms the model learned most from. */
const GAIN_DIGITS = 2;
const DROPPED_FIELDS = ['leaf_weight', 'internal_value', 'internal_weight', 'shrinkage'];

/** Throws if the text has no line `end of trees`. Pruning a pruned text changes nothing. */
export function pruneModelText(text: string): string {
  const [head = '', ...rest] = text.slice(0, endOf(text)).split(/^(?=Tree=)/m);
  const trees = rest.map((tree) => `${pruneTree(tree)}\n\n`);
  const sizes = trees.map((tree) => Buffer.byteLength(tree));
  const header = head.split('\n').map((line) => pruneHeaderLine(line, sizes));
  return `${header.join('\n')}${trees.join('')}end of trees\n`;
}

function endOf(text: string): number {
  const end = text.indexOf('end of trees\n');
  if (end < 0) throw new Error('model: expected a line "end of trees", found none: the text is cut off');
  return end;
}

function pruneHeaderLine(line: string, sizes: readonly number[]): string {
  const [name, value] = fieldOf(line);
  if (name === 'feature_names')
    return `${name}=${wordsOf(value)
      .map((_, column) => column)
      .join(' ')}`;
  if (name === 'feature_infos')
    return `${name}=${wordsOf(value)
      .map(() => 'none')
      .join(' ')}`;
  if (name === 'tree_sizes') return `${name}=${sizes.join(' ')}`;
  return line;
}

function pruneTree(tree: string): string {
  const lines = tree
    .trimEnd()
    .split('\n')
    .filter((line) => line !== 'is_linear=0' && !DROPPED_FIELDS.includes(fieldOf(line)[0]))
    .map(roundNumbers);
  return dropZeroCoefficients(lines).join('\n');
}

/** Drops the columns of a linear leaf whose coefficient is 0. Other trees stay as they are. */
function dropZeroCoefficients(lines: readonly string[]): readonly string[] {
  const wordsIn = (name: string) =>
    wordsOf(lines.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1) ?? '');
  const coefficients = wordsIn('leaf_coeff');
  if (!lines.includes('num_leaves=1') || !coefficients.includes('0')) return lines;
  const isKept = (_: string, i: number) => coefficients[i] !== '0';
  const kept = {
    num_features: [String(coefficients.filter(isKept).length)],
    leaf_features: wordsIn('leaf_features').filter(isKept),
    leaf_coeff: coefficients.filter(isKept),
  };
  return lines.map((line) => {
    const words = Object.entries(kept).find(([name]) => line.startsWith(`${name}=`));
    return words === undefined ? line : `${words[0]}=${words[1].join(' ')}`;
  });
}

function roundNumbers(line: string): string {
  const [name, value] = fieldOf(line);
  if (LEAF_FIELDS.includes(name)) return `${name}=${mapNumbers(value, (leaf) => leaf.toFixed(LEAF_DECIMALS))}`;
  if (name === 'threshold')
    return `${name}=${mapNumbers(value, (threshold) => threshold.toPrecision(THRESHOLD_DIGITS))}`;
  if (name === 'split_gain') return `${name}=${mapNumbers(value, (gain) => gain.toPrecision(GAIN_DIGITS))}`;
  return line;
}

function mapNumbers(value: string, round: (number: number) => string): string {
  return wordsOf(value)
    .map((word) => (word.includes('inf') ? word : String(Number(round(Number(word))))))
    .join(' ');
}

function fieldOf(line: string): [name: string, value: string] {
  const equals = line.indexOf('=');
  return equals < 0 ? [line, ''] : [line.slice(0, equals), line.slice(equals + 1)];
}

function wordsOf(value: string): string[] {
  return value.split(' ').filter((word) => word !== '');
}
