// Emoji of Node's Unicode database (ICU): writes model/reference/normalization/emoji.tsv.
//
// A newer Node knows more emoji, which may change texts and scores. So the Unicode version is pinned here and changes
// only on purpose. Emoji 17.0 belongs to Unicode 17.0.
import { writeFileSync } from 'node:fs';

const UNICODE = '17.0';
const COMMAND = 'test/golden/make emoji';
const path = 'model/reference/normalization/emoji.tsv';
// 0–9, # and * are emoji only in a keycap sequence, and 〰 is a tilde in Japanese.
const left = /[0-9#*〰]/u;

if (process.versions.unicode !== UNICODE) {
  console.error(
    `emoji.mjs: expected a Node with Unicode ${UNICODE}, received Node ${process.version} with ${process.versions.unicode}`,
  );
  process.exit(1);
}

const hex = (c) => c.toString(16).toUpperCase().padStart(4, '0');

function rangesOf(isIn) {
  const ranges = [];
  for (let c = 0; c <= 0x10ffff; c++) {
    if (!isIn(String.fromCodePoint(c))) continue;
    const last = ranges.at(-1);
    if (last?.[1] === c - 1) last[1] = c;
    else ranges.push([c, c]);
  }
  return ranges;
}

const rows = (name, isIn) =>
  rangesOf(isIn).map(([first, last]) => `${first === last ? hex(first) : `${hex(first)}..${hex(last)}`}\t${name}\n`);

const table = [
  '# The property Emoji without 0-9, #, * and U+3030, and the property Emoji_Modifier (skin tones): code points, name.\n',
  `# Generated, do not edit: by Node ${process.version}, Unicode ${UNICODE}, Emoji ${UNICODE}, \`${COMMAND}\`.\n`,
  ...rows('emoji', (c) => /\p{Emoji}/u.test(c) && !/\p{Emoji_Modifier}/u.test(c) && !left.test(c)),
  ...rows('modifier', (c) => /\p{Emoji_Modifier}/u.test(c)),
].join('');
writeFileSync(path, table);
console.log(`${path}: ${Buffer.byteLength(table)} bytes`);
