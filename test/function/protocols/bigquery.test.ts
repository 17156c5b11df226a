/** The remote function of BigQuery under the real server: replies, errors and limits. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { splitCalls } from '../../../function/protocols/bigquery-body.ts';
import { HttpError } from '../../../function/response.ts';
import { labelCutsOf, labelOf, labels } from '../../../model/scoring/labels.ts';
import { loadScorer } from '../../../model/scoring/load.ts';
import type { Scorer } from '../../../model/scoring/scorer.ts';
import { packageRoot } from '../../../native/package-root.ts';
import { fakeServer, type Host, leanServer, logged, start } from '../hosts.ts';

const great = 'すごい！最高に興奮した！楽しい';
const bad = 'この映画は全くだめ、楽しくない。駄作';

const send = (host: Host, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${host.url}/bigquery`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

/** A body with all that BigQuery sends. */
const request = (texts: readonly (string | null)[], context?: Record<string, string>) => ({
  requestId: '124ab1c',
  caller: '//bigquery.googleapis.com/projects/p/jobs/p:US.bquxjob_5b4c112c_17961fafeaf',
  sessionUser: 'someone@example.com',
  ...(context === undefined ? {} : { userDefinedContext: context }),
  calls: texts.map((text) => [text]),
});

async function repliesOf(response: Response): Promise<unknown[]> {
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return (JSON.parse(text) as { replies: unknown[] }).replies;
}

async function messageOf(response: Response, status: number): Promise<string> {
  const text = await response.text();
  assert.equal(response.status, status, text);
  assert.equal(response.headers.get('content-type'), 'application/json');
  assert.ok(Buffer.byteLength(text) < 1024, text);
  const error = JSON.parse(text) as { errorMessage: string };
  assert.deepEqual(Object.keys(error), ['errorMessage']);
  return error.errorMessage;
}

