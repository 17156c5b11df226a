/** `.ci/audit` against registries that answer, that find a vulnerability, and that answer no audits. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { packageRoot } from '../../native/package-root.ts';
import { serveSmall } from '../fixtures/small-server.ts';

const BULK = '/-/npm/v1/security/advisories/bulk';

/** Runs `.ci/audit` with a registry that answers audits so. */
async function audit(t: TestContext, answer: (response: ServerResponse) => void) {
  const { port } = await serveSmall(t, (request, response) => {
    request.resume().on('end', () => {
      if (request.url === BULK) answer(response);
      else response.writeHead(404).end('{}');
    });
  });
  const env = { ...process.env, npm_config_registry: `http://127.0.0.1:${port}` };
  return new Promise<{ code: unknown; stdout: string }>((resolve) => {
    execFile(join(packageRoot, '.ci', 'audit'), { env }, (error, stdout) =>
      resolve({ code: error?.code ?? 0, stdout }),
    );
  });
}

test('no advisory: succeeds', async (t) => {
  assert.deepEqual(await audit(t, (response) => response.end('{}')), {
    code: 0,
    stdout: 'npm audit: 0 vulnerable packages\n',
  });
});

test('an advisory for a package that serves: fails, and names the package', async (t) => {
  const advisory = { id: 1, url: 'https://example.com', title: 'Bad', severity: 'high', vulnerable_versions: '<1' };
  const { code, stdout } = await audit(t, (response) => response.end(JSON.stringify({ kuromoji: [advisory] })));
  assert.match(stdout, /^kuromoji .*: high: Bad\nnpm audit: 1 vulnerable packages\n$/);
  assert.equal(code, 1);
});

test('a registry without audits: succeeds, and says so', async (t) => {
  const { code, stdout } = await audit(t, (response) => response.writeHead(405).end());
  assert.match(stdout, /^skipped: the registry does not answer `npm audit`: 405 /);
  assert.equal(code, 0);
});
