/**
 * Writes the input of training.py to stdout, as JSON: the text of a model that hoshi trains with a linear leaf, and rows.
 * It runs the compiled fixture, so build hoshi first.
 */
import { trainedLeafModel } from '../../dist/test/fixtures/trained-leaf.js';

const { text, rows } = await trainedLeafModel();
const lists = {
  columns: rows.map(({ columns }) => [...columns]),
  values: rows.map(({ values }) => [...values]),
};
process.stdout.write(JSON.stringify({ text, rows: lists }));
