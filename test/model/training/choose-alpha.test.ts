import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseAlpha } from '../../../model/training/choose-alpha.ts';

const candidates = [0.25, 0.5, 1, 2, 4, 8, 16];

async function choose(lossOf: (alpha: number) => number, among = candidates) {
  const met: number[] = [];
  const { alpha, loss } = await chooseAlpha(among, async (candidate) => {
    met.push(candidate);
    return { loss: lossOf(candidate) };
  });
  assert.equal(loss, lossOf(alpha));
  return { alpha, met };
}

test('the candidate of the lowest loss is found from the middle, without the candidates beyond the next worse one', async () => {
  for (const best of candidates) {
    const { alpha, met } = await choose((candidate) => Math.abs(Math.log(candidate / best)));
    assert.equal(alpha, best);
    assert.equal(new Set(met).size, met.length);
  }
  assert.deepEqual((await choose((alpha) => Math.abs(alpha - 4))).met, [2, 4, 8]);
  assert.deepEqual((await choose((alpha) => Math.abs(alpha - 1))).met, [2, 4, 1, 0.5]);
});

test('of equal losses the first one met wins, and one candidate is enough', async () => {
  assert.equal((await choose(() => 1)).alpha, 2);
  assert.deepEqual(await choose((alpha) => alpha, [3]), { alpha: 3, met: [3] });
});
