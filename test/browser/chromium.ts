/**
 * Chromium as a test drives it, against a server on this machine: each page is held to be quiet (no error on its console, no violation
 * of its policy, no request to elsewhere) but for what a test says it provokes.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const executablePath = process.env.CHROMIUM || '/usr/bin/chromium';

/** Why there is no browser to test with; undefined if there is one, or if there has to be one. */
export const lacking =
  existsSync(executablePath) || process.env.CHROMIUM_REQUIRED === '1'
    ? undefined
    : `there is no ${executablePath}: apt-get install chromium, or name another by CHROMIUM`;

/** `more`: arguments of Chromium. */
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

/** A page of its own context, without motion and in Japanese if not said otherwise. `provoked`: errors that the test means. */
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
    const asked = request.url();
    if (!asked.startsWith(`${url}/`) && !asked.startsWith('data:')) heard.push(`request: ${asked}`);
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

/** Looks again until it is so; fails with what it saw last. */
export async function until<T>(look: () => Promise<T>, isSo: (seen: T) => boolean): Promise<T> {
  for (let tries = 0; ; tries++) {
    const seen = await look();
    if (isSo(seen)) return seen;
    if (tries > 400) throw new Error(`Expected it to come, received at last: ${JSON.stringify(seen)}`);
    await delay(25);
  }
}
