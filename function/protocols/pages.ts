/** The pages for people: the home page, the model's card, and the description of the API. */
import { join } from 'node:path';
import { type CardLanguage, cardLanguages, readCard } from '../../model/scoring/bundle-source.ts';
import { contributionPieces, writtenTerm } from '../../model/scoring/contribution-pieces.ts';
import { requireBuiltin } from '../../native/builtin.ts';
import { packageRoot } from '../../native/package-root.ts';
import type { BytesResponse } from '../response.ts';
import type { Operation, RequestContext } from '../route.ts';

/** `GET /`: home.html for a browser, a greeting for other clients. */
export const home: Operation = {
  handle(request) {
    if (!isBrowser(request))
      return { type: 'text/plain; charset=utf-8', headers: { Vary: 'Accept' }, body: 'Hello Machine Learning !' };
    return pageOf('home.html');
  },
};

/** `GET /docs`: a page that shows /openapi.json. */
export const docs: Operation = { handle: () => pageOf('docs.html') };

const CARD_VARIES = { Vary: 'Accept, Accept-Language' };

/** `GET /card`: the cards of the model's bundle as a page for a browser; for other clients, one card as Markdown. */
export const card: Operation = {
  async handle(request) {
    const { bundlePath } = request.service;
    const preferred = cardLanguageOf(request);
    if (!isBrowser(request)) {
      const body = readCard(bundlePath, preferred) ?? readCard(bundlePath, 'en');
      return body && { type: 'text/markdown; charset=utf-8', headers: CARD_VARIES, body };
    }
    const cards = cardLanguages.flatMap((language) => {
      const markdown = readCard(bundlePath, language);
      return markdown === undefined ? [] : [{ language, markdown: markdown.toString('utf8') }];
    });
    if (cards.length === 0) return undefined;
    const { renderCards } = await import('./card-page.ts');
    const html = renderCards(cards, preferred);
    const page = respondWith(assemble('card.html').replace('<!-- the cards -->', () => html));
    return { ...page, headers: { ...page.headers, ...CARD_VARIES } };
  },
};

function isBrowser({ headers }: RequestContext): boolean {
  return /\btext\/html\b/.test(headers.accept ?? '');
}

/** The language of cards that Accept-Language weighs most (RFC 9110, 12.5.4). English if it names none of them. */
function cardLanguageOf({ headers }: RequestContext): CardLanguage {
  let preferred: { language: CardLanguage; weight: number } = { language: 'en', weight: 0 };
  for (const range of (headers['accept-language'] ?? '').split(',')) {
    const [, tag = '', q = '1'] = /^\s*([a-z]+)(?:-[\w-]+)?\s*(?:;\s*q=([\d.]+)\s*)?$/i.exec(range) ?? [];
    const language = cardLanguages.find((name) => name === tag.toLowerCase());
    if (language !== undefined && Number(q) > preferred.weight) preferred = { language, weight: Number(q) };
  }
  return preferred.language;
}

const pages = new Map<string, BytesResponse>();

/** A page of function/pages. It is read for the first browser, because most processes end before one comes. */
function pageOf(name: string): BytesResponse {
  const page = pages.get(name) ?? respondWith(assemble(name));
  pages.set(name, page);
  return page;
}

/** The page with what it shares with other pages, and with other programs. */
function assemble(name: string): string {
  const read = (file: string) =>
    requireBuiltin('node:fs').readFileSync(join(packageRoot, 'function', 'pages', file), 'utf8');
  return (
    read(name)
      .replace(/^ *(?:\/\* (\w+\.css) \*\/|\/\/ (\w+\.js))$/gm, (_, style?: string, script?: string) =>
        read((style ?? script) as string),
      )
      // The page has the same figures of words as the terminal and the report, by the same code.
      .replace('CONTRIBUTION_PIECES_SOURCE', () => contributionPieces.toString())
      .replace('WRITTEN_TERM_SOURCE', () => writtenTerm.toString())
  );
}

function respondWith(body: string): BytesResponse {
  const hashOf = (element: 'style' | 'script') => {
    const content = body.slice(body.indexOf(`<${element}>`) + element.length + 2, body.lastIndexOf(`</${element}>`));
    return `'sha256-${requireBuiltin('node:crypto').createHash('sha256').update(content).digest('base64')}'`;
  };
  // Only the page's own script and style run, by their hashes. A page sends requests to its own server only.
  const policy = [
    "default-src 'none'",
    `style-src ${hashOf('style')}`,
    `script-src ${hashOf('script')}`,
    "connect-src 'self'",
    'img-src data:', // the icon
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'", // no text can become HTML
    "trusted-types 'none'",
  ].join('; ');
  return {
    type: 'text/html; charset=utf-8',
    headers: { Vary: 'Accept', 'Content-Security-Policy': policy, 'Referrer-Policy': 'no-referrer' },
    body,
  };
}
