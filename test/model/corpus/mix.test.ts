import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mixTexts } from '../../../model/corpus/mix.ts';

const parts = ['良い', '悪い。', '普通！'];

test('a text is one part or some, each ended', () => {
  const texts = mixTexts(parts, { seed: 1, count: 2000, most: 3 });
  assert.equal(texts.length, 2000);
  const sizes = [0, 0, 0, 0];
  for (const text of texts) {
    const found = text.match(/良い。|悪い。|普通！/g) ?? [];
    assert.equal(found.join(''), text);
    sizes[found.length] = (sizes[found.length] as number) + 1;
  }
  // one to 1, 2 or 3 parts, each as often: 11/18, 5/18 and 2/18 of the texts
  [0, 11 / 18, 5 / 18, 2 / 18].forEach((share, size) => {
    assert.ok(Math.abs((sizes[size] as number) / 2000 - share) < 0.04, `${size} parts: ${sizes[size]}`);
  });
  for (const part of ['良い。', '悪い。', '普通！'])
    assert.ok(texts.filter((text) => text === part).length > 300, part);
});

test('the same seed gives the same texts, another one others', () => {
  const mix = (seed: number) => mixTexts(parts, { seed, count: 50, most: 12 });
  assert.deepEqual(mix(1), mix(1));
  assert.notDeepEqual(mix(1), mix(2));
});
