/**
 * The gate of every imported model: a file → the text of one model, as LightGBM 2.3 to 4.7 write it. A file passes only
 * if every line is a line that LightGBM writes, LightGBM 4.7.0 reads the text, and the numbers that it then has are the
 * numbers in the text. LightGBM itself checks little: it skips lines that it does not know, and reads nothing after the
 * trees (src/boosting/gbdt_model_text.cpp, src/io/tree.cpp). So a damaged file could give other scores than Python, which
 * reads files and texts by different rules.
 */
import { isUtf8 } from 'node:buffer';
import { Booster, lightgbmVersion, NativeError } from '../../native/index.ts';
import { show } from '../io/checks.ts';

/** `version=` of the files that can be imported, with LightGBM's versions, for messages. */
const VERSIONS = ['v3', 'v4'];
const OLDEST_LIGHTGBM = '2.3.0';

const HEADER_LINES = new Set([
  'tree',
  'version',
  'num_class',
  'num_tree_per_iteration',
  'label_index',
  'max_feature_idx',
  'objective',
  'average_output',
  'feature_names',
  'monotone_constraints',
  'feature_infos',
  'tree_sizes',
]);

/** The lines of a tree that decide its output. */
const OUTPUT_LINES = [
  'num_leaves',
  'num_cat',
  'split_feature',
  'threshold',
  'decision_type',
  'left_child',
  'right_child',
  'leaf_value',
  'cat_boundaries',
  'cat_threshold',
  'is_linear',
  'leaf_const',
  'num_features',
  'leaf_features',
  'leaf_coeff',
];
/** LightGBM reads only these lines of a tree with one constant leaf. */
const LINES_OF_ONE_LEAF = ['num_leaves', 'num_cat', 'leaf_value'];
const TREE_LINES = new Set([
  ...OUTPUT_LINES,
  'Tree',
  'split_gain',
  'leaf_weight',
  'leaf_count',
  'internal_value',
  'internal_weight',
  'internal_count',
  'shrinkage',
]);

/** The beginnings of other files that people give by mistake. */
const OTHER_FILES: readonly (readonly [bytes: readonly number[], what: string])[] = [
  [[0x80, 0x02], 'a pickle'],
  [[0x80, 0x03], 'a pickle'],
  [[0x80, 0x04], 'a pickle'],
  [[0x80, 0x05], 'a pickle'],
  [[0x78, 0x01], 'a compressed pickle'],
  [[0x78, 0x5e], 'a compressed pickle'],
  [[0x78, 0x9c], 'a compressed pickle'],
  [[0x78, 0xda], 'a compressed pickle'],
  [[0x1f, 0x8b], 'a gzip file'],
  [[0x50, 0x4b], 'a zip file'],
  [[0x7b], 'JSON, perhaps of dump_model'],
  [[0xef, 0xbb, 0xbf], 'a byte order mark before it. Save the file as UTF-8 without a byte order mark'],
  [[0xff, 0xfe], 'UTF-16. Save the file as UTF-8'],
  [[0xfe, 0xff], 'UTF-16. Save the file as UTF-8'],
];

/**
 * The text of a model file, with line feeds at the ends of its lines. Throws for files that cannot be a model text.
 * `file` is its name, for messages.
 */
export function decodeModelFile(bytes: Buffer, file: string): string {
  const expected = `${file}: expected a model as Booster.save_model writes it`;
  if (bytes.length === 0) throw new Error(`${expected}, received an empty file`);
  const other = OTHER_FILES.find(([start]) => start.every((byte, i) => bytes[i] === byte));
  if (other !== undefined) throw new Error(`${expected}, received ${other[1]}`);
  if (!isUtf8(bytes)) throw new Error(`${expected}, received bytes that are not UTF-8`);
  const text = bytes.toString('utf8').replaceAll('\r\n', '\n');
  const line = lineOf(text, text.search(/[\r\0]/));
  if (line > 0)
    throw new Error(`${expected}, received a ${text.includes('\0') ? 'NUL' : 'lone carriage return'} in line ${line}`);
  return text;
}

