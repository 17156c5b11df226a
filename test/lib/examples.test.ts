/** The examples of lib/README.md: each program prints the text below it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { packageRoot } from '../../native/package-root.ts';
import { Consumer } from '../fixtures/consumer.ts';

const page = readFileSync(join(packageRoot, 'lib', 'README.md'), 'utf8');
const examples = Array.from(
  page.matchAll(/```js\n(.*?)```\n\n```text\n(.*?)```/gs),
  ([, program = '', output = '']) => ({
    program,
    output,
  }),
);
const consumer = new Consumer();
after(() => consumer.remove());

test('each program of the page has its output, except the one line for functions-framework', () => {
  assert.equal(page.match(/```js\n/g)?.length, examples.length + 1);
  assert.equal(examples.length, 5);
});

for (const [i, { program, output }] of examples.entries())
  test(`example ${i + 1} prints what the page says`, async () => {
    consumer.write(`example-${i}.js`, program);
    const { stdout, stderr, code } = await consumer.node([`example-${i}.js`]);
    assert.deepEqual({ stdout, stderr, code }, { stdout: output, stderr: '', code: 0 });
  });
