/** What is told about a body that is not JSON in UTF-8. Each body has a text, which no message may repeat. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { decodeUtf8, parseJson } from '../../../function/body.ts';
import { firstFault, jsonAdvice } from '../../../function/hints/json-faults.ts';
import { HttpError } from '../../../function/response.ts';
import { encodeText } from '../../fixtures/encode.ts';

const LIMITS = { maxTexts: 10, setBy: 'HOSHI_TEXTS_LIMIT' } as const;
const TEXT = '最高の映画でした。料理もおいしい！';

/** The detail as it is written. */
async function detailOf(body: string | Uint8Array): Promise<string> {
  const bytes = Buffer.from(body);
  try {
    parseJson(decodeUtf8(bytes), LIMITS, '{"texts": "…"}');
  } catch (error) {
    assert.ok(error instanceof HttpError && error.status === 400, String(error));
    const { message } = await error.withAdvice();
    assert.doesNotMatch(message, /最高|映画|料理|secret/, 'no text of the client');
    return message;
  }
  throw new Error('Expected the body to be refused');
}

const json = JSON.stringify({ texts: TEXT });

describe('encodings', () => {
  const bodies: [what: string, body: Uint8Array, advice: RegExp][] = [
    [
      'Shift_JIS',
      encodeText(json, 'shift_jis'),
      /looks like Shift_JIS \(cp932\)\. Convert it: iconv -f CP932 -t UTF-8$/,
    ],
    ['EUC-JP', encodeText(json, 'euc-jp'), /looks like EUC-JP\. Convert it: iconv -f EUC-JP -t UTF-8$/],
    [
      'UTF-16 with a mark',
      encodeText(`\ufeff${json}`, 'utf-16le'),
      /looks like UTF-16 \(little-endian\)\. Convert it: iconv -f UTF-16LE -t/,
    ],
    ['UTF-16 without a mark', encodeText(json, 'utf-16le'), /looks like UTF-16 \(little-endian\)\. .*UTF-16LE/],
    [
      'UTF-16, big-endian, with a mark',
      encodeText(`\ufeff${json}`, 'utf-16be'),
      /looks like UTF-16 \(big-endian\)\. .*UTF-16BE/,
    ],
    [
      'UTF-16, big-endian, without a mark',
      encodeText(json, 'utf-16be'),
      /looks like UTF-16 \(big-endian\)\. .*UTF-16BE/,
    ],
    [
      'UTF-16 of ASCII, which is UTF-8 with zeros',
      encodeText('{"texts": "secret"}', 'utf-16le'),
      /UTF-16 \(little-endian\)\. .*UTF-16LE/,
    ],
    [
      'Shift_JIS after a long part in ASCII',
      encodeText(`{"x": "${'a'.repeat(100_000)}", "texts": "${TEXT}"}`, 'shift_jis'),
      /CP932/,
    ],
    ['a megabyte of Shift_JIS', encodeText(JSON.stringify({ texts: TEXT.repeat(30_000) }), 'shift_jis'), /CP932/],
    [
      'a workbook',
      Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.from([0xff, 0xfe, 0xfd])]),
      /looks like an Excel workbook or another ZIP archive\. Send JSON in UTF-8$/,
    ],
    ['gzip without Content-Encoding', Uint8Array.of(0x1f, 0x8b, 8, 0, 0xff), /looks like a gzip archive/],
    [
      'a character that is cut',
      Buffer.from(json).subarray(0, -3),
      /Most of the body looks like UTF-8: a character may have been cut/,
    ],
    [
      'any bytes',
      Uint8Array.of(0x7b, 0xff, 0xff, 0x7d),
      /^Expected the body to be UTF-8, received other bytes\. Send the text in UTF-8$/,
    ],
  ];
  for (const [what, body, advice] of bodies) test(what, async () => assert.match(await detailOf(body), advice));
});