describe('with the shipped model', () => {
  let host: Host;
  let scorer: Scorer;
  before(async () => {
    scorer = await loadScorer({ bundlePath: join(packageRoot, 'model', 'stars'), engine: 'js' });
    host = await start([leanServer]);
    while (!(await fetch(`${host.url}/readyz`)).ok) await delay(20);
  });
  after(() => host.stop());

  test('scores, in order; null for null; an empty text has a score', async () => {
    const replies = await repliesOf(await send(host, request([great, null, '', bad])));
    assert.deepEqual(replies, [scorer.score(great), null, scorer.score(''), scorer.score(bad)]);
  });

  test('the mode score is the default, and a null context is none', async () => {
    const expected = [scorer.score(great)];
    assert.deepEqual(await repliesOf(await send(host, request([great], { mode: 'score' }))), expected);
    assert.deepEqual(await repliesOf(await send(host, request([great], {}))), expected);
    assert.deepEqual(await repliesOf(await send(host, { calls: [[great]], userDefinedContext: null })), expected);
  });

  test('labels', async () => {
    const cuts = labelCutsOf(scorer.bundle);
    const label = (text: string) => labels[labelOf(scorer.score(text), cuts)];
    const replies = await repliesOf(await send(host, request([great, null, bad, ''], { mode: 'label' })));
    assert.deepEqual(replies, [label(great), null, label(bad), label('')]);
    assert.deepEqual([label(great), label(bad)], ['positive', 'negative']);
  });

  test('explanations, each as JSON text', async () => {
    const replies = await repliesOf(await send(host, request([great, null, bad], { mode: 'explain' })));
    assert.equal(replies[1], null);
    for (const [i, text] of [great, bad].entries()) {
      const reply = replies[2 * i];
      assert.equal(typeof reply, 'string');
      assert.deepEqual(JSON.parse(reply as string), await scorer.explain(text));
    }
  });

  test('a text that is too long to explain has its score, and the query goes on', async () => {
    const long = bad.repeat(300);
    const replies = await repliesOf(await send(host, request([great, long, bad], { mode: 'explain' })));
    const explained = replies.map((reply) => JSON.parse(reply as string) as { score: number; unexplained?: string });
    assert.deepEqual(
      explained.map(({ score }) => score),
      [great, long, bad].map((text) => scorer.score(text)),
    );
    assert.deepEqual(
      explained.map(({ unexplained }) => unexplained),
      [undefined, 'Only texts of at most 4000 UTF-16 units are explained', undefined],
    );
  });

  test('more calls to explain than other requests may have', async () => {
    const texts = Array.from({ length: 300 }, (_, i) => `${great}${i}`);
    const replies = await repliesOf(await send(host, request(texts, { mode: 'explain' })));
    for (const [i, reply] of replies.entries()) {
      const { score } = JSON.parse(reply as string) as { score: number };
      assert.equal(score, scorer.score(texts[i] as string));
    }
  });

  test('a body in slices has the replies of its calls one by one, in every mode', async () => {
    const forms = [great, bad, '', '"quoted", \\ [brackets] {braces}', '改\n行', '星 😀 \ud800', 'a'.repeat(3000)];
    const texts = Array.from({ length: 20_000 }, (_, i) => (i % 11 === 0 ? null : (forms[i % forms.length] as string)));
    const body = JSON.stringify(request(texts));
    assert.ok(body.length > 4 << 18, 'larger than any body that is parsed whole');
    const response = await send(host, request(texts.slice(0, 6000)));
    const scores = new Map(forms.map((text) => [text, scorer.score(text)]));
    const expected = texts.map((text) => (text === null ? null : scores.get(text)));
    assert.deepEqual(await repliesOf(response), expected.slice(0, 6000));
    const cuts = labelCutsOf(scorer.bundle);
    const labelled = await repliesOf(await send(host, request(texts.slice(0, 6000), { mode: 'label' })));
    assert.deepEqual(
      labelled,
      expected.slice(0, 6000).map((score) => (score === null ? null : labels[labelOf(score as number, cuts)])),
    );
  });

  test('a repeat gives the same bytes', async () => {
    const texts = Array.from({ length: 1000 }, (_, i) => (i % 7 === 0 ? null : `${great}${i}`));
    const [first, second] = await Promise.all([1, 2].map(async () => (await send(host, request(texts))).text()));
    assert.equal(first, second);
  });

  test('scores of all slices are counted', async () => {
    const count = async () => {
      const metrics = await (await fetch(`${host.url}/metrics`)).text();
      return Number(/^score_value_count (\d+)$/m.exec(metrics)?.[1]);
    };
    const before = await count();
    await repliesOf(await send(host, request(Array(5000).fill(great))));
    assert.equal((await count()) - before, 5000);
    await repliesOf(await send(host, request(Array(250).fill(great), { mode: 'explain' })));
    assert.equal((await count()) - before, 5250);
    const metrics = await (await fetch(`${host.url}/metrics`)).text();
    assert.match(metrics, /^http_server_request_duration_seconds_count\{.*http_route="\/bigquery".*\} \d+$/m);
  });

  const refused: [what: string, body: unknown, status: number, message: RegExp][] = [
    [
      'another mode',
      request([great], { mode: 'stars' }),
      400,
      /^Expected "mode" of "userDefinedContext" to be "score", "label", "explain", received another string \(#\/userDefinedContext\/mode\)$/,
    ],
    [
      'a slip in the name of the mode',
      request([great], { Mode: 'label' }),
      400,
      /^Expected "mode" in "userDefinedContext"/,
    ],
    [
      'two arguments',
      { calls: [[great, 'x']] },
      400,
      /^Expected each of "calls" to have one value, received 2\. Define the function with one argument, the text: NAME\(text STRING\) \(#\/calls\/0\)$/,
    ],
    ['no argument', { calls: [[great], []] }, 400, /one value, received 0.*\(#\/calls\/1\)$/],
    [
      'a number',
      { calls: [[great], [3]] },
      400,
      /^Expected the text of each of "calls" to be a string or null, received number \(#\/calls\/1\/0\)$/,
    ],
    [
      'a call that is no list',
      { calls: [great] },
      400,
      /^Expected each of "calls" to be a list, received string \(#\/calls\/0\)$/,
    ],
    ['no calls', { userDefinedContext: {} }, 400, /^Expected "calls" in the body, received none\. Send \{"calls": /],
    ['null as the calls', { calls: null }, 400, /^Expected "calls" to be a list, received null/],
    ['a list', [great], 400, /^Expected the body to be an object, received array/],
    ['not JSON', '{"calls": [[', 400, /^Expected the body to be JSON such as/],
    [
      'a number in a late slice',
      { calls: [...Array(5000).fill([great]), [7]] },
      400,
      /received number \(#\/calls\/5000\/0\)$/,
    ],
    [
      'a fault in a late slice',
      `{"calls":[${'["aaaaaaaaaaaaaaaaaaaa"],'.repeat(20_000)}["a" "b"]]}`,
      400,
      /^Expected "calls" to be JSON, .*#\/calls\/\d+\)$/,
    ],
    [
      'a comma after the last call',
      `{"calls":[${'["aaaaaaaaaaaaaaaaaaaa"],'.repeat(20_480)}]}`,
      400,
      /after the last comma/,
    ],
    [
      'too many calls',
      { calls: Array(70_000).fill([null]) },
      413,
      /^Expected at most 65536 calls, received more\. .*max_batching_rows/,
    ],
    [
      'too much text',
      { calls: Array(1000).fill(['\ufdfa'.repeat(1300)]) },
      413,
      /^Expected calls of at most 8388608 units of work together, received \d+\. Define the function with max_batching_rows = \d00\. HOSHI_BIGQUERY_WORK_LIMIT_UNITS sets/,
    ],
    ['too many calls to explain', request(Array(500).fill(great), { mode: 'explain' }), 413, /max_batching_rows = 200/],
    [
      'too much text to explain',
      request(Array(100).fill(great.repeat(60)), { mode: 'explain' }),
      413,
      /^Expected texts of at most 64000 UTF-16 units together to explain, received 90000\. Define the function with max_batching_rows = 30/,
    ],
    [
      'too large a body',
      `{"calls":[["${'a'.repeat(5 << 20)}"]]}`,
      413,
      /^Expected a body of at most 4194304 bytes, received more\. HOSHI_BIGQUERY_BODY_LIMIT_BYTES sets this limit\. Define the function with a smaller max_batching_rows$/,
    ],
    [
      'too long a text',
      { calls: [['a'.repeat(2 << 20)]] },
      413,
      /^Expected each of "calls" to have at most 1048576 bytes/,
    ],
  ];
  for (const [what, body, status, message] of refused)
    test(`${what}: ${status}, which BigQuery does not send again`, async () => {
      const received = await messageOf(await send(host, body), status);
      assert.match(received, message);
      assert.doesNotMatch(received, /すごい/);
    });

  test('GET is refused, and names POST; HEAD and OPTIONS, too', async () => {
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT']) {
      const response = await fetch(`${host.url}/bigquery`, { method });
      assert.equal(response.status, 405, method);
      assert.equal(response.headers.get('allow'), 'POST');
    }
  });

  test('a request of BigQuery to another path is told where it belongs', async () => {
    const response = await fetch(host.url, { method: 'POST', body: JSON.stringify(request([great])) });
    const { detail } = (await response.json()) as { detail: string };
    assert.match(detail, /looks like a request of a remote function of BigQuery\. POST it to \/bigquery$/);
  });
});

describe('statuses that BigQuery sends again', () => {
  let host: Host;
  before(async () => {
    host = await start([fakeServer], { HOSHI_QUEUE_LIMIT_UNITS: '10000' });
  });
  after(() => host.stop());

  test('503 with Retry-After while too much text waits', async () => {
    const first = send(host, request(Array(100).fill('slow')));
    while (!host.messages().includes('slow begins')) await delay(5);
    const second = await send(host, request(Array(100).fill('slow')));
    assert.equal(second.headers.get('retry-after'), '1');
    assert.match(await messageOf(second, 503), /^Too much text is waiting to be scored/);
    assert.equal((await repliesOf(await first)).length, 100);
  });

  test('two batches are in work, others wait for their turn, and each is answered; a single call does not wait', async () => {
    const batch = Array(1000).fill('slow');
    const began = host.messages().split('slow begins').length;
    const batches = Array.from({ length: 6 }, async () => {
      for (;;) {
        const response = await send(host, request(batch));
        if (response.status === 200) return repliesOf(response);
        assert.match(await messageOf(response, 503), /^Too much text is waiting/); // two batches are over the queue's limit
        await delay(50);
      }
    });
    while (host.messages().split('slow begins').length === began) await delay(5);
    assert.deepEqual(await repliesOf(await send(host, request(['ab']))), [2]);
    for (const replies of await Promise.all(batches)) assert.deepEqual(replies, Array(1000).fill(4));
  });

  test('after an error, the next batch has its turn', async () => {
    const wrong = request([...Array(1000).fill('good'), 7 as unknown as string]);
    for (let i = 0; i < 5; i++) await messageOf(await send(host, wrong), 400);
    assert.equal((await repliesOf(await send(host, request(Array(1000).fill('good'))))).length, 1000);
  });

  test('an error that nobody planned is a bare 500', async () => {
    assert.equal(await messageOf(await send(host, request(['boom'])), 500), 'The request could not be answered');
  });
});

test('a batch whose client has gone while it waited is not scored, and the next one has its turn: 499', async (context) => {
  const host = await start([fakeServer], { FAKE_SLOW_MS: '1000' });
  context.after(() => host.stop());
  const batch = request(Array(1000).fill('slow'));
  const slows = () => host.messages().split('slow begins').length - 1;
  const inWork = [send(host, batch), send(host, batch)];
  while (slows() < 2) await delay(5);
  const gone = new AbortController();
  const waiting = Array.from({ length: 3 }, () =>
    fetch(`${host.url}/bigquery`, { method: 'POST', body: JSON.stringify(batch), signal: gone.signal }),
  );
  await delay(200);
  gone.abort();
  await Promise.allSettled(waiting);
  for (const response of await Promise.all(inWork)) assert.equal((await repliesOf(response)).length, 1000);
  assert.equal((await repliesOf(await send(host, batch))).length, 1000);
  assert.equal(slows(), 3);
  await logged(host, '/bigquery 499 ');
});

test('more than 64 waiting batches: 503 with Retry-After', async (context) => {
  const host = await start([fakeServer], { FAKE_SLOW_MS: '1000' });
  context.after(() => host.stop());
  const batch = request(Array(1000).fill('slow'));
  const inWork = [send(host, batch), send(host, batch)];
  while (host.messages().split('slow begins').length < 3) await delay(5);
  const small = request(Array(1000).fill('a'));
  const responses = await Promise.all(Array.from({ length: 65 }, () => send(host, small)));
  const problems = responses.filter(({ status }) => status !== 200);
  for (const { headers } of problems) assert.equal(headers.get('retry-after'), '1');
  const messages = await Promise.all(problems.map((response) => messageOf(response, 503)));
  // Others may be shed because the slow batches are in work for too long.
  const full = messages.filter((message) =>
    message.startsWith('Expected at most 64 waiting batches, received one more'),
  );
  assert.equal(full.length, 1);
  for (const response of await Promise.all(inWork)) await repliesOf(response);
});

test('a body is cut at calls only, whatever is in its strings', async () => {
  const limits = { maxTexts: 100_000, setBy: 'HOSHI_BIGQUERY_WORK_LIMIT_UNITS' } as const;
  const texts = ['"', '\\', '\\"', '],[', '{"calls":[', '[[[', '}', '星', '\\\\'];
  const calls = Array.from({ length: 9000 }, (_, i) => [texts[i % texts.length]]);
  for (const body of [
    { calls, userDefinedContext: { mode: 'label' } },
    { userDefinedContext: { calls: ['x'] }, x: '"calls":[', y: [[['"']]], calls, z: 1 },
  ]) {
    const spaced = JSON.stringify(body, undefined, 1);
    for (const json of [JSON.stringify(body), spaced, `\ufeff${spaced}`]) {
      const { head, slices } = await splitCalls(Buffer.from(json), limits, 1000);
      assert.ok(slices.length >= 8);
      assert.deepEqual(JSON.parse(head), { ...body, calls: [] });
      assert.deepEqual(
        slices.flatMap((slice) => JSON.parse(`[${Buffer.from(slice)}]`)),
        calls,
      );
    }
  }
  // A string that is longer than a round, and whose quotes and backslashes fall on the ends of rounds.
  for (const shift of [0, 1, 2, 3]) {
    const long = [['x'.repeat(shift) + '\\"'.repeat(400_000)], ['],[']];
    const { slices } = await splitCalls(Buffer.from(JSON.stringify({ calls: long })), limits, 4 << 20);
    assert.deepEqual(
      slices.flatMap((slice) => JSON.parse(`[${Buffer.from(slice)}]`)),
      long,
    );
  }
  for (const json of ['', '[]', '{"calls":{}}', '{"call":[]}', '{"a":{"calls":[]}}', '{"calls":[["a"]'])
    await assert.rejects(splitCalls(Buffer.from(json), limits, 1000), HttpError, json);
});
