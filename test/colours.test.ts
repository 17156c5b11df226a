/**
 * Colours mean the same in the reports, on the server's page and on the terminal: which colour raises a score, and which
 * lowers it. Each medium has its own shades, so the hues are compared.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { LOWERS, RAISES } from '../cli/terminal/paint.ts';
import { colourNames, key } from '../model/evaluation/report/colours.ts';
import { packageRoot } from '../native/package-root.ts';

type Rgb = readonly [red: number, green: number, blue: number];

const read = (...names: string[]) => readFileSync(join(packageRoot, ...names), 'utf8');
const reportFolder = ['model', 'evaluation', 'report'] as const;
const reportStyle = read(...reportFolder, 'colours.css');
const page = read('function', 'pages', 'common.css') + read('function', 'pages', 'home.html');

/** Hues in degrees that deserve the name. */
const HUES = { amber: [25, 50], blue: [200, 230], green: [150, 180] } as const;

function rgbOf(hex: string): Rgb {
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb;
}

/** A colour of the cube of 6 × 6 × 6 colours in the 256 colours of a terminal. */
function terminalRgb(number: number): Rgb {
  const level = (step: number) => [0, 95, 135, 175, 215, 255][step] as number;
  const cube = number - 16;
  return [level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6)];
}

function hueOf([red, green, blue]: Rgb): number {
  const [most, least] = [Math.max(red, green, blue), Math.min(red, green, blue)];
  const width = most - least;
  assert.ok(width > 20, `expected a colour, received the grey ${[red, green, blue]}`);
  if (most === red) return (60 * (green - blue)) / width;
  return most === green ? 120 + (60 * (blue - red)) / width : 240 + (60 * (red - green)) / width;
}

function luminanceOf(colour: Rgb): number {
  const [red, green, blue] = colour.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrastOf(a: Rgb, b: Rgb): number {
  const [high, low] = [luminanceOf(a), luminanceOf(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** The values of a variable: of the light page, then of the dark one. */
function shades(style: string, name: string): Rgb[] {
  const found = Array.from(style.matchAll(new RegExp(`--${name}: (#[0-9a-f]{6});`, 'g')), ([, hex = '']) => rgbOf(hex));
  assert.equal(found.length, 2, `--${name} has a light and a dark value`);
  return found;
}

function assertHue(colour: Rgb, name: keyof typeof HUES, where: string): void {
  const [from, to] = HUES[name];
  const hue = hueOf(colour);
  assert.ok(hue >= from && hue <= to, `${where}: expected ${name}, received the hue ${hue.toFixed(0)}° of ${colour}`);
}

describe('raising and lowering a score', () => {
  for (const role of ['raises', 'lowers'] as const) {
    test(`${role}: the same name of the colour in each medium, light and dark`, () => {
      const name = colourNames[role];
      for (const shade of shades(reportStyle, role)) assertHue(shade, name, 'report');
      for (const shade of shades(page, role)) assertHue(shade, name, 'page');
      for (const number of role === 'raises' ? RAISES : LOWERS)
        assertHue(terminalRgb(number), name, `terminal ${number}`);
    });
  }

  test('each part that raises or lowers has its colour', () => {
    for (const level of [1, 2, 3, 4]) {
      assert.match(reportStyle, new RegExp(`\\.u${level} \\{[^}]*var\\(--raises\\)`));
      assert.match(reportStyle, new RegExp(`\\.d${level} \\{[^}]*var\\(--lowers\\)`));
    }
    for (const [selector, role] of [
      ['.up', 'raises'],
      ['.axis .more', 'raises'],
      ['.down', 'lowers'],
      ['.axis .less', 'lowers'],
    ] as const)
      assert.match(page, new RegExp(`^ *${selector.replaceAll('.', '\\.')} \\{[^}]*var\\(--${role}\\)`, 'm'), selector);
  });

  test('on the terminal, a deeper colour is darker, and black text is readable on all', () => {
    for (const ramp of [RAISES, LOWERS]) {
      const luminances = ramp.map((number) => luminanceOf(terminalRgb(number)));
      assert.deepEqual(
        luminances,
        luminances.toSorted((a, b) => b - a),
      );
      for (const number of ramp) assert.ok(contrastOf(terminalRgb(number), [0, 0, 0]) > 4.5, `${number}`);
    }
  });
});

describe('the roles in a report', () => {
  test('each role has a colour, light and dark, that stands out from the paper', () => {
    const papers = shades(reportStyle, 'paper');
    for (const role of Object.keys(colourNames)) {
      shades(reportStyle, role).forEach((shade, i) => {
        const contrast = contrastOf(shade, papers[i] as Rgb);
        assert.ok(contrast >= 3, `${role}: contrast ${contrast.toFixed(2)}`);
      });
    }
  });

  test('a key has the name of its colour, on that colour', () => {
    for (const [role, name] of Object.entries(colourNames)) {
      assert.equal(key(role as keyof typeof colourNames), `<span class="key ${role}">${name}</span>`);
      assert.match(reportStyle, new RegExp(`\\.key\\.${role} \\{[^}]*var\\(--${role}\\)`));
    }
    for (const shade of shades(reportStyle, 'model')) assertHue(shade, colourNames.model, 'report');
    for (const [red, green, blue] of shades(reportStyle, 'base'))
      assert.ok(Math.max(red, green, blue) - Math.min(red, green, blue) <= 20, colourNames.base);
  });

  test('only colours.css has colours, and no text names one by itself', () => {
    const files = readdirSync(join(packageRoot, ...reportFolder), { recursive: true, encoding: 'utf8' });
    for (const file of files.filter((name) => /\.(ts|css)$/.test(name) && !name.startsWith('colours.'))) {
      const content = read(...reportFolder, file);
      assert.doesNotMatch(content, /#[0-9a-f]{6}\b|\brgb\(/i, file);
      assert.doesNotMatch(content, /\b(amber|blue|orange|green|red)\b/i, file);
    }
  });
});
