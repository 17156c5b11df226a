/** The details of texts by a server on each engine: the same bytes, for one text, a list, an event and with `explain`. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { engineNames } from '../../../model/scoring/scorer.ts';
import { type Host, leanServer, start } from '../hosts.ts';

let hosts: readonly Host[];
before(async () => {
  hosts = await Promise.all(engineNames.map((engine) => start([leanServer], { HOSHI_ENGINE: engine })));
  for (const { url } of hosts) while (!(await fetch(`${url}/readyz`)).ok) await delay(50);
});
after(() => Promise.all((hosts ?? []).map((host) => host.stop())));

const texts = ['最高でした', 'xqjk 良い', '', '😀', '楽しくないし、料理も冷たい。', '\ud800', 'ふつう'];
const event = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/a', 'ce-type': 'b' };
const requests: [what: string, body: object, headers?: Record<string, string>][] = [
  ['one text', { texts: texts[1], details: true }],
  ['a list', { texts, details: true }],
  ['a list, explained', { texts, details: true, explain: true }],
  ['an empty list', { texts: [], details: true }],
  ['an event', { texts, details: true }, event],
  ['a long text', { texts: '良い映画、zzz。'.repeat(2000), details: true }],
];
for (const [what, body, headers = {}] of requests) {
  test(what, async () => {
    const answers = await Promise.all(
      hosts.map(async ({ url }) => {
        const response = await fetch(url, { method: 'POST', body: JSON.stringify(body), headers });
        const text = await response.text();
        assert.equal(response.status, 200, text);
        return text;
      }),
    );
    for (const answer of answers) assert.equal(answer, answers[0]);
  });
}

test('known is the share of known words: 良い is a term, xqjk is not', async () => {
  const response = await fetch(hosts[0]?.url ?? '', { method: 'POST', body: JSON.stringify({ texts, details: true }) });
  const { details } = (await response.json()) as { details: { known: number | null; label: string }[] };
  assert.deepEqual(
    details.map(({ known }) => known),
    [1, 0.5, null, null, 1 - 1 / 6, null, 1],
  );
  assert.deepEqual(
    details.map(({ label }) => label),
    ['positive', 'positive', 'neutral', 'positive', 'negative', 'neutral', 'neutral'],
  );
});
