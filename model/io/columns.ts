/** The columns of the stars and the texts in a table of reviews, and the numbers that people write for stars. */

/** The names of the fields in the file. */
export interface ReviewColumns {
  readonly stars: string;
  readonly text: string;
}

/** Other names that people give to the fields, as `nameKey` makes them. */
const NAMES: Readonly<Record<keyof ReviewColumns, readonly string[]>> = {
  stars:
    '評価 評点 総合評価 評価点 星 星の数 星数 点数 得点 スコア レーティング rating ratings star stars score scores starrating reviewrating'.split(
      ' ',
    ),
  text: '本文 レビュー レビュー本文 レビュー内容 口コミ クチコミ コメント 感想 内容 文章 テキスト review reviews reviewtext reviewbody text texts body comment comments content'.split(
    ' ',
  ),
};

/** A name without differences of width, case, spaces and marks. */
function nameKey(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s_\-.:：()（）\ufeff]/g, '');
}

/**
 * The columns of a file with these names. `given` names win; then `stars` and `text` themselves; then the only name that
 * people give to such a field. Throws if there is more than one, and names them; or if there is none, unless fields are
 * `optional`, as in JSONL.
 */
export function columnsIn(
  names: readonly string[],
  given: Partial<ReviewColumns>,
  place: string,
  optional = false,
): ReviewColumns & { readonly areGuessed: boolean } {
  const found = (field: keyof ReviewColumns): string => {
    const exact = given[field] ?? field;
    if (names.includes(exact)) return onlyOne(names, exact, place);
    const alike = given[field] === undefined ? names.filter((name) => NAMES[field].includes(nameKey(name))) : [];
    if (alike.length === 1) return alike[0] as string;
    if (alike.length === 0 && optional) return exact;
    const which =
      alike.length > 1
        ? `one column of ${field}, found ${alike.join(' and ')}`
        : `a column "${exact}", found ${names.join(', ')}`;
    throw new Error(`${place}: expected ${which}; --columns stars=NAME,text=NAME says which are meant`);
  };
  const columns: ReviewColumns = { stars: found('stars'), text: found('text') };
  const areGuessed = (['stars', 'text'] as const).some(
    (field) => given[field] === undefined && columns[field] !== field,
  );
  return { ...columns, areGuessed };
}

/**
 * The column of the texts, where only these are read: `column`, or for `text` the only name that people give to one. Throws
 * as `columnsIn` does.
 */
export function textColumnIn(names: readonly string[], column: string, place: string, optional = false): string {
  if (names.includes(column)) return onlyOne(names, column, place);
  const alike = column === 'text' ? names.filter((name) => NAMES.text.includes(nameKey(name))) : [];
  if (alike.length === 1) return alike[0] as string;
  if (alike.length === 0 && optional) return column;
  const which =
    alike.length > 1
      ? `one column of texts, found ${alike.join(' and ')}`
      : `a column "${column}", found ${names.join(', ')}`;
  throw new Error(`${place}: expected ${which}; --column NAME says which is meant`);
}

/** Whether the name is `stars`, or one that people give to a field of stars. */
export function isNameOfStars(name: string): boolean {
  return name === 'stars' || NAMES.stars.includes(nameKey(name));
}

/** The last of two columns of one name would win silently. */
function onlyOne(names: readonly string[], name: string, place: string): string {
  const count = names.filter((other) => other === name).length;
  if (count === 1) return name;
  throw new Error(`${place}: expected one column "${name}", found ${count}; rename or remove the others`);
}

const KANJI = '〇一二三四五六七八九';
const KANA: Readonly<Record<string, number>> = { ひとつ: 1, ふたつ: 2, みっつ: 3, よっつ: 4, いつつ: 5 };
const NUMBER = '\\d+(?:\\.\\d+)?';

/**
 * The number that a field means: 4, ５, 4.0, ★★★★☆, ☆4, 星5つ, 星ふたつ, 5つ星のうち4.0, 80点, 4/5, 4 out of 5 stars. NaN
 * if it is none of these.
 */
export function starsIn(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return Number.NaN;
  if (value.trim() === '') return Number.NaN;
  const plain = Number(value); // most files have numbers
  if (!Number.isNaN(plain)) return plain;
  const text = value.normalize('NFKC').trim();
  if (!Number.isNaN(Number(text))) return Number(text);
  if (/^★+☆*$/.test(text)) return text.indexOf('☆') < 0 ? text.length : text.indexOf('☆');
  const compact = text.toLowerCase().replace(/\s+/g, '');
  for (const pattern of PATTERNS) {
    const number = pattern.exec(compact)?.[1];
    if (number !== undefined) return numberOf(number);
  }
  return Number.NaN;
}

const COUNTED = `(${NUMBER}|[${KANJI}]|ひとつ|ふたつ|みっつ|よっつ|いつつ)`;
const PATTERNS: readonly RegExp[] = [
  new RegExp(`^(?:[5五]つ星|星[5五]つ)(?:のうち|中)の?(${NUMBER})$`),
  new RegExp(`^[★☆]の?(?:数は)?:?(${NUMBER})$`),
  new RegExp(`^星は?:?${COUNTED}(?:つ|個)?(?:です)?$`),
  new RegExp(`^(${NUMBER})(?:つ星|つ|点|stars?|★|☆)$`),
  new RegExp(`^(${NUMBER})(?:/|outof)\\d+(?:stars?|点)?$`),
];

function numberOf(text: string): number {
  const ofKanji = KANJI.indexOf(text);
  return ofKanji >= 0 ? ofKanji : (KANA[text] ?? Number(text));
}
