/**
 * LightGBM's text of a model, less than half as long: without what neither a score nor a contribution is made of (weights and
 * values of inner nodes, names and ranges of columns), and with leaf values, thresholds and gains rounded. What is left is a
 * model of its own, which LightGBM opens like any other; score with it, not with the one that it was made of.
 *
 * LightGBM 4.7.0 src/io/tree.cpp Tree::Tree(const char*) and src/boosting/gbdt_model_text.cpp LoadModelFromString say what
 * may be missing. Counts stay: TreeSHAP weighs branches by them.
 */

/** Of a leaf's value, in stars: a sum of a thousand of them moves by some thousandths. */
const LEAF_DECIMALS = 4;
/** Of a threshold. The one just above zero, which tells a term that is there from one that is not, stays just above zero. */
const THRESHOLD_DIGITS = 4;
/** Of a gain, which makes no score, but tells what the model learned most from. */
const GAIN_DIGITS = 2;
const LEFT_OUT = ['leaf_weight', 'internal_value', 'internal_weight', 'shrinkage'];

export function pruneModelText(text: string): string {
  const [head = '', ...rest] = text.slice(0, endOf(text)).split(/^(?=Tree=)/m);
  const trees = rest.map((tree) => `${compactTree(tree)}\n\n`);
  const sizes = trees.map((tree) => Buffer.byteLength(tree));
  const header = head.split('\n').map((line) => compactHeaderLine(line, sizes));
  return `${header.join('\n')}${trees.join('')}end of trees\n`;
}

function endOf(text: string): number {
  const end = text.indexOf('end of trees\n');
  if (end < 0) throw new Error('model: expected a line "end of trees", found none: the text is cut short');
  return end;
}

function compactHeaderLine(line: string, sizes: readonly number[]): string {
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

function compactTree(tree: string): string {
  return tree
    .trimEnd()
    .split('\n')
    .filter((line) => line !== 'is_linear=0' && !LEFT_OUT.includes(fieldOf(line)[0]))
    .map(roundNumbers)
    .join('\n');
}

function roundNumbers(line: string): string {
  const [name, value] = fieldOf(line);
  if (name === 'leaf_value') return `${name}=${each(value, (leaf) => leaf.toFixed(LEAF_DECIMALS))}`;
  if (name === 'threshold') return `${name}=${each(value, (threshold) => threshold.toPrecision(THRESHOLD_DIGITS))}`;
  if (name === 'split_gain') return `${name}=${each(value, (gain) => gain.toPrecision(GAIN_DIGITS))}`;
  return line;
}

function each(value: string, round: (number: number) => string): string {
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
