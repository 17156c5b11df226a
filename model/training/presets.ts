/**
 * The presets of `hoshi train --preset`: vectorizer parameters, LightGBM parameters by their LightGBM names, and the
 * maximum rounds.
 */
import { NORMALIZER_STEPS, type NormalizerStep } from '../../native/index.ts';
import { defaultTermRules } from '../reference/default-term-rules.ts';
import { defaultVectorizerParameters, type VectorizerParameters } from '../reference/vectorizer.ts';

export type BoostingParameters = Readonly<Record<string, string | number | boolean>>;

export interface Preset {
  /** Whether the first tree is a linear leaf, unless `hoshi train --ridge` says otherwise. */
  readonly hasLeaf: boolean;
  /** The steps of the normalizer. Undefined: texts are not normalized. */
  readonly normalizer?: readonly NormalizerStep[];
  readonly vectorizer: VectorizerParameters;
  readonly boosting: BoostingParameters;
  readonly rounds: number;
}

export const presets = {
  /**
   * A linear leaf on normalized texts with term rules, then small trees, each on a small share of the columns. Best on
   * the authored corpus, fast to train, and a model of a few megabytes.
   */
  default: {
    hasLeaf: true,
    normalizer: NORMALIZER_STEPS,
    // A term is in two reviews at least, so that no word of one reviewer alone gets into a model.
    vectorizer: { ...defaultVectorizerParameters, max_features: 30_000, min_df: 2, rules: defaultTermRules },
    boosting: {
      objective: 'regression',
      metric: 'rmse',
      num_leaves: 31,
      min_data_in_leaf: 5,
      learning_rate: 0.05,
      feature_fraction: 0.2,
      max_bin: 15,
    },
    rounds: 1000,
  },
  /**
   * The pipeline that hoshi replaces. Its vectorizer, its 270 leaves and its 450 trees are known. The learning rate and
   * the feature fraction are not known; these values are typical for 270 leaves. After 450 rounds at 0.018, 0.03 % of
   * the distance from the mean is unlearned. All other parameters are LightGBM's defaults.
   */
  original: {
    hasLeaf: false,
    vectorizer: {
      token_pattern: '\\w{1,}',
      ngram_range: [1, 2],
      max_features: 10_000,
      min_df: 1,
      sublinear_tf: true,
      use_idf: true,
      smooth_idf: false,
      norm: 'l2',
      lowercase: false,
    },
    boosting: {
      objective: 'regression',
      metric: 'rmse',
      num_leaves: 270,
      learning_rate: 0.018,
      feature_fraction: 0.5,
    },
    rounds: 450,
  },
} as const satisfies Readonly<Record<string, Preset>>;

export type PresetName = keyof typeof presets;

/** The preset of that name, with its optional fields. */
export function presetOf(name: PresetName): Preset {
  return presets[name];
}

export const presetNames = Object.keys(presets) as readonly PresetName[];
