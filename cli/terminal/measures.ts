/** The measures of a manifest as a person reads them: what `hoshi train` ends with and `hoshi inspect` shows. */
import type { Manifest } from '../../model/bundle/manifest.ts';

/** Those that count something; all others have a fraction, even where it is 0. */
const COUNTS: readonly string[] = ['reviews', 'folds'];
const NAMES: Readonly<Record<string, string>> = { rmse: 'RMSE', mae: 'MAE', spearman: 'Spearman', auc: 'AUC' };
const DEVIATION = 'Deviation';

/** For each set of reviews its name and `40 reviews, RMSE 0.1234, …`; of folds `RMSE 0.1234 ± 0.0056`. */
export function measureTexts(measures: Manifest['measures']): [set: string, values: string][] {
  return Object.entries(measures).map(([set, values]) => {
    const texts = Object.entries(values)
      .filter(([name]) => !name.endsWith(DEVIATION))
      .map(([name, value]) => {
        if (COUNTS.includes(name)) return `${value} ${name}`;
        const deviation = values[`${name}${DEVIATION}`];
        return `${NAMES[name] ?? name} ${value.toFixed(4)}${deviation === undefined ? '' : ` ± ${deviation.toFixed(4)}`}`;
      });
    return [set, texts.join(', ')];
  });
}
