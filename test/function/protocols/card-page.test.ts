/** Cards as HTML. A bundle may come from anyone, so nothing in its card may run, load or lead to a script. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { renderCards } from '../../../function/protocols/card-page.ts';

const html = (markdown: string) => renderCards([{ language: 'en', markdown }], 'en');

describe('a card as HTML', () => {
  test('headings, lists, tables and code', () => {
    const page = html('# stars\n\n- `a`\n\n| a | b |\n| - | -: |\n| 1 | 2 |\n\n```sh\nls <x>\n```\n');
    for (const part of ['<h1>stars</h1>', '<li><code>a</code></li>', '<td>2</td>', 'ls &lt;x&gt;\n</code>'])
      assert.ok(page.includes(part), `${part} in ${page}`);
    assert.doesNotMatch(page, /style=/, 'the policy forbids style attributes');
  });

  for (const [what, markdown] of [
    ['a script', '<script>alert(1)</script>'],
    ['an attribute', 'a <b onclick="alert(1)">b</b>'],
    ['an image', '![a](https://example.com/a.png)'],
    ['a link to a script', '[a](javascript:alert(1))'],
    ['a link to a script, in capitals and with spaces', '[a](  JavaScript:alert(1))'],
    ['a link to data', '[a](data:text/html,x)'],
    ['a link to another server by its path', '[a](//example.com/a)'],
    ['an autolink to a script', '<javascript:alert(1)>'],
    ['code that ends itself', '```\n</code></pre><script>alert(1)</script>\n```'],
    ['the name of a language', `\`\`\`"><script>\n${'a\n'.repeat(31)}\`\`\``],
    ['the end of the article', '</article><script>'],
  ] as const)
    test(`${what} is text`, () => {
      const page = html(markdown);
      assert.doesNotMatch(page, /<(?:script|b|img|a)\b/i, page);
      assert.equal(page.match(/<\/article>/g)?.length, 1);
    });

  test('links to https, addresses and places of the page stay', () => {
    const page = html('[a](https://example.com/) [b](mailto:a@example.com) [c](#d)');
    assert.equal(page.match(/<a href="(?:https:\/\/example\.com\/|mailto:a@example\.com|#d)">/g)?.length, 3);
  });

  test('long code is closed at first, and says its length', () => {
    assert.match(html(`\`\`\`json\n${'1\n'.repeat(31)}\`\`\``), /<details><summary>json \(31 lines\)<\/summary><pre/);
    assert.doesNotMatch(html(`\`\`\`json\n${'1\n'.repeat(30)}\`\`\``), /<details>/);
  });

  test('a line break between Japanese characters is no space', () => {
    assert.ok(html('星の\n数').includes('星の数'));
    assert.ok(html('a\nb').includes('a\nb'));
  });

  test('a card of over 32 Ki units is shown as it is written, at once', () => {
    const began = performance.now();
    const page = html(`${'['.repeat(1 << 19)}<b>`);
    assert.match(page, /^<article lang="en">\n<pre tabindex="0">\[+&lt;b&gt;<\/pre>\n<\/article>$/);
    assert.ok(performance.now() - began < 1000);
  });

  test('the preferred card is visible, or else the first', () => {
    const cards = [
      { language: 'en', markdown: 'one' },
      { language: 'ja', markdown: '一' },
    ] as const;
    assert.match(renderCards(cards, 'ja'), /<article lang="en" hidden>[\s\S]*<article lang="ja">/);
    assert.match(renderCards(cards.slice(0, 1), 'ja'), /^<article lang="en">/);
  });
});
