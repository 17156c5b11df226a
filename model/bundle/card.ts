/**
 * The model cards of a bundle, its README.md and README.ja.md: the purpose of the model, how it was made, its quality, and how
 * to use it. Both say the same.
 */
import type { CardLanguage, Manifest } from './manifest.ts';

/** The author's text about the purpose and the limits of a model, as Markdown. */
export type About = Readonly<Record<CardLanguage, string>>;

/** The card as Markdown. `about` has a default. */
export function cardOf(manifest: Manifest, about: About | undefined, language: CardLanguage): string {
  const { name, version, scoreRange, made, tokenizer, training, vectorizer, lightgbm, measures, files } = manifest;
  const words = WORDS[language];
  const bytes = Object.values(files).reduce((sum, file) => sum + file.bytes, 0);
  return `# ${name} ${version}

${about?.[language] ?? words.about(scoreRange)}

## ${words.making}

${words.made({
  command: made.command,
  origin: originOf(made, language),
  tokenizer: `${tokenizer.name} ${tokenizer.version}`,
  terms: vectorizer.ngram_range,
  hasLeaf: training.linearLeaf !== undefined,
  lightgbm,
  isImported: made.imported !== undefined,
  megabytes: (bytes / 1e6).toFixed(1),
})}

\`\`\`json
${JSON.stringify({ vectorizer, training }, null, 2)}
\`\`\`

${vocabularyNote(manifest, language)}
## ${words.quality}

${measureTable(measures, language)}
## ${words.use}

\`\`\`sh
bin/hoshi score --bundle FOLDER
bin/hoshi eval reviews.tsv --bundle FOLDER
bin/hoshi serve --bundle FOLDER
\`\`\`
`;
}

interface Making {
  readonly command: string;
  readonly origin: string;
  readonly tokenizer: string;
  readonly terms: readonly number[];
  readonly hasLeaf: boolean;
  readonly lightgbm: string;
  readonly isImported: boolean;
  readonly megabytes: string;
}

const WORDS = {
  en: {
    about: (range: readonly number[]) =>
      `Predicts how many stars a Japanese review gives, from ${range.join(' to ')}, like the reviews that it was trained on.`,
    making: 'How it was made',
    made: (made: Making) =>
      `By \`${made.command}\` ${made.origin}: tokens
by ${made.tokenizer}, terms of ${made.terms.join(' to ')} words by TF-IDF, ${made.hasLeaf ? 'a linear model by ridge regression, ' : ''}trees by LightGBM ${made.lightgbm}. ${
        made.isImported ? '' : 'The same reviews, options and seed\ngive the same bytes; '
      }${made.megabytes} MB in all.`,
    trained: (seed: number | undefined, reviews: number | undefined, data: string | undefined) =>
      `with seed ${seed}, from ${reviews} reviews (SHA-256 of stars and texts \`${data}\`)`,
    imported: (programs: string, dtype: string) => `from a model made in Python (${programs}; rows in ${dtype})`,
    vocabulary: (
      hasBase: boolean,
      least: number,
    ) => `The words of the vocabulary come from the training reviews${hasBase ? ', and from the vocabulary of its base' : ''}. ${
      least > 1 ? `Each is in at least ${least} of them.` : 'A word of one review alone may be among them.'
    } So whoever has the bundle can see
these words. \`report.html\`, if it is there, quotes reviews: delete it before you share the bundle.
`,
    quality: 'How good it is',
    unmeasured: 'No review was kept apart to measure on; `bin/hoshi eval` measures on reviews of yours.\n',
    columns: 'reviews of | measure | value | 95 % interval',
    use: 'How to use it',
  },
  ja: {
    about: (range: readonly number[]) =>
      `日本語のレビューの星の数を、学習に使ったレビューにならって ${range.join(' から ')} の間で予測します。`,
    making: '作り方',
    made: (made: Making) =>
      `\`${made.command}\` で${made.origin}作りました。トークンは ${made.tokenizer}、
語の項は ${made.terms.join(' から ')} 語の TF-IDF、${made.hasLeaf ? '線形モデルはリッジ回帰、' : ''}木は LightGBM ${made.lightgbm} によります。${
        made.isImported ? '' : '同じレビュー、オプション、シードからは\n同じバイト列ができます。'
      }全体で ${made.megabytes} MB です。`,
    trained: (seed: number | undefined, reviews: number | undefined, data: string | undefined) =>
      `、シード ${seed}、${reviews} 件のレビュー（星と文の SHA-256 は \`${data}\`）から`,
    imported: (programs: string, dtype: string) => `、Python で作られたモデル（${programs}、行は ${dtype}）から`,
    vocabulary: (
      hasBase: boolean,
      least: number,
    ) => `語彙は、学習に使ったレビュー${hasBase ? 'と、元になったモデルの語彙' : ''}の語です。${
      least > 1
        ? `どの語も、${least} 件以上のレビューにあります。`
        : '1 件のレビューにしかない語も含まれることがあります。'
    }バンドルを
持つ人は、これらの語を見ることができます。\`report.html\` があれば、レビューが引用されています。バンドルを渡す前に消してください。
`,
    quality: '性能',
    unmeasured: '測定用に取り分けたレビューはありません。お手元のレビューでは `bin/hoshi eval` で測れます。\n',
    columns: 'レビュー | 指標 | 値 | 95 % 区間',
    use: '使い方',
  },
} as const;

/** What of the training reviews is in the bundle. */
function vocabularyNote({ made, vectorizer: { min_df }, training }: Manifest, language: CardLanguage): string {
  const { imported } = made;
  const least = imported === undefined ? min_df : Math.max(min_df, Number(imported.fitting.min_df) || 1);
  return WORDS[language].vocabulary(training.base !== undefined, least);
}

function originOf({ seed, reviews, data, imported }: Manifest['made'], language: CardLanguage): string {
  if (imported === undefined) return WORDS[language].trained(seed, reviews, data);
  const programs = Object.entries(imported.made).map(([program, version]) => `${program} ${version}`);
  return WORDS[language].imported(programs.join(', '), imported.dtype);
}

/** Suffixes of the numbers that belong to a measure: a standard deviation over folds, and the ends of an interval. */
const PARTS = ['Deviation', 'From', 'To'] as const;

function measureTable(measures: Manifest['measures'], language: CardLanguage): string {
  const sets = Object.entries(measures);
  if (sets.length === 0) return WORDS[language].unmeasured;
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
  return `| ${WORDS[language].columns} |\n| --- | --- | --- | --- |\n${table.join('')}`;
}
