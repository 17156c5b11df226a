/**
 * Encodings of text files: UTF-8, UTF-16 in both byte orders, Shift_JIS as Windows writes it (cp932) and EUC-JP, with or
 * without a byte order mark. An encoding is detected, or given. The decoders are those of the WHATWG Encoding Standard,
 * which Node has. Files of other programs, such as workbooks, are refused by name.
 */
import { TextDecoder } from 'node:util';

export const encodings = ['utf-8', 'utf-16le', 'utf-16be', 'shift_jis', 'euc-jp'] as const;
export type Encoding = (typeof encodings)[number];

/** The names by which people call an encoding, in lower case and without - and _. */
const ALIASES: Readonly<Record<string, Encoding>> = {
  utf8: 'utf-8',
  utf16: 'utf-16le',
  utf16le: 'utf-16le',
  utf16be: 'utf-16be',
  shiftjis: 'shift_jis',
  sjis: 'shift_jis',
  cp932: 'shift_jis',
  ms932: 'shift_jis',
  windows31j: 'shift_jis',
  eucjp: 'euc-jp',
  ujis: 'euc-jp',
};

/** Undefined if no such encoding is known. */
export function encodingNamed(name: string): Encoding | undefined {
  return ALIASES[name.toLowerCase().replace(/[-_ ]/g, '')];
}

export interface DecodeOptions {
  /** Detected if undefined. */
  readonly encoding?: Encoding;
  /** Receives what was detected, if it is not UTF-8. */
  readonly onNote?: (note: string) => void;
}

/** The names for messages. */
export const encodingLabels: Readonly<Record<Encoding, string>> = {
  'utf-8': 'UTF-8',
  'utf-16le': 'UTF-16 (little-endian)',
  'utf-16be': 'UTF-16 (big-endian)',
  shift_jis: 'Shift_JIS (cp932)',
  'euc-jp': 'EUC-JP',
};

/** Whether the chunk is ASCII without U+0000, which is half of the bytes of UTF-16. */
export function isAscii(chunk: Uint8Array): boolean {
  return chunk.every((byte) => byte > 0 && byte < 0x80);
}

/** The encoding whose byte order mark is at the start of these bytes. */
export function markedEncoding(start: Uint8Array): Encoding | undefined {
  return MARKS.find(([mark]) => mark.every((byte, i) => start[i] === byte))?.[1];
}

const MARKS: readonly (readonly [mark: readonly number[], encoding: Encoding])[] = [
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
  [[0xef, 0xbb, 0xbf], 'utf-8'],
];

/** The encoding of bytes from a text file. Undefined if they are text in none of `encodings`. */
export function detectEncoding(bytes: Uint8Array, isStart = true): Encoding | undefined {
  const marked = isStart ? markedEncoding(bytes) : undefined;
  if (marked !== undefined) return marked;
  const zeros = bytes.reduce((count, byte) => count + Number(byte === 0), 0);
  // An ASCII character of UTF-16 has one zero byte. UTF-8 has U+0000 here and there.
  if (textIn(bytes, 'utf-8') !== undefined && zeros <= bytes.length / 8) return 'utf-8';
  const possible = [
    ...(isStart && zeros > 0 ? (['utf-16le', 'utf-16be'] as const) : []),
    'shift_jis',
    'euc-jp',
  ] as const;
  const candidates = possible.flatMap((encoding) => {
    const text = textIn(bytes, encoding);
    return text === undefined ? [] : [{ encoding, likeness: likenessOf(text) }];
  });
  return candidates.sort((a, b) => b.likeness - a.likeness)[0]?.encoding;
}

/** The text, or undefined if the bytes are not in this encoding. The last character may be cut. */
function textIn(bytes: Uint8Array, encoding: Encoding): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return undefined;
  }
}

/**
 * How much a text looks like Japanese: the mean over its characters. Text in another encoding than it is read in has
 * half-width katakana, control characters and rare ones.
 */
function likenessOf(text: string): number {
  let [likeness, length] = [0, 0];
  for (const character of text) {
    length++;
    likeness += KINDS.find(([pattern]) => pattern.test(character))?.[1] ?? -0.5;
  }
  return likeness / Math.max(1, length);
}

const KINDS: readonly (readonly [pattern: RegExp, weight: number])[] = [
  [/[\u3041-\u30ff\u3001-\u301f]/, 1],
  [/[\t\n\r -~]/, 0.5],
  [/[\u4e00-\u9fff\uff01-\uff5e]/, 0.3],
  [/[\uff61-\uff9f]/, -1],
  [/[\p{Cc}\p{Co}\p{Cn}\ufffd]/u, -2],
];

/** The first bytes of files that are not text, with what they are called. */
const BINARY: readonly (readonly [bytes: string, kind: string, advice?: string])[] = [
  ['PK\x03\x04', 'an Excel workbook or another ZIP archive', 'a workbook is read if its name ends with .xlsx or .ods'],
  ['\xd0\xcf\x11\xe0', 'an old Excel workbook', 'it is read if its name ends with .xls'],
  ['PAR1', 'a Parquet file', 'it is read if its name ends with .parquet'],
  ['ARROW1', 'an Arrow file', 'write it as CSV or JSONL'],
  ['SQLite format 3', 'an SQLite database', 'export the table as CSV'],
  ['\x1f\x8b', 'a gzip archive', 'unpack it first'],
  ['\x28\xb5\x2f\xfd', 'a zstd archive', 'unpack it first'],
  ['BZh', 'a bzip2 archive', 'unpack it first'],
  ['7z\xbc\xaf\x27\x1c', 'a 7-Zip archive', 'unpack it first'],
  ['%PDF-', 'a PDF document'],
  ['\x89PNG', 'a picture (PNG)'],
  ['\xff\xd8\xff', 'a picture (JPEG)'],
  ['GIF8', 'a picture (GIF)'],
  ['\x7fELF', 'a program'],
  ['\x80\x04\x95', 'a Python pickle', 'write it as CSV or JSONL'],
];

/** Throws an error that names the kind of a file that is not text. `start` is its beginning, `name` its name. */
export function refuseBinary(start: Uint8Array, name: string): void {
  const { kind, advice } = binaryKind(start) ?? {};
  if (kind === undefined) return;
  throw new Error(`${name}: expected a text file, received ${kind}${advice === undefined ? '' : `: ${advice}`}`);
}

/** The kind of a file that is not text, such as `a PDF document`, by its first bytes. Undefined for a text. */
export function binaryKind(start: Uint8Array): { readonly kind: string; readonly advice?: string } | undefined {
  const head = Buffer.from(start.subarray(0, 16)).toString('latin1');
  const [, kind, advice] = BINARY.find(([bytes]) => head.startsWith(bytes)) ?? [];
  return kind === undefined ? undefined : { kind, ...(advice === undefined ? {} : { advice }) };
}
