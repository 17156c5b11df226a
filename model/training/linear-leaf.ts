/**
 * A linear model as the first tree of LightGBM's model text: one leaf with a linear model (`num_leaves=1`,
 * `is_linear=1`). No training of LightGBM makes such a tree, but LightGBM 4.7.0 reads it (src/io/tree.cpp
 * Tree::Tree(const char*)). test/golden/trees.py pins its predictions.
 */
import type { TrainingRows } from '../../native/index.ts';
import { valueAt } from './packed-rows.ts';
import type { LinearModel } from './ridge.ts';

/** The smallest positive double that is not subnormal. LightGBM cannot read smaller ones as coefficients. */
const MIN_NORMAL = 2 ** -1022;

/** A complete model of the linear leaf alone. The columns are named by their numbers, as prune.ts names them. */
export function leafModelText(leaf: LinearModel): string {
  const columns = Array.from(leaf.weights.keys());
  const tree = treeOf(leaf);
  return `tree
version=v4
num_class=1
num_tree_per_iteration=1
label_index=0
max_feature_idx=${columns.length - 1}
objective=regression
feature_names=${columns.join(' ')}
feature_infos=${columns.map(() => 'none').join(' ')}
tree_sizes=${tree.length}

${tree}end of trees
`;
}

/**
 * The predictions of leafModelText's model, to the bits of LightGBM: the constant, then the products by ascending column.
 * LightGBM visits every coefficient for each row. For 10,000 rows and 224,000 terms, that took a seventh of the time of a training.
 */
export function predictLeaf({ weights, intercept }: LinearModel, rows: TrainingRows): Float64Array {
  const { rowStarts, columns } = rows;
  return Float64Array.from({ length: rowStarts.length - 1 }, (_, row) => {
    let sum = normal(intercept);
    const end = rowStarts[row + 1] as number;
    for (let i = rowStarts[row] as number; i < end; i++)
      sum += normal(weights[columns[i] as number] as number) * valueAt(rows, row, i);
    return sum;
  });
}

/**
 * LightGBM's model text with the linear leaf as tree 0, before its trees. Their numbers move up by one. REQUIRES: the
 * text was written by LightGBM.
 */
export function insertLinearLeaf(text: string, leaf: LinearModel): string {
  const end = text.indexOf('end of trees\n');
  const [head = '', ...trees] = text.slice(0, end).split(/^(?=Tree=)/m);
  const all = [treeOf(leaf), ...trees.map((tree, i) => tree.replace(/^Tree=\d+/, `Tree=${i + 1}`))];
  const sizes = all.map((tree) => Buffer.byteLength(tree)).join(' ');
  return `${head.replace(/^tree_sizes=.*$/m, `tree_sizes=${sizes}`)}${all.join('')}${text.slice(end)}`;
}

/** Columns of weight 0 are left out, so that they add nothing even if their value is NaN. */
function treeOf({ weights, intercept }: LinearModel): string {
  const listed = Array.from(weights.keys()).filter((column) => normal(weights[column] as number) !== 0);
  const constant = normal(intercept);
  return `Tree=0
num_leaves=1
num_cat=0
split_feature=
split_gain=
threshold=
decision_type=
left_child=
right_child=
leaf_value=${constant}
is_linear=1
leaf_const=${constant}
num_features=${listed.length}
leaf_features=${listed.join(' ')}
leaf_coeff=${listed.map((column) => weights[column]).join(' ')}
shrinkage=1


`;
}

/** The number, or 0 if it is subnormal. */
function normal(value: number): number {
  return Math.abs(value) < MIN_NORMAL ? 0 : value;
}
