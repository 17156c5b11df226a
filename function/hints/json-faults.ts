/**
 * A body that is not JSON → what is probably wrong with it: a form, a shell's quoting, single quotes, a trailing comma,
 * a line break in a string, and the like. V8's own message has no position for most faults, so a small scanner finds it.
 * Linear time: a megabyte takes some milliseconds at most.
 */
import { encodingAdvice } from './encodings.ts';

/** `isTold`: the message has a position already. Undefined if nothing better than that message is known. */
export function jsonAdvice(body: string, isTold = false): string | undefined {
  if (body.trim() === '') return undefined;
  if (body.slice(0, 64).includes('\0')) return encodingAdvice(Buffer.from(body.slice(0, 2048)));
  return formAdvice(body) ?? shellAdvice(body) ?? faultAdvice(body, isTold);
}

// ----------------------------------------------------------------------------------------------- bodies of another kind

/** A name and = before anything that begins JSON, as in `texts=%E6%9C%80%E9%AB%98`. */
const FORM = /^[\w.%+[\]~-]{1,200}=/;
const MULTIPART = /^(?:\r?\n)?--[^\r\n]{1,200}\r?\nContent-/i;

function formAdvice(body: string): string | undefined {
  if (FORM.test(body))
    return 'The body looks like a form (application/x-www-form-urlencoded): send JSON in its place, with Content-Type: application/json';
  if (MULTIPART.test(body))
    return 'The body looks like a form (multipart/form-data): send JSON in its place, with curl by -d and not by -F';
  if (/^\s*<[!?a-z]/i.test(body)) return 'The body looks like XML or HTML';
  if (/^\s*---(?:\r?\n)/.test(body)) return 'The body looks like YAML';
  return undefined;
}

// -------------------------------------------------------------------------------------------------- a shell's quoting

const TO_FILE = 'or write the body to a file and send it with curl --data-binary @body.json';

