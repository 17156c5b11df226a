/** A page of another origin in Chromium: it reads scores only if HOSHI_CORS_ORIGINS lists its origin. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { type Host, leanServer, start } from '../function/hosts.ts';
import { launch, missingBrowser } from './chromium.ts';

const TEXT = 'すごい！最高に興奮した！楽しい';

/** What a page has read of a response, or the name of the error of `fetch`. */
type Reading =
  | { readonly status: number; readonly body: { score?: number; detail?: string }; readonly requestId: string | null }
  | { readonly error: string };

describe('a page of another origin', { skip: missingBrowser ?? false }, () => {
  let site: Server;
  let origin: string;
  let browser: Browser;
  before(async () => {
    site = createServer((_request, response) =>
      response.setHeader('Content-Type', 'text/html').end('<title>x</title>'),
    );
    site.listen(0, '127.0.0.1');
    await once(site, 'listening');
    origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    site?.close();
  });

  /** Sends the body from a page of `origin`, as JSON (after a preflight) or as a text (without one). */
  async function read(host: Host, body: string, type: string): Promise<Reading> {
    const page = await browser.newPage();
    await page.goto(origin);
    const script = `(async () => {
      try {
        const headers = { 'Content-Type': ${JSON.stringify(type)} };
        const response = await fetch('${host.url}/api/1/users', { method: 'POST', headers, body: ${JSON.stringify(body)} });
        return { status: response.status, body: await response.json(), requestId: response.headers.get('X-Request-Id') };
      } catch (error) {
        return { error: error.name };
      }
    })()`;
    const reading = (await page.evaluate(script)) as Reading;
    await page.close();
    return reading;
  }

  const TYPES = ['application/json', 'text/plain'];
  const withHost = async (environment: Record<string, string>, check: (host: Host) => Promise<void>) => {
    const host = await start([leanServer], environment);
    try {
      await check(host);
    } finally {
      await host.stop();
    }
  };

  for (const [what, origins] of [
    ['its origin', () => `https://other.example,${origin}`],
    ['any origin', () => '*'],
  ] as const)
    test(`HOSHI_CORS_ORIGINS with ${what}: it reads scores, errors and headers`, { timeout: 120_000 }, () =>
      withHost({ HOSHI_CORS_ORIGINS: origins() }, async (host) => {
        const answer = await fetch(host.url, { method: 'POST', body: JSON.stringify({ texts: TEXT }) });
        const { score } = (await answer.json()) as { score: number };
        for (const type of TYPES) {
          const reading = await read(host, JSON.stringify({ texts: TEXT }), type);
          assert.ok('status' in reading, JSON.stringify(reading));
          assert.deepEqual([reading.status, reading.body], [200, { score }]);
          assert.match(reading.requestId ?? '', /./);
          const refused = await read(host, '{}', type);
          assert.ok('status' in refused, JSON.stringify(refused));
          assert.equal(refused.status, 400);
          assert.match(refused.body.detail ?? '', /Expected "texts"/);
        }
      }),
    );

  for (const [what, environment] of [
    ['without HOSHI_CORS_ORIGINS', {}],
    ['with another origin', { HOSHI_CORS_ORIGINS: 'https://other.example' }],
  ] as const)
    test(`${what}, it reads nothing`, { timeout: 120_000 }, () =>
      withHost(environment, async (host) => {
        for (const type of TYPES)
          assert.deepEqual(await read(host, JSON.stringify({ texts: TEXT }), type), { error: 'TypeError' });
      }),
    );
});
