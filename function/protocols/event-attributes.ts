/**
 * The attributes of a CloudEvent, checked as they came. The package `cloudevents` fills in a missing id, time and
 * specversion, so it cannot tell the sender about them. The specification is CloudEvents 1.0.2 (spec.md, section 2 and 3,
 * and http-protocol-binding.md, section 3.1.3). Attributes of version 0.3 are not checked.
 *
 * A message names a known attribute, or an extension whose name has the form that the specification recommends. Any other
 * name could be anything, so its place is told instead.
 */
import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import { HttpError } from '../response.ts';

/** By name. A member that is null is not set. */
export type Attributes = Readonly<Record<string, unknown>>;

/** Headers of at most 16 KiB limit the attributes of the binary mode. */
const MAX_ATTRIBUTES = 256;

const REQUIRED = ['id', 'source', 'type'] as const;
const OPTIONAL = ['subject', 'datacontenttype', 'dataschema'] as const;
/**
 * URIs are ASCII, and stay as they are in headers in both directions. By the specification, each % in them would be
 * encoded again, but the SDKs of Go (Knative) and JavaScript do not do that.
 */
const URIS = ['source', 'dataschema'];
/** Members of a structured event that are no attributes. */
const DATA = ['data', 'data_base64'];
const ATTRIBUTES: readonly string[] = ['specversion', ...REQUIRED, ...OPTIONAL, 'time'];

// ------------------------------------------------------------------------------------------------------------ headers

/** The attributes in the headers `ce-…`, decoded. Throws a 400 for a value that is not UTF-8 when it is decoded. */
export function attributesIn(headers: IncomingHttpHeaders): Attributes {
  const attributes: Record<string, string> = {};
  for (const [header, value] of Object.entries(headers)) {
    if (!header.startsWith('ce-') || typeof value !== 'string') continue;
    const name = header.slice(3);
    const decoded = URIS.includes(name) ? value : decodeHeader(value);
    if (decoded === undefined)
      throw new HttpError(
        400,
        `Expected ${displayed(name, Object.keys(attributes).length)} to be percent-encoded UTF-8, received other bytes`,
      );
    attributes[name] = decoded;
  }
  return attributes;
}

/** Section 3.1.3.2: first a quoted string loses its quotes, then each %XX becomes a byte, and the bytes are UTF-8. */
function decodeHeader(value: string): string | undefined {
  const quoted = /^"(.*)"$/.exec(value)?.[1];
  const text = quoted === undefined ? value : quoted.replaceAll(/\\(.)/g, '$1');
  const bytes = Buffer.from(
    text.replaceAll(/%([\da-fA-F]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16))),
    'latin1', // Node reads a byte of a header as the character of the same number
  );
  return isUtf8(bytes) ? bytes.toString() : undefined;
}

/** The value of an attribute as the value of its header. */
export function encodeHeader(name: string, value: string): string {
  if (URIS.includes(name)) return value;
  return Array.from(Buffer.from(value), (byte) =>
    byte > 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x25
      ? String.fromCharCode(byte)
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
  ).join('');
}

// ------------------------------------------------------------------------------------------------------------- checks

/**
 * Throws a 400 that names the first attribute that is wrong. In structured mode, the attributes are in the body, and the
 * error points there.
 */
export function checkAttributes(attributes: Attributes, isStructured: boolean): void {
  const names = Object.keys(attributes);
  if (names.length > MAX_ATTRIBUTES)
    throw new HttpError(
      400,
      `Expected a CloudEvent of at most ${MAX_ATTRIBUTES} attributes, received ${names.length}`,
      {
        pointer: isStructured ? '#' : undefined,
      },
    );
  const fail = (name: string, expected: string, received: string): never => {
    const isMissing = received === 'none';
    throw new HttpError(400, `Expected ${displayed(name, names.indexOf(name))} ${expected}, received ${received}`, {
      pointer: !isStructured ? undefined : isMissing || !isShowable(name) ? '#' : `#/${name}`,
      ...(isMissing ? { advice: async () => (await import('../hints/similar.ts')).memberAdvice(name, names) } : {}),
    });
  };
  const known: readonly string[] = isStructured ? [...ATTRIBUTES, ...DATA] : ATTRIBUTES;
  const { specversion, time } = attributes;
  if (specversion === '0.3') return;
  if (specversion !== '1.0') fail('specversion', 'to be "1.0" or "0.3"', kindOf(specversion, 'another version'));
  for (const name of REQUIRED) {
    const value = attributes[name];
    if (typeof value !== 'string' || value === '')
      fail(name, 'to be a string that is not empty', kindOf(value, 'an empty one'));
  }
  for (const name of OPTIONAL) {
    const value = attributes[name];
    if (value !== undefined && typeof value !== 'string') fail(name, 'to be a string', kindOf(value));
  }
  if (time !== undefined && !(typeof time === 'string' && isTimestamp(time)))
    fail('time', 'to be a time of RFC 3339, such as 2026-01-31T12:00:00Z', kindOf(time, 'another string'));
  for (const name of names) {
    if (known.includes(name)) continue;
    if (!/^[a-z\d]+$/.test(name)) failName(name, names, isStructured);
    const value = attributes[name];
    if (typeof value === 'object') fail(name, 'to be a string, a number or a boolean', kindOf(value));
  }
}

function failName(name: string, names: readonly string[], isStructured: boolean): never {
  throw new HttpError(
    400,
    `Expected names of attributes of the letters a to z and digits, received another one as ${displayed(name, names.indexOf(name))}`,
    {
      pointer: isStructured ? '#' : undefined,
      advice: async () => (await import('../hints/similar.ts')).nameAdvice(name, ATTRIBUTES),
    },
  );
}

/** The name if it may be shown, or else its place. */
function displayed(name: string, index: number): string {
  return isShowable(name) ? `the attribute "${name}" of the CloudEvent` : `attribute ${index + 1} of the CloudEvent`;
}

function isShowable(name: string): boolean {
  return /^[a-z\d]{1,20}$/.test(name) || DATA.includes(name);
}

function kindOf(value: unknown, ofString = 'a string'): string {
  if (value === undefined) return 'none';
  if (typeof value === 'string') return ofString;
  return Array.isArray(value) ? 'array' : typeof value;
}

const TIMESTAMP = /^(\d{4})-(\d\d)-(\d\d)t(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:z|([+-])(\d\d):(\d\d))$/i;

/** Whether a text is a `date-time` of RFC 3339, section 5.6. A leap second ends a day of UTC. */
export function isTimestamp(text: string): boolean {
  const found = TIMESTAMP.exec(text);
  if (found === null) return false;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const [offsetHour, offsetMinute] = [Number(found[8] ?? 0), Number(found[9] ?? 0)];
  const days = new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate(); // years repeat after 400
  if (month < 1 || month > 12 || day < 1 || day > days || hour > 23 || minute > 59) return false;
  if (offsetHour > 23 || offsetMinute > 59 || second > 60) return false;
  const offset = (found[7] === '-' ? -1 : 1) * (60 * offsetHour + offsetMinute);
  const minuteOfDay = (60 * hour + minute - offset + 2 * 1440) % 1440;
  return second < 60 || minuteOfDay === 1439;
}
