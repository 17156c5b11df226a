/** kuromoji's tokens of the texts: writes kuromoji.json (format: `KuromojiGolden` in golden.ts). */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { hostile, sentences, textOf } from './texts.mjs';
import { isPlain, loadKuromoji, tokensOf, version } from './tokenize.mjs';

const law = await loadKuromoji();
const features = new Map(); // line → its index

function golden(text) {
  const whole = textOf(text);
  const tokens = tokensOf(law, whole);
  if ((tokens.at(-1)?.end ?? 0) !== whole.length)
    console.error('expected the tokens to end with the text:', JSON.stringify(text));
  const indexOf = (line) => features.get(line) ?? features.set(line, features.size).get(line);
  return {
    text,
    ends: tokens.map(({ end }) => end),
    known: tokens.map(({ type }) => (type === 'KNOWN' ? 'K' : 'U')).join(''),
    features: tokens.map((token) => indexOf(token.features)),
    ...(Array.from(whole).every(isPlain) ? {} : { unfixed: unfixed(whole) }),
  };
}

/** kuromoji's result for the original text, without replacing the characters that it cannot process. */
function unfixed(text) {
  try {
    return law.tokenize(text).map(({ surface_form }) => surface_form);
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
}

/** Every UTF-16 unit once, in 256 blocks. Each block is a text of 256 consecutive units. */
function sweep() {
  return Array.from({ length: 256 }, (_, block) => {
    const units = Array.from({ length: 256 }, (_, i) => String.fromCharCode(block * 256 + i));
    const ends = tokensOf(law, units.join('')).map(({ end }) => end);
    return createHash('sha256').update(ends.join(' ')).digest('hex').slice(0, 16);
  });
}

/**
 * JSON with readable Japanese and nothing invisible: every other character outside ASCII is escaped, lone surrogates
 * too.
 */
function compact(value) {
  return JSON.stringify(value).replace(
    /[^ -~\u3001-\u3003\u3005-\u3098\u309b-\u30ff\u4e00-\u9fa5\uff01-\uff5e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const texts = [...hostile, ...sentences].map(golden);
const members = {
  header: {
    program: 'kuromoji (npm)',
    version,
    node: process.versions.node,
    unicode: process.versions.unicode,
    command: 'test/golden/make kuromoji',
  },
  features: [...features.keys()],
  sweep: sweep(),
};
const lines = Object.entries(members).map(([name, value]) => `${compact(name)}:${compact(value)},\n`);
const json = `{\n${lines.join('')}"texts":[\n${texts.map(compact).join(',\n')}\n]\n}\n`;
writeFileSync(new URL('kuromoji.json', import.meta.url), json);
console.log(`test/golden/kuromoji.json: ${Buffer.byteLength(json)} bytes`);
