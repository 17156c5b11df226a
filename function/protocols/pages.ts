/** The pages for people: the home page and the model's card. */
import { join } from 'node:path';
import { readCard } from '../../model/scoring/bundle-source.ts';
import { contributionPieces } from '../../model/scoring/contribution-pieces.ts';
import { requireBuiltin } from '../../native/builtin.ts';
import { packageRoot } from '../../native/package-root.ts';
import type { HttpResponse } from '../response.ts';
import type { Operation, RequestContext } from '../route.ts';

/** `GET /`: page.html for a browser, a greeting for other clients. */
export const home: Operation = {
  handle(request) {
    if (!isBrowser(request))
      return { type: 'text/plain; charset=utf-8', headers: { Vary: 'Accept' }, body: 'Hello Machine Learning !' };
    page ??= readPage(); // read for the first browser, because most processes end before one comes
    return page;
  },
};

/** `GET /card`: the README.md of the model's bundle. */
export const card: Operation = {
  handle(request) {
    const body = readCard(request.service.bundlePath);
    if (body === undefined) return undefined;
    // A browser shows plain text, but downloads Markdown.
    const type = isBrowser(request) ? 'text/plain' : 'text/markdown';
    return { type: `${type}; charset=utf-8`, headers: { Vary: 'Accept' }, body };
  },
};

function isBrowser({ headers }: RequestContext): boolean {
  return /\btext\/html\b/.test(headers.accept ?? '');
}

let page: HttpResponse | undefined;

function readPage(): HttpResponse {
  // The page colours words by the same code as the terminal and the report.
  const body = requireBuiltin('node:fs')
    .readFileSync(join(packageRoot, 'function', 'page.html'), 'utf8')
    .replace('CONTRIBUTION_PIECES_SOURCE', () => contributionPieces.toString());
  const hashOf = (element: 'style' | 'script') => {
    const content = body.slice(body.indexOf(`<${element}>`) + element.length + 2, body.indexOf(`</${element}>`));
    return `'sha256-${requireBuiltin('node:crypto').createHash('sha256').update(content).digest('base64')}'`;
  };
  // Only the page's own script and style run, by their hashes. The page fetches nothing but scores.
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
