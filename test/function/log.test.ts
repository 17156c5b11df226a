/** Lines of successful requests are gathered: none is lost at the end, and all lines keep their order. */
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { functionsFramework, type Host, leanServer, logged, post, start } from './hosts.ts';

let host: Host | undefined;
afterEach(() => host?.stop());

for (const [name, args] of Object.entries({
  'the lean server': [leanServer],
  'functions-framework': functionsFramework,
}))
  test(`${name} writes the line of a request that was answered just before a signal`, async () => {
    host = await start(args, { HOSHI_LOG_SHARE: '1' });
    await post(host.url, 'first'); // loads what the last request needs
    await logged(host, 'POST /api/1/users 200');
    assert.equal((await fetch(`${host.url}/readyz?last`)).status, 200);
    host.child.kill('SIGTERM');
    await host.ended();
    assert.match(host.messages(), /GET \/readyz 200/);
  });

test('the line of a failed request takes those before it along', async () => {
  host = await start([leanServer], { HOSHI_LOG_SHARE: '1' });
  const { url } = host;
  for (let i = 0; i < 10; i++) {
    await post(url, 'good');
    await fetch(`${url}/none-${i}`);
    await logged(host, `GET /none-${i} 404`);
    assert.equal(host.messages().split('POST /api/1/users 200').length - 1, i + 1);
  }
});
