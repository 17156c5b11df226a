/** Checks of the library's arguments. Each throws a TypeError that says what was expected and what came. */
import type { Engine, LoadOptions } from './types.ts';

const ENGINES: readonly (Engine | 'auto')[] = ['auto', 'native', 'native-lightgbm', 'lightgbm', 'js'];
const OPTIONS = ['bundle', 'engine', 'warn'];

/** Options whose values were read once and checked. `bundle` is a path; undefined is the shipped model. */
export interface CheckedOptions {
  readonly bundle: string | URL | undefined;
  readonly engine: Engine | 'auto';
  readonly warn: (message: string) => void;
}

export function checkOptions(options: LoadOptions): CheckedOptions {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw expected('the options of loadScorer to be an object', options);
  const unknown = Object.keys(options).find((name) => !OPTIONS.includes(name));
  if (unknown !== undefined) throw expected(`only the options ${OPTIONS.join(', ')}`, unknown);
  const { bundle, engine = 'auto', warn = (message) => process.emitWarning(message, 'HoshiWarning') } = options;
  const isFolder = typeof bundle === 'string' ? bundle !== '' : bundle instanceof URL && bundle.protocol === 'file:';
  if (bundle !== undefined && !isFolder)
    throw expected(
      'bundle to be the path of a folder, or a URL of the form file:',
      bundle instanceof URL ? bundle.href : bundle,
    );
  if (!ENGINES.includes(engine)) throw expected(`engine to be one of ${ENGINES.join(', ')}`, engine);
  if (typeof warn !== 'function') throw expected('warn to be a function', warn);
  return { bundle, engine, warn };
}

export function checkText(text: string): void {
  if (typeof text !== 'string') throw expected('the text to be a string', text);
}

/** Returns a copy, which the caller cannot change while it is scored. */
export function checkTexts(texts: readonly string[]): string[] {
  if (!Array.isArray(texts)) {
    const hint = typeof texts === 'string' ? '; score(text) takes one text' : '';
    throw expected('the texts to be an array of strings', texts, hint);
  }
  return Array.from(texts as readonly string[], (text, i) => {
    if (typeof text !== 'string') throw expected(`texts[${i}] to be a string`, text);
    return text;
  });
}

function expected(what: string, received: unknown, hint = ''): TypeError {
  return new TypeError(`Expected ${what}, received ${describe(received)}${hint}`);
}

/** A text may be private, and long: only its length is shown if it is not a short name. */
function describe(value: unknown): string {
  if (typeof value === 'string')
    return value.length <= 40 && /^[\w.:/-]*$/.test(value)
      ? JSON.stringify(value)
      : `a string of length ${value.length}`;
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return `an object (${Object.prototype.toString.call(value).slice(8, -1)})`;
  if (typeof value === 'function') return 'a function';
  return `the ${typeof value} ${String(value)}`;
}