/** The 1-based line of a place in a text; 0 for −1. */
function lineOf(text: string, place: number): number {
  return place < 0 ? 0 : text.slice(0, place).split('\n').length;
}

/**
 * LightGBM's booster of the text. Throws an error that names the line or the field unless the text passes the gate, and
 * a NativeError with the code `addon` if LightGBM is not built. `file` is its name, for messages.
 */
export function boosterOfModel(text: string, file: string): Booster {
  checkLines(text, file);
  checkObjective(text, file);
  const booster = readByLightgbm(text, file);
  checkReadBack(text, booster.modelText(), file);
  return booster;
}

function readByLightgbm(text: string, file: string): Booster {
  try {
    return Booster.fromModelText(text);
  } catch (error) {
    if (!(error instanceof NativeError)) throw error;
    if (error.code === 'addon')
      throw new NativeError(
        'addon',
        `hoshi import checks each model with LightGBM, which is not built: ${error.message}`,
        {
          cause: error,
        },
      );
    throw new Error(`${file}: expected a model with one output, as LightGBM writes it; ${error.message}`, {
      cause: error,
    });
  }
}

// -------------------------------------------------------------------------------------------------------------- lines

/** The parts of a model text, in their order. */
type Part = 'header' | 'trees' | 'end' | 'importances' | 'parameters' | 'parser' | 'pandas';

/** The lines that begin a part. */
const PART_STARTS: readonly (readonly [Part, start: RegExp, after: readonly Part[]])[] = [
  ['trees', /^Tree=\d+$/, ['header']],
  ['end', /^end of trees$/, ['header', 'trees']],
  ['importances', /^feature[_ ]importances:$/, ['end']],
  ['parameters', /^parameters:$/, ['end', 'importances']],
  ['parser', /^parser:$/, ['end', 'importances', 'parameters']],
  ['pandas', /^pandas_categorical:/, ['end', 'importances', 'parameters', 'parser']],
];

/** Parts that end with a line of their own. */
const PART_ENDS: Partial<Record<Part, string>> = { parameters: 'end of parameters', parser: 'end of parser' };

/** Checks that each line is one that LightGBM writes in its part of the text, and that no part is cut off. */
function checkLines(text: string, file: string): void {
  const lines = text.split('\n');
  if (lines[0] !== 'tree')
    throw new Error(`${file}:1: expected the line "tree", with which a model begins, received ${show(lines[0])}`);
  checkVersion(lines, file);
  let part: Part = 'header';
  let openUntil: string | undefined; // the line that ends the part
  lines.forEach((line, i) => {
    const start = PART_STARTS.find(([, pattern, after]) => after.includes(part) && pattern.test(line));
    if (openUntil !== undefined) {
      if (line === openUntil) openUntil = undefined;
      else if (part === 'parameters' && line !== '' && !/^\[\w+: .*\]$/.test(line)) refuseLine(line, part, i, file);
    } else if (start !== undefined) {
      part = start[0];
      openUntil = PART_ENDS[part];
    } else if (line !== '' && !isLineOf(part, line)) refuseLine(line, part, i, file);
    if (part === 'pandas' && line !== '' && !isJson(line.slice(line.indexOf(':') + 1))) refuseLine(line, part, i, file);
  });
  if (part === 'header' || part === 'trees')
    throw new Error(`${file}: expected a line "end of trees", found none: the file is cut off`);
  if (openUntil !== undefined)
    throw new Error(`${file}: expected a line ${show(openUntil)} at the end, found none: the file is cut off`);
}

function isLineOf(part: Part, line: string): boolean {
  const [name = ''] = line.split('=', 1);
  if (part === 'header') return HEADER_LINES.has(name);
  if (part === 'trees') return TREE_LINES.has(name);
  return part === 'importances' && /^.+=\d+$/.test(line);
}

