/** The measures of a manifest as text. `hoshi train` prints them at its end, and `hoshi inspect` shows them. */
import type { Manifest } from '../../model/bundle/manifest.ts';

/** Measures that are counts. All others are printed with four decimals. */
const COUNTS: readonly string[] = ['reviews', 'folds'];
const NAMES: Readonly<Record<string, string>> = { rmse: 'RMSE', mae: 'MAE', spearman: 'Spearman', auc: 'AUC' };
/** Suffix of the name of a standard deviation over the folds: `rmseDeviation` belongs to `rmse`. */
const DEVIATION = 'Deviation';

/** For each set of reviews its name and `40 reviews, RMSE 0.1234, …`. Cross-validation gives `RMSE 0.1234 ± 0.0056`. */
export function measureTexts(measures: Manifest['measures']): [set: string, values: string][] {
  return Object.entries(measures).map(([set, values]) => {
    const texts = Object.entries(values)
      .filter(([name]) => !name.endsWith(DEVIATION))
      .map(([name, value]) => {
        if (COUNTS.includes(name)) return `${value} ${name}`;
        const deviation = values[`${name}${DEVIATION}`];
        const text = `${NAMES[name] ?? name} ${value.toFixed(4)}`;
        return deviation === undefined ? text : `${text} ± ${deviation.toFixed(4)}`;
      });
    return [set, texts.join(', ')];
  });
}
