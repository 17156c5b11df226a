/** The measures of a manifest as text, as `hoshi inspect` shows them. */
import type { Manifest } from '../../model/bundle/manifest.ts';

/** Measures that are counts. All others are printed with four decimals. */
const COUNTS: readonly string[] = ['reviews', 'folds'];
const NAMES: Readonly<Record<string, string>> = {
  rmse: 'RMSE',
  mae: 'MAE',
  spearman: 'Spearman',
  auc: 'AUC',
  aucLower: 'AUC lowest–middle',
  aucUpper: 'AUC middle–highest',
  labels: 'right labels',
  ends: 'scores at the ends',
};
/**
 * Suffixes of a measure's name: a standard deviation over the folds, and the ends of a 95 % interval. `rmseDeviation`
 * belongs to `rmse`.
 */
const [DEVIATION, FROM, TO] = ['Deviation', 'From', 'To'] as const;

/**
 * For each set of reviews its name and `40 reviews, RMSE 0.1234 (0.1000 … 0.1500), …`. Cross-validation gives
 * `RMSE 0.1234 ± 0.0056`.
 */
export function measureTexts(measures: Manifest['measures']): [set: string, values: string][] {
  return Object.entries(measures).map(([set, values]) => {
    const isPart = (name: string) =>
      [DEVIATION, FROM, TO].some((suffix) => name.endsWith(suffix) && name.slice(0, -suffix.length) in values);
    const texts = Object.entries(values)
      .filter(([name]) => !isPart(name))
      .map(([name, value]) => {
        if (COUNTS.includes(name)) return `${value} ${name}`;
        const [deviation, from, to] = [DEVIATION, FROM, TO].map((suffix) => values[`${name}${suffix}`]?.toFixed(4));
        const text = `${NAMES[name] ?? name} ${value.toFixed(4)}`;
        if (from !== undefined && to !== undefined) return `${text} (${from} … ${to})`;
        return deviation === undefined ? text : `${text} ± ${deviation}`;
      });
    return [set, texts.join(', ')];
  });
}