describe('bodies of another kind', () => {
  const bodies: [what: string, body: string, advice: RegExp][] = [
    [
      'a form',
      `texts=${encodeURIComponent(TEXT)}`,
      /looks like a form \(application\/x-www-form-urlencoded\): send JSON/,
    ],
    [
      'a form with + and more fields',
      'texts=secret+b&explain=true',
      /looks like a form \(application\/x-www-form-urlencoded\)/,
    ],
    ['a form with brackets in its name', 'texts[]=secret', /looks like a form \(application\/x-www-form-urlencoded\)/],
    [
      'a multipart form',
      `--------------------------d74496d66958873e\r\nContent-Disposition: form-data; name="texts"\r\n\r\n${TEXT}\r\n--`,
      /looks like a form \(multipart\/form-data\): send JSON/,
    ],
    ['XML', `<?xml version="1.0"?><texts>${TEXT}</texts>`, /looks like XML or HTML$/],
    ['HTML', `<html>${TEXT}</html>`, /looks like XML or HTML$/],
    ['YAML', `---\ntexts: ${TEXT}`, /looks like YAML$/],
    ['nothing', '', /received nothing$/],
    ['spaces', ' \r\n', /received nothing$/],
  ];
  for (const [what, body, advice] of bodies) {
    test(what, async () => {
      const detail = await detailOf(body);
      assert.match(detail, advice);
      assert.match(detail, /^Expected the body to be JSON such as \{"texts": "…"\}, received /);
    });
  }
});

describe('quoting by a shell', () => {
  const bodies: [what: string, body: string, advice: RegExp][] = [
    [
      'the Windows command prompt keeps single quotes',
      `'{"texts":`,
      /begins with a single quote, which the Windows command prompt passes on.*--data-binary @body\.json$/,
    ],
    [
      'PowerShell removes double quotes',
      `{texts:${TEXT}}`,
      /Names and texts need double quotes\. A shell may have removed them/,
    ],
    ['… with spaces', '{ texts: secret }', /Names and texts need double quotes/],
    ['backslashes are left', `{\\"texts\\": \\"${TEXT}\\"}`, /A shell has left a backslash before each quote/],
    ['the name of a file', '@body.json', /The body is @ and the name of a file/],
  ];
  for (const [what, body, advice] of bodies) test(what, async () => assert.match(await detailOf(body), advice));
});

