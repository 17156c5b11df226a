/**
 * The model card of a bundle, its README.md: the purpose of the model, how it was made, its quality, and how to use it.
 */
import type { Manifest } from './manifest.ts';

/**
 * The card as Markdown. `about` is the author's text about the purpose and the limits of the model; it has a default.
 */
export function cardOf(manifest: Manifest, about: string | undefined): string {
  const { name, version, scoreRange, made, tokenizer, training, vectorizer, lightgbm, measures, files } = manifest;
  const leaf = training.linearLeaf === undefined ? '' : 'a linear model by ridge regression, ';
  const bytes = Object.values(files).reduce((sum, file) => sum + file.bytes, 0);
  return `# ${name} ${version}

${about ?? `Predicts how many stars a Japanese review gives, from ${scoreRange.join(' to ')}, like the reviews that it was trained on.`}

## How it was made

By \`${made.command}\` ${originOf(made)}: tokens
by ${tokenizer.name} ${tokenizer.version}, terms of ${vectorizer.ngram_range.join(' to ')} words by TF-IDF, ${leaf}trees by LightGBM ${lightgbm}. ${
    made.imported === undefined ? 'The same reviews, options and seed\ngive the same bytes; ' : ''
  }${(bytes / 1e6).toFixed(1)} MB in all.

\`\`\`json
${JSON.stringify({ vectorizer, training }, null, 2)}
\`\`\`

${vocabularyNote(manifest)}
## How good it is

${measureTable(measures)}
## How to use it

\`\`\`sh
bin/hoshi score --bundle FOLDER
bin/hoshi eval reviews.tsv --bundle FOLDER
bin/hoshi serve --bundle FOLDER
\`\`\`
`;
}

/** What of the training reviews is in the bundle. */
function vocabularyNote({ made, vectorizer: { min_df }, training }: Manifest): string {
  const { imported } = made;
  const least = imported === undefined ? min_df : Math.max(min_df, Number(imported.fitting.min_df) || 1);
  const source = training.base === undefined ? '' : ', and from the vocabulary of its base';
  const each = least > 1 ? `Each is in at least ${least} of them.` : 'A word of one review alone may be among them.';
  return `The words of the vocabulary come from the training reviews${source}. ${each} So whoever has the bundle can see
these words. \`report.html\`, if it is there, quotes reviews: delete it before you share the bundle.
`;
}

function originOf({ seed, reviews, data, imported }: Manifest['made']): string {
  if (imported === undefined)
    return `with seed ${seed}, from ${reviews} reviews (SHA-256 of stars and texts \`${data}\`)`;
  const programs = Object.entries(imported.made).map(([program, version]) => `${program} ${version}`);
  return `from a model made in Python (${programs.join(', ')}; rows in ${imported.dtype})`;
}

/** Suffixes of the numbers that belong to a measure: a standard deviation over folds, and the ends of an interval. */
const PARTS = ['Deviation', 'From', 'To'] as const;

function measureTable(measures: Manifest['measures']): string {
  const sets = Object.entries(measures);
  if (sets.length === 0)
    return 'No review was kept apart to measure on; `bin/hoshi eval` measures on reviews of yours.\n';
  const format = (value: number) => (Number.isInteger(value) ? `${value}` : value.toFixed(4));
  const table = sets.flatMap(([set, values]) =>
    Object.entries(values)
      .filter(([name]) => !PARTS.some((part) => name.endsWith(part) && name.slice(0, -part.length) in values))
      .map(([name, value]) => {
        const [deviation, from, to] = PARTS.map((part) => values[`${name}${part}`]);
        const spread = deviation === undefined ? '' : ` ± ${format(deviation)}`;
        const interval = from === undefined || to === undefined ? '' : `${format(from)} … ${format(to)}`;
        return `| ${set} | ${name} | ${format(value)}${spread} | ${interval} |\n`;
      }),
  );
  return `| reviews of | measure | value | 95 % interval |\n| --- | --- | --- | --- |\n${table.join('')}`;
}
