/**
 * Drives Chromium against a server on this machine. Each page must stay quiet: no error on its console, no violation of
 * its policy, no request to another server. A test names the errors that it provokes.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { until } from '../fixtures/until.ts';

const executablePath = process.env.CHROMIUM || '/usr/bin/chromium';

/** The reason why there is no browser. Undefined if there is a browser, or if CHROMIUM_REQUIRED=1 demands one. */
export const missingBrowser =
  existsSync(executablePath) || process.env.CHROMIUM_REQUIRED === '1'
    ? undefined
    : `${executablePath} is missing: apt-get install chromium, or set CHROMIUM to another path`;

/** Starts Chromium. `more` are additional arguments. */
export function launch(...more: readonly string[]): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      ...more,
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export interface Visit {
  readonly page: Page;
  /** Closes the page, and fails if it was not quiet. */
  leave(): Promise<void>;
}

/**
 * Opens a page in a new context, by default without motion and in Japanese. `provoked` matches errors that the test
 * provokes.
 */
export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions & {
    readonly provoked?: RegExp;
    readonly prepare?: (page: Page) => Promise<void>;
  } = {},
): Promise<Visit> {
  const { provoked, prepare, ...contextOptions } = options;
  const context = await browser.newContext({ locale: 'ja-JP', reducedMotion: 'reduce', ...contextOptions });
  const page = await context.newPage();
  const heard: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') heard.push(message.text());
  });
  page.on('pageerror', (error) => heard.push(String(error)));
  page.on('dialog', (dialog) => {
    heard.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  context.on('request', (request) => {
    const target = request.url();
    if (!target.startsWith(`${url}/`) && !target.startsWith('data:')) heard.push(`request: ${target}`);
  });
  await prepare?.(page);
  await page.goto(url);
  const leave = async () => {
    await context.close();
    assert.deepEqual(
      heard.filter((message) => !provoked?.test(message)),
      [],
    );
  };
  return { page, leave };
}

/** Calls `look` repeatedly until `isSo` accepts its result, and returns that. Rejects with the last result. */
export async function untilSeen<T>(look: () => Promise<T>, isSo: (seen: T) => boolean): Promise<T> {
  let seen = await look();
  const isSeen = async () => {
    seen = await look();
    return isSo(seen);
  };
  await until('the page to change', isSeen, { patienceMs: 10_000, everyMs: 25, received: () => JSON.stringify(seen) });
  return seen;
}
