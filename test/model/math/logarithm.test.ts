import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LOGARITHM_TABLE_SIZE, logarithm, makeLogarithmTable } from '../../../model/math/logarithm.ts';

const table = makeLogarithmTable();

test('counts in the table give the entry of the table', () => {
  for (const count of [1, 2, 3, 1023]) assert.equal(logarithm(table, count), Math.log(count));
  assert.equal(table.length, LOGARITHM_TABLE_SIZE);
});

test('higher counts are within two ulps of the logarithm', () => {
  for (let count = 1024; count < 2 ** 40; count = Math.floor(count * 1.0137) + 1) {
    const error = Math.abs(logarithm(table, count) - Math.log(count));
    assert.ok(error <= 2 * Number.EPSILON * Math.log(count), `ln(${count}) is off by ${error}`);
  }
});