describe('the first fault', () => {
  const bodies: [body: string, advice: string, at: number][] = [
    ["{'texts': 'secret'}", 'JSON has double quotes, not single ones', 1],
    [`{"texts": '${TEXT}'}`, 'JSON has double quotes, not single ones', 10],
    ["['secret']", 'JSON has double quotes, not single ones', 1],
    [`{“texts”: "${TEXT}"}`, 'Quotes in JSON are the plain ", not typographic ones', 1],
    [`{"texts": 「${TEXT}」}`, 'Quotes in JSON are the plain ", not typographic ones', 10],
    [`{"texts"：${TEXT}}`, 'Full-width punctuation or a full-width space is not JSON: use plain { } [ ] : ,', 8],
    [`｛"texts":"${TEXT}"｝`, 'Full-width punctuation or a full-width space is not JSON: use plain { } [ ] : ,', 0],
    [`{\u3000"texts":"${TEXT}"}`, 'Full-width punctuation or a full-width space is not JSON: use plain { } [ ] : ,', 1],
    ['{"texts": "secret",}', 'Leave the last comma out: JSON has none before a closing bracket', 19],
    ['{"texts": ["secret", ]}', 'Leave the last comma out: JSON has none before a closing bracket', 21],
    ['[1,\n]', 'Leave the last comma out: JSON has none before a closing bracket', 4],
    [
      '{"texts": "最高\n映画"}',
      'Write a line break in a text as \\n, a tab as \\t, and other control characters as \\u and four digits',
      13,
    ],
    [
      '{"texts": "最高\t映画"}',
      'Write a line break in a text as \\n, a tab as \\t, and other control characters as \\u and four digits',
      13,
    ],
    ['{"texts": "C:\\secret"}', 'JSON knows no such escape: write a backslash in a text as \\\\', 14],
    ['{"texts": "\\u12"}', 'JSON knows no such escape: write a backslash in a text as \\\\', 15],
    ['{"texts": "secret "quoted" here"}', 'A comma is missing, or a quote in a text needs \\" before it', 19],
    ['{"texts": "a" "explain": true}', 'A comma is missing, or a quote in a text needs \\" before it', 14],
    ['["a" "b"]', 'A comma is missing, or a quote in a text needs \\" before it', 5],
    ['{"texts" "secret"}', 'A colon is missing after a name', 9],
    ['{"texts": "secret"', 'The body ends too early: a bracket is not closed, or Content-Length is too small', 18],
    [
      '{"texts": "secret',
      'A string has no closing quote: the body may be cut, or a quote in a text needs \\" before it',
      17,
    ],
    [
      '{"texts": "secret\\',
      'A string has no closing quote: the body may be cut, or a quote in a text needs \\" before it',
      18,
    ],
    ['{"texts":', 'The body ends too early: a bracket is not closed, or Content-Length is too small', 9],
    [
      '{"texts": "a"}\n{"texts": "b"}',
      'There is more after the end of the JSON. Several texts are one list, not one body after the other',
      15,
    ],
    [
      '"secret" "b"',
      'There is more after the end of the JSON. Several texts are one list, not one body after the other',
      9,
    ],
    [
      '{"texts": "a", "explain": True}',
      'JSON knows true, false, null and finite numbers only. In Python, json.dumps writes it',
      26,
    ],
    ['{"texts": None}', 'JSON knows true, false, null and finite numbers only. In Python, json.dumps writes it', 10],
    ['[NaN]', 'JSON knows true, false, null and finite numbers only. In Python, json.dumps writes it', 1],
    ['{"texts": secret}', 'Names and texts need double quotes, which a shell may have removed', 10],
    [`{"texts": ${TEXT}}`, 'Names and texts need double quotes, which a shell may have removed', 10],
    [TEXT, 'Names and texts need double quotes, which a shell may have removed', 0],
    ['{"texts": "a" /* secret */}', 'JSON has no comments', 14],
    ['// secret\n{}', 'JSON has no comments', 0],
    ['{"texts": "a"\\n}', 'A backslash stands outside a string: a shell may have left it', 13],
  ];
  for (const [body, advice, at] of bodies) {
    test(`${JSON.stringify(body)}: ${advice}`, async () => {
      const detail = await detailOf(body);
      const isToldOnce = detail.match(/at position/g)?.length === 1;
      const ends = [` at position ${at}. ${advice}`, `. ${advice} (at position ${at})`];
      assert.ok(isToldOnce && ends.some((end) => detail.endsWith(end)), detail);
    });
  }

  for (const body of [
    '{"a": 01}',
    '{"a": +1}',
    '{"a": .5}',
    '{"a": 1.}',
    '[,1]',
    '{,}',
    '}',
    ']',
    '{"a":}',
    '{1: 2}',
    '\u00a0{}',
  ])
    test(`${JSON.stringify(body)}: nothing is made up`, async () =>
      assert.match(
        await detailOf(body),
        /^Expected the body to be JSON such as \{"texts": "…"\}, received something else( at position \d+)?$/,
      ));
});

test('the scanner and JSON.parse agree about mutated JSON, and no advice throws', () => {
  const pieces = [
    '"',
    '\\',
    ',',
    ':',
    '{',
    '}',
    '[',
    ']',
    '\n',
    '\t',
    ' ',
    'u',
    'n',
    '0',
    '1',
    '-',
    '.',
    'e',
    'true',
    'null',
    "'",
    '最',
    '\ud800',
    '\0',
  ];
  const mutation = fc.record({ at: fc.nat(), removed: fc.nat(2), added: fc.constantFrom('', ...pieces) });
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), fc.array(mutation, { maxLength: 4 }), (valid, mutations) => {
      let body = valid;
      for (const { at, removed, added } of mutations) {
        const start = at % (body.length + 1);
        body = body.slice(0, start) + added + body.slice(start + removed);
      }
      jsonAdvice(body);
      assert.equal(firstFault(body) === undefined, isJson(body), JSON.stringify(body));
    }),
    { numRuns: 3000 },
  );
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
