/** The page of GET / in Chromium, served by the lean server with the shipped model. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, BrowserContextOptions, Page, Route } from 'playwright-core';
import { contributionPieces } from '../../model/scoring/contribution-pieces.ts';
import type { Explanation } from '../../model/scoring/explain.ts';
import { packageRoot } from '../../native/package-root.ts';
import { type Host, leanServer, start } from '../function/hosts.ts';
import { launch, missingBrowser, untilSeen, visit } from './chromium.ts';

const GREAT = 'すごい！最高に興奮した！楽しい';
const POOR = 'この映画は全くだめ、楽しくない。駄作';
const SCORING = '**/api/1/users';
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

describe('the page in Chromium', { skip: missingBrowser ?? false }, () => {
  let host: Host;
  let browser: Browser;

  before(async () => {
    host = await start([leanServer]);
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await host?.stop();
  });

  const onPage = (
    what: string,
    body: (page: Page) => Promise<void>,
    options: BrowserContextOptions & { provoked?: RegExp; prepare?: (page: Page) => Promise<void> } = {},
  ) =>
    test(what, { timeout: 120_000 }, async () => {
      const { page, leave } = await visit(browser, host.url, options);
      await body(page);
      await leave();
    });

  async function answerOf(texts: string): Promise<{ score: number; explanation: Explanation }> {
    const response = await fetch(`${host.url}/`, { method: 'POST', body: JSON.stringify({ texts, explain: true }) });
    return (await response.json()) as { score: number; explanation: Explanation };
  }

  // ------------------------------------------------------------------------------------------------ typing, stars

  onPage('typing fills the stars with the score that the API gives', async (page) => {
    await page.locator('#text').pressSequentially(GREAT);
    const { score } = await answerOf(GREAT);
    await untilSeen(() => scoreOn(page), is(score));
    assert.equal(await page.locator('#score').textContent(), score.toFixed(2));
    assert.equal(await page.getByRole('img').locator('title').textContent(), `5つ星のうち ${score.toFixed(2)}`);
    assert.equal(await page.locator('#live').getAttribute('aria-live'), 'polite');
    await untilSeen(() => page.locator('#live').textContent(), is(`5つ星のうち ${score.toFixed(2)}`));
    await page.locator('#text').fill('');
    await untilSeen(() => scoreOn(page), is(undefined));
    assert.equal(await filled(page), 0);
    assert.equal(await page.locator('#why').isVisible(), false);
  });

  // The row of stars is 124 wide: the stars are 25 apart, and each star is 21 wide.
  for (const [score, share] of [
    [0, 0],
    [1, 25 / 124],
    [3.5, (75 + 1.5 + 10.5) / 124],
    [4.75, (100 + 1.5 + 15.75) / 124],
    [5, 1],
    [7, 1],
  ] as const) {
    onPage(`a score of ${score} fills ${(100 * Math.min(share, 1)).toFixed(0)} % of the stars`, async (page) => {
      await page.route(SCORING, (route) => route.fulfill({ json: { score } }));
      await page.locator('#text').fill(GREAT);
      await untilSeen(() => scoreOn(page), is(score));
      assert.ok(Math.abs((await filled(page)) - Math.min(share, 125 / 124)) < 0.01, String(await filled(page)));
    });
  }

  onPage(
    'the page requests a score after 150 ms without a key, and not before kana are converted',
    async (page) => {
      const questions = questionsOf(page);
      await page.locator('#text').fill('良い');
      await page.clock.runFor(149);
      await page.locator('#text').fill(GREAT);
      await page.clock.runFor(149);
      assert.deepEqual(questions, []);
      await page.clock.runFor(1);
      await untilSeen(() => scoreOn(page), is((await answerOf(GREAT)).score));
      assert.deepEqual(questions, [{ texts: GREAT, details: true, explain: true }]);

      await page.locator('#text').fill('');
      await page.clock.runFor(200);
      await page.locator('#text').focus();
      const session = await page.context().newCDPSession(page);
      await session.send('Input.imeSetComposition', { text: 'さいこう', selectionStart: 4, selectionEnd: 4 });
      await page.clock.runFor(1000);
      assert.equal(questions.length, 1, 'expected no request for kana that are not converted');
      await session.send('Input.insertText', { text: '最高' });
      await page.clock.runFor(150);
      await untilSeen(() => scoreOn(page), is((await answerOf('最高')).score));
      assert.deepEqual(questions[1], { texts: '最高', details: true, explain: true });
    },
    { prepare: stopClock },
  );

  /** Types a poor review and, before its response, a great one. Then the first response arrives, too late. */
  async function answerTooLate(page: Page, answer: (held: Route) => Promise<void>): Promise<void> {
    const held: Route[] = [];
    await page.route(SCORING, async (route) => {
      if (textOf(route) === POOR) held.push(route);
      else await route.continue();
    });
    await page.locator('#text').fill(POOR);
    await untilSeen(async () => held.length, is(1));
    await page.locator('#text').fill(GREAT);
    const { score } = await answerOf(GREAT);
    await untilSeen(() => scoreOn(page), is(score));
    await answer(held[0] as Route);
    await page.evaluate('new Promise((resolve) => setTimeout(resolve, 100))');
    assert.equal(await scoreOn(page), score);
  }

  const late = { json: { score: 1.25 } };

  onPage('the newest text wins, whichever response comes first', async (page) => {
    await answerTooLate(page, (held) => held.fulfill(late).catch(() => {})); // the request was aborted
    assert.equal(await page.locator('#message').textContent(), '');
  });

  onPage(
    'a response that arrives although its request was aborted has no effect',
    (page) => answerTooLate(page, (held) => held.fulfill(late)),
    // fetch ignores the abort signal.
    { prepare: neverAbort },
  );

  // ------------------------------------------------------------------------------------------------ words in colour

  for (const [what, text] of [
    ['plain', 'とても美味しかったです。ただ、店員の態度も残念でした。残念。'],
    ['emoji and surrogates', '😀😀最高でした！👨‍👩‍👧残念😀な𠮷野家、楽しい'],
    ['half-width', 'ﾃﾚﾋﾞは最高ｶﾞｯｶﾘ残念 ABC ｡楽しい'],
    ['lines and spaces', '  最高\n\n\t残念　楽しい  \n'],
    ['a lone surrogate', '\ud83d最高\ude00残念'],
  ] as const) {
    onPage(`words are coloured at their place in the text: ${what}`, async (page) => {
      await setText(page, text);
      const { score, explanation } = await answerOf(text);
      await untilSeen(() => scoreOn(page), is(score));
      const parts = await page.evaluate<
        { length: number; className: string; label: string | null; isText: boolean }[]
      >(`{
        const text = ${JSON.stringify(text)};
        let at = 0;
        Array.from(document.querySelector('#painted').children, (part) => ({
          length: part.textContent.length,
          className: part.className,
          label: part.getAttribute('aria-label'),
          isText: part.textContent === text.slice(at, at += part.textContent.length) && part.children.length === 0,
        }))
      }`);
      const figures = figuresOf(text, explanation);
      const scale = Math.max(0.1, ...figures.map(({ share }) => Math.abs(share)));
      let at = 0;
      for (const { length, className, label, isText } of parts) {
        assert.ok(isText, `the text from ${at} on`);
        for (const { share, strongest } of figures.slice(at, at + length)) {
          const faint = strongest / scale < 0.25 ? '' : 'mixed';
          const expected = Math.abs(share) / scale < 0.08 ? faint : share < 0 ? 'down' : 'up';
          assert.equal(className, expected, `at ${at}`);
          if (expected !== '') assert.ok(label?.includes(` ${Math.abs(share).toFixed(2)} `), label ?? '');
          if (expected !== '') assert.match(label ?? '', share < 0 ? /減らす$/ : /増やす$/);
        }
        at += length;
      }
      assert.equal(at, text.length);
      assert.ok(parts.filter(({ className }) => className !== '').length >= 2);
    });
  }

  onPage('a word has one figure: in the text, the tooltip and the table; they sum to the score', async (page) => {
    const text = '昨日から気分が悪い。店員の態度は良いけど、味は全く美味しくない。';
    await page.locator('#text').fill(text);
    const { score } = await answerOf(text);
    await untilSeen(() => scoreOn(page), is(score));
    const rows = await page
      .locator('#terms tr')
      .evaluateAll((all) =>
        all.map((row) => [row.children[0]?.textContent ?? '', row.children[1]?.textContent ?? ''] as const),
      );
    assert.equal(rows.length, 8);
    const tip = page.getByRole('tooltip');
    for (const [name, figure] of rows) {
      const word = page.locator('#painted [role=note]', { hasText: new RegExp(`^${name}$`) });
      if ((await word.count()) === 0) continue; // it is too faint for a colour
      assert.ok((await word.getAttribute('aria-label'))?.includes(` ${figure.slice(1)} `), name);
      await word.hover();
      const shown = (await tip.locator('span').allTextContents()).filter((_, i) => i % 2 === 1);
      assert.equal(shown[0], figure, name);
      const parts = shown.slice(1).map(numberOf);
      const sum = parts.reduce((all, part) => all + part, 0);
      if (parts.length > 0)
        assert.ok(Math.abs(sum - numberOf(figure)) <= 0.005 * (parts.length + 1) + 1e-9, `${shown}`);
    }
    const values = (await page.locator('#terms .value, #sum .value').allInnerTexts()).map(numberOf);
    const sum = values.pop();
    assert.ok(Math.abs(values.reduce((a, b) => a + b, 0) - (sum ?? 0)) <= 0.005 * (values.length + 1), String(values));
    assert.equal(sum, Number(score.toFixed(2)));
  });

  onPage('function words without effect have no colour', async (page) => {
    const text = '昨日から気分が悪い。';
    await page.locator('#text').fill(text);
    await untilSeen(() => scoreOn(page), is((await answerOf(text)).score));
    assert.deepEqual(await page.locator('#painted [role=note]').allTextContents(), ['気分', '悪い']);
  });

  onPage('a word that the text has twice has a figure at each place', async (page) => {
    await page.locator('#text').fill('残念。味も残念。');
    await page.locator('#why').waitFor();
    const names = await page.locator('#terms .name-of').allInnerTexts();
    assert.ok(names.includes('残念 1 か所目') && names.includes('残念 2 か所目'), String(names));
  });

  onPage('a tooltip shows the value of a word while the pointer is on it', async (page) => {
    await page.locator('#text').fill(GREAT);
    const word = page.locator('#painted .up').first();
    await word.hover();
    const tip = page.getByRole('tooltip');
    await tip.waitFor();
    const label = (await word.getAttribute('aria-label')) ?? '';
    assert.match((await tip.textContent()) ?? '', /^\S+\+\d\.\d\d/);
    assert.ok(label.includes((await tip.locator('span').nth(1).textContent())?.slice(1) ?? '?'), label);
    await tip.hover(); // the pointer may move onto the tooltip
    await page.mouse.move(0, 0);
    await tip.waitFor({ state: 'hidden' });
  });

  onPage('a word whose terms cancel each other out is marked, and its tooltip shows them', async (page) => {
    const terms = [
      { term: '良い', offsets: [[0, 2]], value: 1, contribution: 0.5 },
      { term: '良い（逆接の前）', offsets: [[0, 2]], value: 1, contribution: -0.5 },
    ];
    const explanation = { base: 3, absent: 0, held: 0, terms };
    await page.route(SCORING, (route) => route.fulfill({ json: { score: 3, explanation } }));
    await page.locator('#text').fill('良いが');
    await page.locator('#painted .mixed').hover();
    const tip = page.getByRole('tooltip');
    await tip.waitFor();
    assert.equal(await tip.textContent(), '良い±0.00良い+0.50良い · 「けど」などの前−0.50');
    assert.equal(await page.locator('#painted [role=note]').count(), 1);
  });

  onPage('terms are shown as a person writes them, their marks in words', async (page) => {
    const text = '気分が悪い。見た目は良いけど、味は全く美味しくない。もう行きません！';
    await page.locator('#text').fill(text);
    await untilSeen(() => scoreOn(page), is((await answerOf(text)).score));
    const tip = page.getByRole('tooltip');
    for (const [word, lines] of [
      ['悪い', /^悪い−\d\.\d\d(?=.*気分が悪い−)/],
      ['全く', /^全く[−+]\d\.\d\d(?=.*全く · 打ち消し−\d\.\d\d)/],
      ['良い', /^良い[−±+]\d\.\d\d(?=.*良い · 「けど」などの前−)(?=.*良い\+)/],
    ] as const) {
      await page.locator('#painted [role=note]', { hasText: new RegExp(`^${word}$`) }).hover();
      await tip.waitFor();
      assert.match((await tip.textContent()) ?? '', lines);
    }
    for (const word of await page.locator('#painted [role=note]').all()) {
      await word.hover();
      assert.doesNotMatch((await tip.textContent()) ?? '', /が 悪い|（(?:ない|逆接|最後)/);
    }
    assert.doesNotMatch((await page.locator('main').allInnerTexts()).join(), /¬|[ABLS]:/);
  });

  // -------------------------------------------------------------------------------------------- what the model knows

  onPage('the label and the share of known words are the details of the API', async (page) => {
    for (const [text, label] of [
      [GREAT, 'ポジティブ'],
      [POOR, 'ネガティブ'],
      ['普通です。可もなく不可もなく。', 'どちらでもない'],
    ] as const) {
      await page.locator('#text').fill(text);
      const response = await fetch(`${host.url}/`, {
        method: 'POST',
        body: JSON.stringify({ texts: text, details: true }),
      });
      const { score, details } = (await response.json()) as {
        score: number;
        details: { known: number; label: string };
      };
      await untilSeen(() => scoreOn(page), is(score));
      assert.equal(await page.locator('#label').textContent(), label);
      assert.equal(await page.locator('#known').textContent(), `知っている語 ${Math.round(100 * details.known)} %`);
    }
  });

  for (const [text, sentence, isUnknown] of [
    ['qwxz zzkp', '知っている語がありません。この星は文の内容を表していません。', true],
    ['、、、', 'この文には語がありません。', true],
    ['qwxz zzkp vvbn 最高', /^知っている語は \d+ % だけです。星は目安です。$/, false],
  ] as const) {
    onPage(`the page says what the model does not know: ${text}`, async (page) => {
      await page.locator('#text').fill(text);
      await untilSeen(
        () => page.locator('#known').textContent(),
        (shown) => (typeof sentence === 'string' ? shown === sentence : sentence.test(shown ?? '')),
      );
      assert.equal(await page.locator('#result[data-unknown]').count(), isUnknown ? 1 : 0);
      assert.equal((await page.locator('#label').textContent()) === '', isUnknown);
      if (isUnknown) await untilSeen(() => page.locator('#live').textContent(), is(sentence));
    });
  }

  for (const [what, viewport] of Object.entries({ phone: PHONE.viewport, desk: { width: 1100, height: 700 } })) {
    onPage(
      `the result stays in view for a long text: ${what}`,
      async (page) => {
        await page
          .locator('#text')
          .fill('部屋は広くて清潔でした。ただ、隣の部屋の音がうるさくて眠れませんでした。\n'.repeat(60));
        await page.locator('#why').waitFor();
        for (const place of ['#text', '#painted', '#terms', '#command']) {
          await page.locator(place).evaluate((element) => element.scrollIntoView({ block: 'center' }));
          const box = await page.locator('#result').boundingBox();
          assert.ok(
            box !== null && box.y >= 0 && box.y + box.height <= viewport.height,
            `${place}: ${JSON.stringify(box)}`,
          );
          assert.ok(box.height < viewport.height / 5, `${box.height} px`);
        }
        assert.ok(await isNoWiderThanItsWindow(page));
      },
      { viewport },
    );
  }

  onPage(
    'a model without explanations still gives stars, and the page asks for an explanation only once',
    async (page) => {
      const questions = questionsOf(page);
      await page.route(SCORING, async (route) => {
        if (route.request().postData()?.includes('"explain":true')) await route.fulfill({ status: 501, json: {} });
        else await route.continue();
      });
      for (const text of [GREAT, POOR]) {
        await page.locator('#text').fill(text);
        await untilSeen(() => scoreOn(page), is((await answerOf(text)).score));
      }
      assert.equal(await page.locator('#message').textContent(), 'このモデルでは、語に色がつきません。');
      assert.equal(await page.locator('#why').isVisible(), false);
      assert.deepEqual(questions, [
        { texts: GREAT, details: true, explain: true },
        { texts: GREAT, details: true },
        { texts: POOR, details: true },
      ]);
    },
    { provoked: /status of 501/ },
  );

  // ------------------------------------------------------------------------------------------- keyboard, names

  onPage('every control is reachable by keyboard', async (page) => {
    const key = (name: string) => page.keyboard.press(name);
    const focused = () =>
      page.evaluate<string>(
        'document.activeElement.getAttribute("aria-label") ?? (document.activeElement.id || document.activeElement.value || document.activeElement.textContent)',
      );
    for (const name of ['日本語', 'English', 'one', 'text']) {
      await key('Tab');
      assert.equal(await focused(), name);
    }
    await page.keyboard.insertText('とても美味しかった。店員の態度が残念でした。');
    await page.locator('#why').waitFor();
    const labels = await page
      .locator('#painted [role=note]')
      .evaluateAll((notes) => notes.map((note) => note.getAttribute('aria-label')));
    assert.ok(labels.length >= 3, String(labels));
    for (const name of ['ほめる', '半々', 'けなす', labels[0]]) {
      await key('Tab');
      assert.equal(await focused(), name);
    }
    const tip = page.getByRole('tooltip');
    await tip.waitFor();
    for (const [name, label] of [
      ['ArrowRight', labels[1]],
      ['ArrowRight', labels[2]],
      ['ArrowLeft', labels[1]],
      ['End', labels.at(-1)],
      ['ArrowRight', labels.at(-1)],
      ['Home', labels[0]],
    ] as const) {
      await key(name);
      assert.equal(await focused(), label);
      assert.ok(await tip.isVisible());
    }
    await key('Escape');
    assert.equal(await tip.isVisible(), false);
    for (const name of ['copy', 'モデルカード', 'API (OpenAPI)']) {
      await key('Tab');
      assert.equal(await focused(), name);
    }
    for (let i = 0; i < 4; i++) await key('Shift+Tab');
    assert.equal(await focused(), 'けなす');
    await key('Enter');
    const { score } = await answerOf(await page.locator('#text').inputValue());
    await untilSeen(() => scoreOn(page), is(score));
  });

  onPage('the accessibility tree names every element', async (page) => {
    await page.locator('#text').fill('残念');
    const { score } = await answerOf('残念');
    await untilSeen(() => scoreOn(page), is(score));
    await untilSeen(
      () => page.locator('#live').textContent(),
      (text) => text !== '',
    );
    const tree = await page.locator('body').ariaSnapshot();
    for (const line of [
      '- group "言語 Language":',
      '- button "日本語" [pressed]',
      '- heading "このレビュー、星いくつ？" [level=1]',
      '- textbox "日本語のレビューを書くか貼りつけると、星の数がわかります。":',
      `- img "5つ星のうち ${score.toFixed(2)}"`,
      '- group "例":',
      `- status: 5つ星のうち ${score.toFixed(2)}`,
      '- region "この星になった理由":',
      '- region "語ごとの寄与。左右の矢印キーで移動します。":',
      `- 'note "残念: `,
      '- table "語と、それが増減させた星":',
      '- rowheader "残念"',
      '- region "同じことをコマンドで":',
      '- button "コピー"',
      '- group "レビューの件数":',
      '- radio "1 件" [checked]',
      '- link "モデルカード":',
    ])
      assert.ok(tree.includes(line), `${line}\nin\n${tree}`);
    const unnamed = tree.match(/- (button|link|textbox|img|table|region|group|heading)\s*(\[.*\])?:?$/gm);
    assert.equal(unnamed, null);
  });

  // ------------------------------------------------------------------------------------- examples, command, card

  onPage('the examples get high, middle and low scores', async (page) => {
    const scores: number[] = [];
    for (const name of ['ほめる', '半々', 'けなす']) {
      await page.getByRole('button', { name }).click();
      const { score } = await answerOf(await page.locator('#text').inputValue());
      await untilSeen(() => scoreOn(page), is(score));
      scores.push(score);
    }
    const [good = 0, mixed = 0, bad = 5] = scores;
    assert.ok(good > 4 && mixed > 2 && mixed < 4 && bad < 2, String(scores));
  });

  for (const [what, text] of [
    ['shell quotes', `It's "最高" $HOME $(echo 残念) \`date\` \\ \\n !! ; & | > * ?`],
    ['lines', '最高\nでした\r\n\t残念'],
    ['emoji', '😀最高👨‍👩‍👧残念'],
    ['invisible characters', '最高\u202e残念\u2066\u200b\ufeff\u0007\u2028良い'],
    ['the end marker of a here document', "最高\nEND\n'END'\n残念"],
    ['longer than a command-line argument may be', '最高でした。残念。'.repeat(10_000)],
  ] as const) {
    onPage(`the command gives the same score in a shell: ${what}`, async (page) => {
      const score = await scoreOf(text.replaceAll('\r\n', '\n')); // a browser turns CRLF into LF
      await page.locator('#text').fill(text);
      await untilSeen(() => scoreOn(page), is(score));
      const command = (await page.locator('#command').textContent()) ?? '';
      assert.doesNotMatch(command.replaceAll('\n', ''), /[\p{Cc}\p{Bidi_Control}]/u);
      const { stdout, status } = spawnSync('bash', ['--norc', '-s'], { input: command, encoding: 'utf8' });
      assert.equal(status, 0);
      assert.equal((JSON.parse(stdout) as { score: number }).score, await scoreOn(page));
    });
  }

  async function scoreOf(texts: string): Promise<number> {
    const response = await fetch(`${host.url}/`, { method: 'POST', body: JSON.stringify({ texts }) });
    return ((await response.json()) as { score: number }).score;
  }

  onPage(
    'the copy button copies the command',
    async (page) => {
      await page.locator('#text').fill(GREAT);
      await untilSeen(
        () => page.locator('#command').textContent(),
        (command) => command?.includes(GREAT) ?? false,
      );
      await page.getByRole('button', { name: 'コピー' }).click();
      await page.getByRole('button', { name: 'コピーしました' }).waitFor();
      assert.equal(await page.evaluate('navigator.clipboard.readText()'), await page.locator('#command').textContent());
    },
    { permissions: ['clipboard-read', 'clipboard-write'] },
  );

  onPage('the page shows the version of the model and links to its card', async (page) => {
    const { bundle } = (await (await fetch(`${host.url}/readyz`)).json()) as {
      bundle: { name: string; version: string };
    };
    await untilSeen(() => page.locator('#model').textContent(), is(`${bundle.name} ${bundle.version}`));
    await page.getByRole('link', { name: 'モデルカード' }).click();
    await page.waitForURL('**/card');
    assert.equal(await page.locator('h1:visible').textContent(), `${bundle.name} ${bundle.version}`);
  });

  // ------------------------------------------------------------------------------------------------ what goes wrong

  onPage(
    'after a 503 the page tries again after Retry-After',
    async (page) => {
      let refusals = 1;
      await page.route(SCORING, async (route) => {
        if (refusals-- > 0) await route.fulfill({ status: 503, headers: { 'Retry-After': '3' }, json: {} });
        else await route.continue();
      });
      await page.locator('#text').fill(GREAT);
      await page.clock.runFor(150);
      await untilSeen(
        () => page.locator('#message').textContent(),
        is('サーバーが混み合っています。3 秒後にもう一度試します。'),
      );
      await page.clock.runFor(2999);
      assert.equal(await scoreOn(page), undefined);
      await page.clock.runFor(1);
      await untilSeen(() => scoreOn(page), is((await answerOf(GREAT)).score));
      assert.equal(await page.locator('#message').textContent(), '');
    },
    { prepare: stopClock, provoked: /status of 503/ },
  );

  onPage(
    'the page tries again if the server is unreachable',
    async (page) => {
      let failures = 2;
      await page.route(SCORING, async (route) => {
        if (failures-- > 0) await route.abort('connectionrefused');
        else await route.continue();
      });
      await page.locator('#text').fill(GREAT);
      await page.clock.runFor(150);
      for (const seconds of [2, 4]) {
        await untilSeen(
          () => page.locator('#message').textContent(),
          is(`サーバーに接続できません。${seconds} 秒後にもう一度試します。`),
        );
        await page.clock.runFor(seconds * 1000);
      }
      await untilSeen(() => scoreOn(page), is((await answerOf(GREAT)).score));
    },
    { prepare: stopClock, provoked: /ERR_CONNECTION_REFUSED/ },
  );

  onPage(
    'the page reports that it is offline and recovers by itself; the last score stays, dimmed',
    async (page) => {
      await page.locator('#text').fill(POOR);
      const { score } = await answerOf(POOR);
      await untilSeen(() => scoreOn(page), is(score));
      await page.context().setOffline(true);
      await page.locator('#text').fill(GREAT);
      await untilSeen(
        () => page.locator('#message').textContent(),
        is('オフラインです。つながりしだい、もう一度試します。'),
      );
      assert.equal(await scoreOn(page), score);
      assert.equal(await page.locator('#result[data-stale]').count(), 1);
      await page.context().setOffline(false);
      await untilSeen(() => scoreOn(page), is((await answerOf(GREAT)).score));
      assert.equal(await page.locator('#result[data-stale]').count(), 0);
    },
    { provoked: /ERR_INTERNET_DISCONNECTED/ },
  );

  for (const [status, json, message] of [
    [400, { detail: 'Expected something else' }, 'サーバーがこの文を受け取れませんでした。Expected something else'],
    [500, {}, 'サーバーで問題が起きました（500）。少し待ってから、もう一度お試しください。'],
    [200, { unlike: 'ours' }, 'サーバーで問題が起きました（200）。少し待ってから、もう一度お試しください。'],
  ] as const) {
    onPage(
      `a response of ${status} without a score becomes a readable message`,
      async (page) => {
        await page.route(SCORING, (route) => route.fulfill({ status, json }));
        await page.locator('#text').fill(GREAT);
        await untilSeen(() => page.locator('#message').textContent(), is(message));
        await untilSeen(() => page.locator('#live').textContent(), is(message));
      },
      { provoked: /status of (400|500)/ },
    );
  }

  onPage(
    'a text over the server limit gets a message',
    async (page) => {
      await setText(page, '最高'.repeat(300_000));
      await untilSeen(
        () => page.locator('#message').textContent(),
        is('文が長すぎて、サーバーが受け取れません。短くしてください。'),
      );
    },
    { provoked: /status of 413/ },
  );

  // ------------------------------------------------------------------------------------------------------- hostile

  for (const [what, text] of [
    ['HTML', '<script>alert(1)</script><img src=x onerror=alert(2)><b>最高</b>&lt;残念'],
    ['bidi', '\u202e最高\u202d\u2067残念\u2069\u0000楽しい\u200f'],
    ['100 kB', '最高でした。<b>残念</b>\u202e'.repeat(2500)],
    ['100 kB in one word', 'ア'.repeat(33_000)],
  ] as const) {
    onPage(`hostile text is shown as text: ${what}`, async (page) => {
      const elements = () => page.evaluate<number>("document.querySelectorAll('script, img, b, iframe').length");
      const before = await elements();
      // Before the page sends its request: the server may shed long texts that arrive at the same time.
      const score = await scoreOf(text);
      await setText(page, text);
      await untilSeen(() => scoreOn(page), is(score));
      assert.equal(await elements(), before);
      const isColoured = text.length <= 4000;
      assert.equal(await page.locator('#why').isVisible(), isColoured);
      if (isColoured) {
        assert.equal(await page.evaluate("document.querySelector('#painted').textContent"), text);
        const directions =
          "Array.from(document.querySelector('#painted').children, (part) => getComputedStyle(part).unicodeBidi)";
        assert.deepEqual(
          [...new Set(await page.evaluate<string[]>(directions))],
          ['isolate'],
          'expected no word to change the direction of another',
        );
      }
      if (!isColoured)
        assert.equal(await page.locator('#message').textContent(), '4,000 文字を超える文では、語に色がつきません。');
      assert.ok(await isNoWiderThanItsWindow(page));
    });
  }

  onPage(
    'the policy holds: no HTML from strings, no foreign script, no other server',
    async (page) => {
      for (const attempt of [
        "document.body.innerHTML = '<i>x</i>'",
        "Object.assign(document.createElement('script'), { text: 'x' })",
        "new Promise((resolve, reject) => setTimeout(() => { try { Function('') } catch (error) { reject(error) } resolve() }))",
        "fetch('https://example.invalid/')",
      ])
        await assert.rejects(page.evaluate(attempt), /Trusted|Failed to fetch|Content Security Policy/, attempt);
    },
    { provoked: /Content Security Policy|TrustedHTML|TrustedScript|Trusted Type/ },
  );

  // ---------------------------------------------------------------------------------------------- languages, looks

  onPage('a click switches to English; the page keeps it and declares the language', async (page) => {
    await page.locator('#text').fill(GREAT);
    await page.locator('#why').waitFor();
    const html = page.locator('html');
    assert.equal(await html.getAttribute('lang'), 'ja');
    const japanese = await wordsOn(page);
    await page.getByRole('button', { name: 'English' }).click();
    assert.equal(await html.getAttribute('lang'), 'en');
    assert.equal(await page.locator('h1').textContent(), 'How many stars does this review give?');
    const english = await wordsOn(page);
    assert.equal(english.length, japanese.length);
    english.forEach(
      (words, i) => void assert.ok(words !== '' && words !== japanese[i] && /^[ -~−]+$/.test(words), words),
    );
    assert.match(
      (await page.locator('#painted [role=note]').first().getAttribute('aria-label')) ?? '',
      /(adds|takes) \d\.\d\d stars$/,
    );
    assert.equal(await page.locator('#text').getAttribute('lang'), 'ja');
    assert.equal(await page.locator('#painted').getAttribute('lang'), 'ja');
    assert.deepEqual(await page.locator('.languages [aria-pressed=true]').allTextContents(), ['English']);
    await page.reload();
    assert.equal(await html.getAttribute('lang'), 'en');
  });

  for (const [locale, lang] of [
    ['ja-JP', 'ja'],
    ['en-GB', 'en'],
    ['fr-FR', 'en'],
  ] as const) {
    onPage(
      `a browser in ${locale} gets the page in ${lang}`,
      async (page) => assert.equal(await page.locator('html').getAttribute('lang'), lang),
      {
        locale,
      },
    );
  }

  for (const colorScheme of ['light', 'dark'] as const) {
    onPage(
      `colours have enough contrast: ${colorScheme}`,
      async (page) => {
        const colours = await page.evaluate<Record<string, string>>(`{
          const style = getComputedStyle(document.documentElement);
          Object.fromEntries(['paper', 'card', 'ink', 'quiet', 'accent-ink', 'strong-line', 'empty'].map((name) => [name, style.getPropertyValue('--' + name).trim()]))
        }`);
        const luminance = (name: string) => luminanceOf(colours[name] ?? '');
        assert.equal(luminance('paper') < luminance('ink'), colorScheme === 'dark');
        for (const [front, back, minimum] of [
          ['ink', 'paper', 7],
          ['ink', 'empty', 7],
          ['quiet', 'paper', 4.5],
          ['quiet', 'card', 4.5],
          ['accent-ink', 'paper', 4.5],
          ['accent-ink', 'card', 4.5],
          ['strong-line', 'card', 3],
        ] as const) {
          const [low = 0, high = 0] = [luminance(front), luminance(back)].sort((a, b) => a - b);
          const contrast = (high + 0.05) / (low + 0.05);
          assert.ok(contrast >= minimum, `${front} on ${back}: ${contrast.toFixed(2)}`);
        }
      },
      { colorScheme },
    );
  }

  const desk = { viewport: { width: 1100, height: 900 } };
  for (const [name, options] of Object.entries({
    light: desk,
    dark: { ...desk, colorScheme: 'dark', locale: 'en-US' },
    phone: PHONE,
    'phone-dark': { viewport: { width: 320, height: 640 }, isMobile: true, hasTouch: true, colorScheme: 'dark' },
  } satisfies Record<string, BrowserContextOptions>)) {
    onPage(
      `screenshot: ${name}`,
      async (page) => {
        await page.locator('[data-example]').nth(1).click();
        await page.locator('#why').waitFor();
        const word = page.locator('#painted .down').first();
        await ('isMobile' in options ? word.tap() : word.hover());
        await page.getByRole('tooltip').waitFor();
        assert.ok(await isNoWiderThanItsWindow(page));
        mkdirSync(SCREENSHOTS, { recursive: true });
        await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
      },
      options,
    );
  }
});

