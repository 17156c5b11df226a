/** The lines that are due, and the trace of a request. observed.test.ts reads the log of a server. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AccessLog, LineLimit, traceOf } from '../../function/access-log.ts';
import { escapeControls } from '../../function/log.ts';

test('of each failed status a few lines per second are due, so that no flood fills the log', () => {
  const accessLog = new AccessLog({ logShare: 0, project: undefined, labels: {} });
  for (const status of [400, 404, 405, 413, 500, 503]) {
    let due = 0;
    for (let i = 0; i < 1000; i++) due += Number(accessLog.isDue(status));
    assert.ok(due >= 10 && due <= 20, `${due} lines of ${status}, in one second or two`);
  }
  let errors = 0;
  for (let i = 0; i < 1000; i++) errors += Number(accessLog.isErrorDue());
  assert.ok(errors >= 10 && errors <= 20, `${errors}`);
  assert.equal(accessLog.isDue(200), false);
});

test('a limit of lines may be for longer than a second', () => {
  const limit = new LineLimit(2, 1e6);
  assert.deepEqual([limit.take(), limit.take(), limit.take(), limit.take()], [true, true, false, false]);
  assert.deepEqual([limit.takeSkipped(), limit.takeSkipped()], [2, 0]);
});

test('control characters are escaped in a line, and JSON means the same', () => {
  const hostile = 'a\u001b[31m\u009b31m\u0000\u007f\u2028星😀\n\tb';
  assert.equal(escapeControls(hostile), 'a\\u001b[31m\\u009b31m\\u0000\\u007f\\u2028星😀\n\tb');
  assert.equal(JSON.parse(escapeControls(JSON.stringify(hostile))), hostile);
});

const id = '4bf92f3577b34da6a3ce929d0e0e4736';

// The first is the example of the W3C recommendation "Trace Context", section 3.2.4.
test("W3C's traceparent", () => {
  const expected = { traceId: id, spanId: '00f067aa0ba902b7', isSampled: true };
  assert.deepEqual(traceOf({ traceparent: `00-${id}-00f067aa0ba902b7-01` }), expected);
  assert.deepEqual(traceOf({ traceparent: `00-${id}-00f067aa0ba902b7-00` }), { ...expected, isSampled: false });
  assert.deepEqual(traceOf({ traceparent: `cc-${id}-00f067aa0ba902b7-01-what-comes-later` }), expected);
});

test("Google's X-Cloud-Trace-Context", () => {
  const trace = (header: string) => traceOf({ 'x-cloud-trace-context': header });
  assert.deepEqual(trace(`${id.toUpperCase()}/255;o=1`), { traceId: id, spanId: '00000000000000ff', isSampled: true });
  assert.deepEqual(trace(`${id}/255`), { traceId: id, spanId: '00000000000000ff', isSampled: false });
  assert.deepEqual(trace(id), { traceId: id, spanId: undefined, isSampled: false });
});

test('the W3C header takes precedence', () => {
  const both = { traceparent: `00-${id}-00f067aa0ba902b7-01`, 'x-cloud-trace-context': `${'1'.repeat(32)}/1` };
  assert.equal(traceOf(both)?.traceId, id);
});

for (const traceparent of [
  '',
  'x',
  `ff-${id}-00f067aa0ba902b7-01`,
  `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
  `00-${id}-${'0'.repeat(16)}-01`,
  `00-${id.toUpperCase()}-00f067aa0ba902b7-01`,
  `00-${id}-00f067aa0ba902b7-01-more`,
  `00-${id}-00f067aa0ba902b7-01, 00-${id}-00f067aa0ba902b7-01`,
]) {
  test(`not a trace: ${JSON.stringify(traceparent)}`, () => {
    assert.equal(traceOf({ traceparent }), undefined);
    assert.equal(traceOf({ 'x-cloud-trace-context': traceparent }), undefined);
  });
}