function shellAdvice(body: string): string | undefined {
  const start = body.trimStart();
  if (start.startsWith("'{") || start.startsWith("'["))
    return `The body begins with a single quote, which the Windows command prompt passes on. Put the JSON between double quotes there, with \\" for each of its own, ${TO_FILE}`;
  if (/^[{[]\s*\\"/.test(start))
    return `A shell has left a backslash before each quote: leave the backslashes out, ${TO_FILE}`;
  if (/^@[\w./\\-]+\s*$/.test(start)) return 'The body is @ and the name of a file: send the content of the file';
  if (/^\{\s*[A-Za-z_]\w*\s*:/.test(start))
    return `Names and texts need double quotes. A shell may have removed them: put the JSON between single quotes, ${TO_FILE}`;
  return undefined;
}

// ------------------------------------------------------------------------------------------------ the first fault

type Expected = 'a value' | 'a value or ]' | 'a name' | 'a name or }' | 'a colon' | 'a comma or the end' | 'nothing';

function faultAdvice(body: string, isTold: boolean): string | undefined {
  const fault = firstFault(body);
  if (fault === undefined) return undefined;
  const advice = adviceFor(body, fault);
  return advice === undefined || isTold ? advice : `${advice} (at position ${fault.at})`;
}

function adviceFor(body: string, { at, expected, inString }: Fault): string | undefined {
  const character = String.fromCodePoint(body.codePointAt(at) ?? 0);
  if (at >= body.length)
    return inString
      ? 'A string has no closing quote: the body may be cut, or a quote in a text needs \\" before it'
      : 'The body ends too early: a bracket is not closed, or Content-Length is too small';
  if (inString)
    return body[at] === '\\'
      ? 'JSON knows no such escape: write a backslash in a text as \\\\'
      : 'Write a line break in a text as \\n, a tab as \\t, and other control characters as \\u and four digits';
  if (/['\u2018\u2019`]/.test(character)) return 'JSON has double quotes, not single ones';
  if (/[\u201c-\u201f\u300c-\u300f\u301d\uff02]/.test(character))
    return 'Quotes in JSON are the plain ", not typographic ones';
  if (/[\uff1a\uff0c\uff5b\uff5d\uff3b\uff3d\u3000\u3001]/.test(character))
    return 'Full-width punctuation or a full-width space is not JSON: use plain { } [ ] : ,';
  if (character === '\\') return 'A backslash stands outside a string: a shell may have left it';
  if (character === '/' || character === '#') return 'JSON has no comments';
  if (character === ']' || character === '}')
    return /,\s*$/.test(body.slice(Math.max(0, at - 64), at))
      ? 'Leave the last comma out: JSON has none before a closing bracket'
      : undefined;
  if (expected === 'nothing')
    return 'There is more after the end of the JSON. Several texts are one list, not one body after the other';
  if (expected === 'a comma or the end') return 'A comma is missing, or a quote in a text needs \\" before it';
  if (expected === 'a colon') return 'A colon is missing after a name';
  if (/^(?:True|False|None|nan|NaN|-?Infinity|undefined)/.test(body.slice(at, at + 16)))
    return 'JSON knows true, false, null and finite numbers only. In Python, json.dumps writes it';
  if (/[\p{L}_$]/u.test(character)) return 'Names and texts need double quotes, which a shell may have removed';
  return undefined;
}

export interface Fault {
  /** In UTF-16 units. The length of the text if it ends too early. */
  readonly at: number;
  readonly expected: Expected;
  /** Whether a string is open there. */
  readonly inString: boolean;
}

const SPACES = /[ \t\r\n]*/y;
const LITERAL = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.])/y;

/** The first place where a text is not JSON (RFC 8259). Undefined if it is JSON. */
export function firstFault(json: string): Fault | undefined {
  const open: ('}' | ']')[] = [];
  let expected: Expected = 'a value';
  const fault = (at: number, inString = false): Fault => ({ at, expected, inString });
  const afterValue = (): Expected => (open.length === 0 ? 'nothing' : 'a comma or the end');
  for (let at = 0; ; ) {
    SPACES.lastIndex = at;
    SPACES.test(json);
    at = SPACES.lastIndex;
    const character = json[at];
    if (character === undefined) return expected === 'nothing' ? undefined : fault(at);
    if (expected === 'nothing') return fault(at);
    const isName: boolean = expected === 'a name' || expected === 'a name or }';
    const isValue: boolean = expected === 'a value' || expected === 'a value or ]';
    if (character === '"' && (isName || isValue)) {
      const end = endOfString(json, at);
      if (json[end] !== '"') return fault(end, true);
      at = end + 1;
      expected = isName ? 'a colon' : afterValue();
    } else if (character === ':' && expected === 'a colon') {
      expected = 'a value';
      at++;
    } else if (character === ',' && expected === 'a comma or the end') {
      expected = open.at(-1) === '}' ? 'a name' : 'a value';
      at++;
    } else if (character === open.at(-1) && !['a value', 'a name', 'a colon'].includes(expected)) {
      open.pop();
      expected = afterValue();
      at++;
    } else if (isValue && (character === '{' || character === '[')) {
      open.push(character === '{' ? '}' : ']');
      expected = character === '{' ? 'a name or }' : 'a value or ]';
      at++;
    } else if (isValue) {
      LITERAL.lastIndex = at;
      if (!LITERAL.test(json)) return fault(at);
      at = LITERAL.lastIndex;
      expected = afterValue();
    } else return fault(at);
  }
}

const ESCAPE = /["\\/bfnrt]|u[\da-fA-F]{4}/y;

/** The index of the quote that ends the string, of the first fault in it, or the length of the text. */
function endOfString(json: string, start: number): number {
  for (let i = start + 1; i < json.length; i++) {
    const code = json.charCodeAt(i);
    if (code === 0x22 || code < 0x20) return i;
    if (code !== 0x5c) continue;
    ESCAPE.lastIndex = i + 1;
    if (!ESCAPE.test(json)) return i + 1 >= json.length ? json.length : i;
    i++;
  }
  return json.length;
}