function refuseLine(line: string, part: Part, i: number, file: string): never {
  const places = {
    header: 'the header',
    trees: 'a tree',
    end: 'the trees: feature_importances, parameters or nothing',
    importances: 'feature_importances, such as 映画=12, or parameters',
    parameters: 'parameters, such as [seed: 1], up to "end of parameters"',
    parser: 'parser',
    pandas: 'pandas_categorical, as JSON, and then the end of the file',
  };
  const after = part === 'end' ? 'after' : 'of';
  throw new Error(
    `${file}:${i + 1}: expected a line ${after} ${places[part]}, as LightGBM writes it, received ${show(line)}`,
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function checkVersion(lines: readonly string[], file: string): void {
  const version = lines.find((line) => line.startsWith('version='))?.slice('version='.length);
  if (version !== undefined && VERSIONS.includes(version)) return;
  throw new Error(
    `${file}: expected a line version=${VERSIONS.join(' or ')}, which LightGBM ${OLDEST_LIGHTGBM} to 4.7 write, ${version === undefined ? 'found none' : `received ${show(version)}`}. Train and save the model with such a version`,
  );
}

/**
 * LightGBM 3.3.0 computes cross_entropy_lambda by log1p, older versions by log. Both write version=v3, but only from 3.3.0
 * on there is a parameter precise_float_parser.
 */
function checkObjective(text: string, file: string): void {
  const isOld = !/^version=v4$/m.test(text) && !/^\[precise_float_parser: /m.test(text);
  if (isOld && /^objective=(cross_entropy_lambda|xentlambda)$/m.test(text))
    throw new Error(
      `${file}: expected objective=cross_entropy_lambda to be of LightGBM 3.3.0 or newer, which computes it in another way, received an older file. Train and save the model with such a version`,
    );
}

// ---------------------------------------------------------------------------------------------------------- read back

/** Checks that LightGBM has read every number that decides an output as it is written. */
function checkReadBack(text: string, readBack: string, file: string): void {
  const [written, read] = [treesOf(text), treesOf(readBack)];
  if (written.length !== read.length)
    throw new Error(`${file}: expected ${written.length} trees, LightGBM ${lightgbmVersion} reads ${read.length}`);
  written.forEach((tree, i) => {
    const isOneLeaf = tree.get('num_leaves') === '1' && tree.get('is_linear') !== '1';
    for (const name of isOneLeaf ? LINES_OF_ONE_LEAF : OUTPUT_LINES) {
      if (!tree.has(name)) continue;
      const [words, others] = [wordsOf(tree.get(name)), wordsOf(read[i]?.get(name))];
      const all = words.length > others.length ? words : others;
      const place = all.findIndex((_, k) => !Object.is(numberOf(words[k]), numberOf(others[k])));
      if (place >= 0)
        throw new Error(
          `${file}: tree ${i}: expected ${name}[${place}] to be a number that LightGBM ${lightgbmVersion} reads unchanged, received ${words[place] ?? 'none'}, which it reads as ${others[place] ?? 'none'}`,
        );
    }
  });
}

/** The lines of each tree, by name. */
function treesOf(text: string): ReadonlyMap<string, string>[] {
  const end = text.indexOf('\nend of trees');
  const [, ...trees] = text.slice(0, end).split(/^Tree=/m);
  return trees.map(
    (tree) =>
      new Map(
        tree.split('\n').flatMap((line) => {
          const equals = line.indexOf('=');
          return equals < 0 ? [] : [[line.slice(0, equals), line.slice(equals + 1)] as const];
        }),
      ),
  );
}

function wordsOf(text = ''): string[] {
  return text.split(' ').filter((word) => word !== '');
}

function numberOf(word: string | undefined): number | undefined {
  return word === undefined ? undefined : Number(word.replace('inf', 'Infinity'));
}