const SCREENSHOTS = join(packageRoot, 'build', 'browser');

function is(expected: unknown): (seen: unknown) => boolean {
  return (seen) => seen === expected;
}

/** The score on the page with all its digits. Undefined if there is none. */
async function scoreOn(page: Page): Promise<number | undefined> {
  const value = await page.locator('#score').getAttribute('value');
  return value ? Number(value) : undefined;
}

/** The share of the stars that is filled. */
async function filled(page: Page): Promise<number> {
  const widthOf = async (id: string) => (await page.locator(id).boundingBox())?.width ?? 0;
  return (await widthOf('#fill')) / (await widthOf('#track'));
}

/** Sets the text as typing does, also with characters that a keyboard does not have. */
async function setText(page: Page, text: string): Promise<void> {
  await page.evaluate(
    `document.querySelector('#text').value = ${JSON.stringify(text)}; document.querySelector('#text').dispatchEvent(new InputEvent('input'))`,
  );
}

async function stopClock(page: Page): Promise<void> {
  await page.clock.install({ time: 0 });
  await page.clock.pauseAt(1000);
}

async function neverAbort(page: Page): Promise<void> {
  await page.addInitScript('const f = fetch; fetch = (url, { signal, ...rest } = {}) => f(url, rest)');
}

function questionsOf(page: Page): unknown[] {
  const questions: unknown[] = [];
  page.on('request', (request) => {
    if (request.method() === 'POST') questions.push(JSON.parse(request.postData() ?? ''));
  });
  return questions;
}

