import assert from 'node:assert/strict';
import { test } from 'node:test';
import { embedSvg } from '../../../../model/evaluation/report/svg.ts';

test('a drawing loses the parts that a page does not need, and gets a title', () => {
  const drawn =
    '<svg xmlns="http://www.w3.org/2000/svg" class="marks" width="40" height="20" viewBox="0 0 40 20">' +
    '<g fill="none" stroke-miterlimit="4"><g class="mark-rect" role="graphics-object" aria-label="a &lt; b">' +
    '<path class="background" aria-hidden="true" d="M0,0h0v0h0Z"/><path d="M0.123456,1e-7h10.000000001" fill="var(--blue)" opacity="1"/>' +
    '<g class="empty"><g></g></g></g><text font-family="sans-serif" transform="translate(1.25,3)">1.2345 d="0.999"</text></g></svg>';
  assert.equal(
    embedSvg(drawn, 'x', 'a < b', 'told "so"'),
    '<svg viewBox="0 0 40 20" role="img" aria-labelledby="x-title x-text"><title id="x-title">a &#60; b</title><desc id="x-text">told &#34;so&#34;</desc>' +
      '<g fill="none"><g><path d="M0.1,1e-7h10" fill="var(--blue)"/></g><text transform="translate(1.3,3)">1.2345 d="0.999"</text></g></svg>',
  );
});
