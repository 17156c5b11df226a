/** Several texts at once, the model's card, the viewer of the API, and accessibility, in Chromium. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, BrowserContextOptions, Page, Route } from 'playwright-core';
import { packageRoot } from '../../native/package-root.ts';
import { type Host, leanServer, start } from '../function/hosts.ts';
import { launch, missingBrowser, untilSeen, visit } from './chromium.ts';

const SCORING = '**/api/1/users';
const SCREENSHOTS = join(packageRoot, 'build', 'browser');
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

type Options = BrowserContextOptions & { provoked?: RegExp; prepare?: (page: Page) => Promise<void> };

describe('the pages in Chromium', { skip: missingBrowser ?? false }, () => {
  let host: Host;
  let browser: Browser;

  before(async () => {
    host = await start([leanServer]);
    browser = await launch();
    mkdirSync(SCREENSHOTS, { recursive: true });
  });
  after(async () => {
    await browser?.close();
    await host?.stop();
  });

  const onPage = (what: string, body: (page: Page) => Promise<void>, options: Options = {}) =>
    test(what, { timeout: 120_000 }, async () => {
      const { page, leave } = await visit(browser, host.url, options);
      await body(page);
      await leave();
    });

  const scoresOf = async (texts: readonly string[]) => {
    const response = await fetch(`${host.url}/`, { method: 'POST', body: JSON.stringify({ texts, details: true }) });
    return (await response.json()) as { scores: number[]; details: { known: number | null; label: string }[] };
  };

  // -------------------------------------------------------------------------------------------------- several texts

  const LINES = [
    '最高に面白かった！',
    '',
    '=HYPERLINK("x") 親切でした',
    '三日で壊れました。',
    '  普通です。  ',
    'qwxz',
    '-最悪',
  ];
  const TEXTS = LINES.map((line) => line.trim()).filter((line) => line !== '');

  onPage('several texts, one a line: a table by score, which each column sorts', async (page) => {
    await enterLines(page, LINES.join('\n'));
    const { scores } = await scoresOf(TEXTS);
    assert.equal(await page.locator('#state').textContent(), '6 件に星をつけました。');
    await untilSeen(() => page.locator('#live').textContent(), is('6 件に星をつけました。'));
    const byScore = TEXTS.map((text, i) => [text, scores[i] as number] as const).sort((a, b) => b[1] - a[1]);
    assert.deepEqual(
      await column(page, '.open'),
      byScore.map(([text]) => text),
    );
    assert.deepEqual(
      await column(page, 'td:nth-child(3)'),
      byScore.map(([, score]) => score.toFixed(2)),
    );
    assert.equal(await page.locator('[aria-sort=descending]').textContent(), '星');
    await page.getByRole('button', { name: '星', exact: true }).click();
    assert.deepEqual(await column(page, '.open'), byScore.map(([text]) => text).reverse());
    assert.equal(await page.locator('[aria-sort=ascending]').textContent(), '星');
    await page.getByRole('button', { name: '行', exact: true }).click();
    assert.deepEqual(await column(page, '.line'), ['1', '3', '4', '5', '6', '7']);
    assert.deepEqual(await column(page, '.open'), TEXTS);
    for (const name of ['レビュー', '評価', '知っている語']) {
      await page.getByRole('button', { name, exact: true }).click();
      assert.equal(await page.locator('[aria-sort]:not([aria-sort=none])').textContent(), name);
      assert.equal((await column(page, '.open')).length, 6);
    }
    assert.match((await page.locator('#rows tr', { hasText: 'qwxz' }).textContent()) ?? '', /知っている語がありません/);
  });

  onPage('a text of the table opens with the reason for its stars', async (page) => {
    await enterLines(page, LINES.join('\n'));
    await page.getByRole('button', { name: '三日で壊れました。' }).press('Enter');
    await page.locator('#why').waitFor();
    assert.equal(await page.locator('#text').inputValue(), '三日で壊れました。');
    assert.equal(await page.locator('#several').isVisible(), false);
  });

  onPage('the CSV file opens in a spreadsheet, and no text of it is a formula', async (page) => {
    const texts = ['最高', '=1+1', '+1', '-1', '@SUM(A1)', '＝1+1', '引用 "いい", 店'];
    await enterLines(page, texts.join('\n'));
    await page.getByRole('button', { name: '行', exact: true }).click();
    const downloading = page.waitForEvent('download');
    await page.getByRole('button', { name: 'CSV をダウンロード' }).click();
    const download = await downloading;
    assert.equal(download.suggestedFilename(), 'hoshi.csv');
    const { scores, details } = await scoresOf(texts);
    const quoted = ['最高', "'=1+1", "'+1", "'-1", "'@SUM(A1)", "'＝1+1", '引用 ""いい"", 店'];
    assert.deepEqual(readFileSync(await download.path(), 'utf8').split('\r\n'), [
      '\ufeffline,text,score,label,known,error',
      ...quoted.map((text, i) => `${i + 1},"${text}",${scores[i]},${details[i]?.label},${details[i]?.known ?? ''},""`),
      '',
    ]);
  });

  const csv = 'とても良い\r\nｶﾞｯｶﾘ、残念\r\n';
  for (const [encoding, bytes] of [
    ['UTF-8', Buffer.from(csv)],
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${csv}`)],
    ['UTF-16', Buffer.from(`\ufeff${csv}`, 'utf16le')],
    ['Shift_JIS', Buffer.from('82c682c482e097c782a20d0ab6deafb6d881418e63944f0d0a', 'hex')],
    ['EUC-JP', Buffer.from('a4c8a4c6a4e2cec9a4a40d0abbc4c7b00d0a', 'hex')],
  ] as const) {
    onPage(`a file in ${encoding} is read`, async (page) => {
      await page.locator('[value=many]').check();
      await page.locator('#file').setInputFiles({ name: 'reviews.txt', mimeType: 'text/plain', buffer: bytes });
      await page.locator('#table').waitFor();
      const lines = (await page.locator('#lines').inputValue()).trim().split('\n');
      assert.equal(lines.length, 2);
      assert.equal(lines[0], 'とても良い');
      assert.match(lines[1] ?? '', /残念$/);
      assert.equal(await page.locator('#rows tr').count(), 2);
    });
  }

  onPage('a file that is no text, or too large, gets a message', async (page) => {
    for (const [buffer, message] of [
      [Buffer.from([0, 1, 2, 255, 0]), /^このファイルは文字として読めません。/],
      [Buffer.alloc((5 << 20) + 1, 0x61), 'ファイルが大きすぎます。5 MB までのファイルを選んでください。'],
    ] as const) {
      await page.locator('[value=many]').check();
      await page.locator('#file').setInputFiles({ name: 'x.bin', mimeType: 'text/plain', buffer });
      await untilSeen(
        () => page.locator('#state').textContent(),
        (shown) => (typeof message === 'string' ? shown === message : message.test(shown ?? '')),
      );
    }
  });

  onPage('a dropped file is scored, wherever it is dropped', async (page) => {
    await page.evaluate(`{
      const data = new DataTransfer();
      data.items.add(new File(['最高\\n残念'], 'reviews.txt'));
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
    }`);
    await page.locator('#table').waitFor();
    assert.deepEqual(await column(page, '.open'), ['最高', '残念']);
  });

  onPage(
    'lists keep to the limits of the server: halves after a 413, and a text that alone is too much is named',
    async (page) => {
      const sizes: number[] = [];
      await page.route(SCORING, async (route) => {
        const texts = textsOf(route);
        if (texts === undefined) return route.continue();
        sizes.push(texts.length);
        const isTooMuch = texts.length > 100 || texts.some((text) => text.startsWith('長'));
        return isTooMuch ? route.fulfill({ status: 413, json: {} }) : route.continue();
      });
      const texts = Array.from({ length: 600 }, (_, i) => (i === 300 ? '長い' : `最高 ${i}`));
      await enterLines(page, texts.join('\n'));
      await untilSeen(
        () => page.locator('#state').textContent(),
        is('599 件に星をつけました。1 件にはつけられませんでした。'),
      );
      assert.ok(Math.max(...sizes) <= 256 && sizes.includes(1), String(sizes));
      assert.equal(await page.locator('#rows tr').count(), 200);
      await page.getByRole('button', { name: '残りの 400 件も表示' }).click();
      assert.equal(await page.locator('#rows tr').count(), 400);
      await page.getByRole('button', { name: '残りの 200 件も表示' }).click();
      assert.equal(await page.locator('#rows tr').count(), 600);
      assert.match((await page.locator('#rows tr').last().textContent()) ?? '', /長い[\s\S]*文が長すぎて/);
    },
    { provoked: /status of 413/ },
  );

  onPage('the work of one request stays below the default limit', async (page) => {
    const work: number[] = [];
    page.on('request', (request) => {
      if (request.method() !== 'POST') return;
      const { texts } = JSON.parse(request.postData() ?? '{}') as { texts: readonly string[] };
      if (Array.isArray(texts)) work.push(texts.reduce((sum, text) => sum + 128 + text.length, 0));
    });
    await enterLines(page, Array.from({ length: 40 }, (_, i) => `最高 ${i} ${'良い。'.repeat(1000)}`).join('\n'));
    await untilSeen(() => page.locator('#state').textContent(), is('40 件に星をつけました。'));
    assert.ok(work.length > 1 && Math.max(...work) <= 60_000, String(work));
  });

  onPage(
    'progress while the server is busy; the run can be stopped and keeps what it has',
    async (page) => {
      let requests = 0;
      await page.route(SCORING, async (route) => {
        requests += textsOf(route) === undefined ? 0 : 1;
        if (requests < 2) await route.continue();
        else await route.fulfill({ status: 503, headers: { 'Retry-After': '9' }, json: {} });
      });
      await page.locator('[value=many]').check();
      await page.locator('#lines').fill(Array.from({ length: 300 }, (_, i) => `最高 ${i}`).join('\n'));
      await page.locator('#lines').press('Control+Enter');
      await untilSeen(
        () => page.locator('#state').textContent(),
        is('サーバーが混み合っています。9 秒後にもう一度試します。'),
      );
      assert.equal(await page.locator('progress').getAttribute('value'), '256');
      await page.screenshot({ path: join(SCREENSHOTS, 'many-busy.png') });
      await page.getByRole('button', { name: '止める' }).click();
      await untilSeen(() => page.locator('#state').textContent(), is('256 件に星をつけました。'));
      assert.equal(await page.locator('progress').isVisible(), false);
    },
    { provoked: /status of 503/ },
  );

  // -------------------------------------------------------------------------------------------------------- the card

  onPage('the card is rendered in both languages, without its HTML', async (page) => {
    await page.goto(`${host.url}/card`);
    assert.equal(await page.title(), 'hoshi 星: モデルカード');
    assert.equal(await page.locator('article:visible').getAttribute('lang'), 'ja');
    assert.ok((await page.locator('h2:visible').allTextContents()).includes('性能'));
    assert.equal(await page.locator('article:visible table tr').count(), 10);
    assert.equal(
      await page.locator('article:visible').evaluate((card) => card.querySelectorAll('[style], img').length),
      0,
    );
    await page.getByRole('button', { name: 'English' }).click();
    assert.deepEqual(await page.locator('h2:visible').allTextContents(), [
      'How it was made',
      'How good it is',
      'How to use it',
    ]);
    assert.equal(await page.locator('article:visible details pre').isVisible(), false);
    await page.locator('article:visible summary').click();
    assert.match((await page.locator('article:visible details pre').textContent()) ?? '', /"vectorizer": \{/);
  });

  test('without JavaScript, the card is in the language that the browser asks for', async () => {
    for (const [locale, lang] of [
      ['ja-JP', 'ja'],
      ['fr-FR', 'en'],
    ] as const) {
      const context = await browser.newContext({ locale, javaScriptEnabled: false });
      const page = await context.newPage();
      await page.goto(`${host.url}/card`);
      assert.equal(await page.locator('article:visible').getAttribute('lang'), lang);
      await context.close();
    }
  });

  // ------------------------------------------------------------------------------------------------- the API viewer

  onPage('the viewer lists each operation and schema of /openapi.json', async (page) => {
    await page.goto(`${host.url}/docs`);
    await page.locator('.operation').first().waitFor();
    const document = (await (await fetch(`${host.url}/openapi.json`)).json()) as {
      paths: Record<string, Record<string, { summary: string }>>;
      components: { schemas: object };
    };
    const expected = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { summary }]) => `${method.toUpperCase()}${path}${summary}`),
    );
    assert.deepEqual(await page.locator('.operation summary').allTextContents(), expected);
    assert.deepEqual(await page.locator('#schemas h3').allTextContents(), Object.keys(document.components.schemas));
    // An operation gets its details in the `toggle` event, which follows the key.
    for (const operation of await page.locator('.operation').all()) {
      await operation.locator('summary').press('Enter');
      await operation.locator('form').waitFor();
    }
    assert.doesNotMatch((await page.locator('main').textContent()) ?? '', /undefined|\[object/);
    assert.equal(await page.locator('form').count(), expected.length);
  });

  onPage('the viewer tries each operation', async (page) => {
    await page.goto(`${host.url}/docs`);
    for (const operation of await page.locator('.operation').all()) {
      await operation.locator('summary').click();
      await operation.locator('form').waitFor();
      for (const input of await operation.locator('input').all())
        if ((await input.inputValue()) === '') await input.fill(await versionOf(host));
      const [method, path] = await operation.locator('.method, .path').allTextContents();
      await operation.getByRole('button', { name: '送る' }).click();
      await operation.locator('.answer pre').waitFor();
      const answer = (await operation.locator('.answer pre').textContent()) ?? '';
      assert.match(answer, /^200 OK\nContent-Type: /, `${method} ${path}: ${answer}`);
      await operation.locator('summary').click();
    }
    const scoring = page.locator('#score');
    await scoring.locator('summary').click();
    await scoring.locator('textarea').fill('{"texts": ["最高", "残念"]}');
    await scoring.getByRole('button', { name: '送る' }).click();
    const { scores } = await scoresOf(['最高', '残念']);
    await untilSeen(
      () => scoring.locator('.answer pre').textContent(),
      (answer) => answer?.includes(JSON.stringify({ scores }, null, 2)) === true,
    );
  });

  onPage(
    'the viewer shows the problem of a wrong request',
    async (page) => {
      await page.goto(`${host.url}/docs`);
      await page.locator('#score summary').click();
      await page.locator('#score textarea').fill('{"text": "最高"}');
      await page.getByRole('button', { name: '送る' }).click();
      await untilSeen(
        () => page.locator('#score .answer').textContent(),
        (answer) => /^400 Bad Request[\s\S]*Did you mean \\"texts\\"/.test(answer ?? ''),
      );
    },
    { provoked: /status of 400/ },
  );

  // ------------------------------------------------------------------------------------------- languages, accessibility

  for (const path of ['/', '/card', '/docs']) {
    onPage(`both languages of ${path} have the same words`, async (page) => {
      await page.goto(host.url + path);
      const kinds = (language: string) =>
        page.evaluate<Record<string, string>>(
          `Object.fromEntries(Object.entries(languages.${language}).map(([key, words]) => [key, typeof words + (words.length > 0 ? '' : ', empty') + (typeof words === 'function' ? words.length : '')]))`,
        );
      const japanese = await kinds('ja');
      assert.deepEqual(await kinds('en'), japanese);
      assert.ok(!Object.values(japanese).some((kind) => kind.includes('empty')), JSON.stringify(japanese));
      const used = await page.evaluate<string[]>(
        "Array.from(document.querySelectorAll('[data-words], [data-label]'), ({ dataset }) => dataset.words ?? dataset.label)",
      );
      assert.deepEqual(
        used.filter((key) => !(key in japanese)),
        [],
      );
    });
  }

  const DESK = { viewport: { width: 1100, height: 900 } };
  const looks: Record<string, Options> = {
    light: DESK,
    'dark, English': { ...DESK, colorScheme: 'dark', locale: 'en-US' },
    'phone, light': PHONE,
    'phone, dark': { ...PHONE, colorScheme: 'dark' },
  };
  const states: Record<string, (page: Page) => Promise<void>> = {
    empty: async () => {},
    'one text': async (page) => {
      await page.locator('#text').fill('昨日から気分が悪い。店員の態度は良いけど、味は全く美味しくない。');
      await page.locator('#why').waitFor();
      await page.locator('#painted [role=note]').first().focus();
    },
    'long text': async (page) => {
      await page.locator('#text').fill('部屋は広くて清潔でした。ただ、音がうるさくて眠れませんでした。\n'.repeat(60));
      await page.locator('#why').waitFor();
    },
    'nothing known': async (page) => {
      await page.locator('#text').fill('qwxz zzkp');
      await page.locator('#result[data-unknown]').waitFor();
    },
    many: (page) => enterLines(page, [...LINES, '料理は美味しかったです。席は狭かったです。'.repeat(9)].join('\n')),
    card: async (page) => void (await page.goto(`${host.url}/card`)),
    docs: async (page) => {
      await page.goto(`${host.url}/docs`);
      await page.locator('#score summary').click();
      await page.locator('#score button').click();
      await page.locator('#score .answer pre').waitFor();
    },
  };
  for (const [look, options] of Object.entries(looks)) {
    for (const [state, reach] of Object.entries(states)) {
      onPage(
        `axe-core finds nothing: ${state}, ${look}`,
        async (page) => {
          await reach(page);
          assert.deepEqual(await findings(page), []);
          assert.ok(
            await page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth'),
            'no wider than its window',
          );
          const name = `${state}-${look}`.replaceAll(/\W+/g, '-');
          await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: state !== 'long text' });
        },
        options,
      );
    }
  }

  onPage('several texts by keyboard alone', async (page) => {
    const tabTo = async (selector: string) => {
      for (let i = 0; i < 20; i++) {
        await page.keyboard.press('Tab');
        if (await page.locator(selector).evaluate((element) => element.matches(':focus'))) return;
      }
      assert.fail(`${selector} is not reachable by Tab`);
    };
    await tabTo('[value=one]');
    await page.keyboard.press('ArrowRight');
    await tabTo('#lines');
    await page.keyboard.insertText('最高\n残念');
    await tabTo('#run');
    await page.keyboard.press('Enter');
    await page.locator('#table').waitFor();
    await tabTo('#file');
    await tabTo('#csv');
    await tabTo('[data-sort=score]');
    await page.keyboard.press('Enter');
    assert.deepEqual(await column(page, '.open'), ['残念', '最高']);
    await tabTo('#rows tr:first-child .open');
    await page.keyboard.press('Enter');
    await page.locator('#why').waitFor();
    assert.equal(await page.locator('#text').inputValue(), '残念');
  });
});

async function enterLines(page: Page, lines: string): Promise<void> {
  await page.locator('[value=many]').check();
  await page.locator('#lines').fill(lines);
  await page.locator('#run').click();
  await page.locator('#table').waitFor();
}

function column(page: Page, selector: string): Promise<string[]> {
  return page.locator(`#rows ${selector}`).allTextContents();
}

/** The texts of a list. Undefined for a request of one text. */
function textsOf(route: Route): readonly string[] | undefined {
  const { texts } = JSON.parse(route.request().postData() ?? '{}') as { texts: string | readonly string[] };
  return typeof texts === 'string' ? undefined : texts;
}

async function versionOf(host: Host): Promise<string> {
  const response = await fetch(`${host.url}/readyz`);
  return ((await response.json()) as { bundle: { version: string } }).bundle.version;
}

/** What axe-core finds on the page: the rules of WCAG 2.2 AA, and its best practices. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate<string[]>(`axe.run(document).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => id + ': ' + html.slice(0, 150) + ' ' + failureSummary)))`);
}

function is(expected: unknown): (seen: unknown) => boolean {
  return (seen) => seen === expected;
}