function textOf(route: Route): string {
  return (JSON.parse(route.request().postData() ?? '') as { texts: string }).texts;
}

interface Figure {
  readonly share: number;
  readonly strongest: number;
}

/** For each UTF-16 unit, the figure of its word, and the largest part of it without its sign. */
function figuresOf(text: string, { terms }: Explanation): Figure[] {
  return contributionPieces(text.length, terms).flatMap(({ start, end, share, parts }) =>
    Array<Figure>(end - start).fill({ share, strongest: Math.max(0, ...parts.map((part) => Math.abs(part.share))) }),
  );
}

function numberOf(shown: string): number {
  return Number(shown.replace('−', '-').replace(/[+±]/, ''));
}

function wordsOn(page: Page): Promise<string[]> {
  return page.locator('[data-words]').allTextContents();
}

function isNoWiderThanItsWindow(page: Page): Promise<boolean> {
  return page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth');
}

/** WCAG's relative luminance of #rgb or #rrggbb. */
function luminanceOf(colour: string): number {
  const digits = colour.slice(1).length === 3 ? colour.slice(1).replaceAll(/./g, '$&$&') : colour.slice(1);
  const [r = 0, g = 0, b = 0] = (digits.match(/../g) ?? []).map((two) => {
    const share = Number.parseInt(two, 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
