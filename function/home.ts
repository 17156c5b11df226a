/** `GET /`: the page for a browser, a greeting for others. */
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { requireBuiltin } from '../native/builtin.ts';
import { packageRoot } from '../native/package-root.ts';
import type { HttpResponse } from './response.ts';

export function home(request: IncomingMessage): HttpResponse {
  if (/\btext\/html\b/.test(request.headers.accept ?? '')) {
    page ??= readPage(); // by the first who asks for it: most processes end without one
    return page;
  }
  return { type: 'text/plain; charset=utf-8', headers: { Vary: 'Accept' }, body: 'Hello Machine Learning !' };
}

let page: HttpResponse | undefined;

function readPage(): HttpResponse {
  const body = requireBuiltin('node:fs').readFileSync(join(packageRoot, 'function', 'page.html'), 'utf8');
  const hashOf = (element: 'style' | 'script') => {
    const content = body.slice(body.indexOf(`<${element}>`) + element.length + 2, body.indexOf(`</${element}>`));
    return `'sha256-${requireBuiltin('node:crypto').createHash('sha256').update(content).digest('base64')}'`;
  };
  // The page's own script and style, by their hashes; nothing else runs, and nothing is fetched but scores.
  const policy = [
    "default-src 'none'",
    `style-src ${hashOf('style')}`,
    `script-src ${hashOf('script')}`,
    "connect-src 'self'",
    'img-src data:', // its icon
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'", // a text can never be put in as HTML
    "trusted-types 'none'",
  ].join('; ');
  return {
    type: 'text/html; charset=utf-8',
    headers: { Vary: 'Accept', 'Content-Security-Policy': policy, 'Referrer-Policy': 'no-referrer' },
    body,
  };
}
