/**
 * Hostile texts through the whole native engine with the shipped model: scores and explanations take linear time. Each
 * text repeats a piece that is dear for a stage: the normalizer, the analyzer, the term rules, or the occurrences of an
 * explanation. CPU time is compared with that of a shorter text, because other processes may use the machine.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { loadScorer } from '../../model/scoring/load.ts';
import type { Scorer } from '../../model/scoring/scorer.ts';
import { packageRoot } from '../../native/package-root.ts';

const pieces: Readonly<Record<string, string>> = {
  'U+FDFA, which becomes 18 units': '\ufdfa',
  'a character that becomes six kana': '㌖',
  'marks that must be sorted': '\u3099\u0301\u0327\u0323\u0345',
  'kana with a mark of their own': 'か\u3099',
  'half-width kana': 'ｶﾞ',
  'long vowel marks': 'ー',
  'vowels with long vowel marks': 'あー',
  'vowels with tildes': 'か〜あ',
  'one vowel': 'あ',
  'long adjectives': 'すごーい',
  katakana: 'ア',
  'katakana with long vowel marks': 'アー',
  'katakana with tildes': 'ア〜',
  'katakana that contains a written form': 'サイコーア',
  'adjectives in katakana': 'スゴイ、',
  'the beginning of adjectives in katakana': 'ヤバい',
  'emoji joined by U+200D': '👨\u200d',
  'regional indicators': '🇯',
  'skin tones': '🏽',
  kaomoji: '(^^)',
  'the beginning of a kaomoji': '（＾＿＾',
  w: 'w',
  'pairs of w': 'ww ',
  'lone surrogates': '\ud800',
  'U+0000': '\0',
  negators: 'ない',
  'negators in a phrase': 'しかない',
  'the beginning of a phrase': 'しか',
  'auxiliary verbs of a phrase': 'ます',
  'particles of a phrase': 'で',
  'the longest phrase': 'なければならない',
  'questions that do not negate': 'じゃない？',
  'concessive particles': '良いが',
  'concessive sentences': '良いが、悪い。',
  'one sentence without an end': 'この店はとても美味しくて楽しいけれど値段が高いので行かない',
  'full stops': '。',
  'line feeds': '\n',
  'one kanji': '国',
  'one particle': 'と',
};

/** The least CPU time of some runs, of all threads, in milliseconds. */
async function cpuTime(times: number, work: () => unknown): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < times; i++) {
    const start = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

describe('hostile texts: 16 times the text takes at most 120 times as long', () => {
  let scorer: Scorer;
  before(async () => {
    scorer = await loadScorer({ bundlePath: join(packageRoot, 'model', 'stars'), engine: 'native' });
    await scorer.explain('最高'); // reads what explanations need
  });

  for (const [name, piece] of Object.entries(pieces)) {
    test(name, async () => {
      const [short, long] = [2 ** 16, 2 ** 20].map((units) => piece.repeat(units / piece.length)) as [string, string];
      for (const work of [(text: string) => scorer.score(text), (text: string) => scorer.explain(text)]) {
        const before = await cpuTime(3, () => work(short));
        const after = await cpuTime(1, () => work(long));
        assert.ok(after < 120 * Math.max(before, 0.5), `${before} ms for 2^16 units, ${after} ms for 2^20`);
      }
    });
  }
});
