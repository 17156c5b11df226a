import assert from 'node:assert/strict';
import { test } from 'node:test';
import { escapeHtml, plainText, showText } from '../../../../model/evaluation/report/html.ts';

test('markup is shown as text', () => {
  assert.equal(escapeHtml(`<b onclick='x("y")'>&amp;`), '&#60;b onclick=&#39;x(&#34;y&#34;)&#39;&#62;&#38;amp;');
  assert.equal(showText('良い</p><script>1</script>'), '良い&#60;/p&#62;&#60;script&#62;1&#60;/script&#62;');
});

test('invisible characters, and those that change the writing direction, are shown by name', () => {
  const hidden: readonly (readonly [string, string])[] = [
    ['\u0000', 'U+0000'],
    ['\r', 'U+000D'],
    ['\u001b', 'U+001B'],
    ['\u0085', 'U+0085'],
    ['\ud800', 'U+D800'],
    ['\udc00', 'U+DC00'],
    ['\u200b', 'U+200B'],
    ['\u202e', 'U+202E'],
    ['\u2066', 'U+2066'],
    ['\u2028', 'U+2028'],
    ['\ufeff', 'U+FEFF'],
    ['\uffff', 'U+FFFF'],
    ['\u{1ffff}', 'U+1FFFF'],
    ['\u{10ffff}', 'U+10FFFF'],
    ['\u{e0001}', 'U+E0001'],
  ];
  for (const [character, name] of hidden) {
    assert.equal(plainText(`あ${character}い`), `あ${name}い`);
    assert.equal(showText(`<${character}`), `&#60;<i class="hidden">${name}</i>`);
  }
});

test('visible text stays: lines, tabs, surrogate pairs, joined emoji, flags, rare kanji and their variants', () => {
  for (const text of [
    'a\n\tb',
    '𠮷野家',
    '𰻞',
    '\ufffd',
    '👨‍👩‍👧',
    '🏴\u{e0067}\u{e0062}\u{e007f}',
    '葛\u{e0100}',
    '㍿ｶﾞ＆',
    '\ue000',
  ])
    assert.equal(plainText(text), text);
});
