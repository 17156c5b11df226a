/**
 * service.yaml with only the image replaced: it is accepted without a warning, gets ready, and answers through the
 * gateway.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch, missingBrowser, untilSeen, visit } from '../browser/chromium.ts';
import { hoshi } from '../fixtures/hoshi.ts';
import { hoshiService, Namespace } from './cluster.ts';
import type { Printed } from './command.ts';
import { ask, askScore, gatewayFor } from './gateway.ts';

/** The examples of the original's README. */
const EXAMPLES = [
  'すごい！最高に興奮した！楽しい',
  '特殊な映画 クリストファー・ノーランらしさ全開だと感じました。この緊迫感、絶望感、暗さ。ダークナイトを思い出します。昼のシーンが多く画面や映像が暗い訳ではないのですが、なんとなく雰囲気が暗い。でもこの暗さがいい味を出してます。分かりやすい娯楽映画ばかり観ている人には理解しにくいかも。',
  'この映画は全くだめ、楽しくない。駄作',
];

describe('service.yaml', () => {
  let space: Namespace;
  let host: string;

  let printed: Printed;

  before(async () => {
    space = await Namespace.make('service');
    printed = await space.deploy(await hoshiService());
    host = await space.hostOf('hoshi');
  });
  after(() => space?.remove());

  test('is accepted without a warning and gets ready', () => {
    assert.match(printed.stdout, /^service\.serving\.knative\.dev\/hoshi created\n$/);
    assert.equal(printed.stderr, '');
  });

  test('runs as an unprivileged user on a read-only file system', async () => {
    const [pod] = await space.alivePods('hoshi');
    assert.ok(pod);
    const path = '{.spec.containers[?(@.name=="hoshi")].securityContext}';
    const { stdout } = await space.kubectl('get', 'pod', pod.metadata.name, '-o', `jsonpath=${path}`);
    const { runAsNonRoot, readOnlyRootFilesystem, allowPrivilegeEscalation, capabilities } = JSON.parse(stdout);
    assert.deepEqual(
      { runAsNonRoot, readOnlyRootFilesystem, allowPrivilegeEscalation, capabilities },
      {
        runAsNonRoot: true,
        readOnlyRootFilesystem: true,
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
      },
    );
  });

  test("answers the original's three examples as the command line does", async () => {
    const { stdout } = await hoshi(['score'], EXAMPLES.map((text) => `${text}\n`).join(''));
    const expected = stdout.trimEnd().split('\n').map(Number);
    const answers = [];
    for (const text of EXAMPLES) answers.push(await askScore(host, text));
    assert.deepEqual(
      answers.map(({ status, body }) => [status, JSON.parse(body)]),
      expected.map((score) => [200, { score }]),
    );
  });

  test('greets a client that is not a browser at /', async () => {
    const { status, body } = await ask(host);
    assert.deepEqual([status, body.trim()], [200, 'Hello Machine Learning !']);
  });

  test('shows its page, which scores a text', { skip: missingBrowser ?? false, timeout: 60_000 }, async () => {
    const { hostname, port } = gatewayFor(host);
    const browser = await launch(`--host-resolver-rules=MAP ${host} ${hostname}:${port || 80}`);
    try {
      const { page, leave } = await visit(browser, `http://${host}`);
      await page.locator('#text').fill(EXAMPLES[2] as string);
      const { score } = JSON.parse((await askScore(host, EXAMPLES[2] as string)).body) as { score: number };
      await untilSeen(
        () => page.locator('#score').textContent(),
        (seen) => seen === score.toFixed(2),
      );
      await leave();
    } finally {
      await browser.close();
    }
  });
});
