/**
 * The handler: a request → an answer, the same under functions-framework and under the lean server. Every request gets
 * one, whatever is thrown.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Scorer } from '../model/scorer.ts';
import { requireBuiltin } from '../native/builtin.ts';
import { packageRoot } from '../native/package-root.ts';
import { type BodyLimits, readQuestion } from './body.ts';
import { log } from './log.ts';
import { HttpError, problemOf } from './problem.ts';

/** What a handler knows of the process it runs in. */
export interface Service {
  /** Resolves when the bundle is loaded and has reproduced its golden scores. */
  readonly scorer: Promise<Scorer>;
  /** The scorer once it is there. */
  readonly ready: Scorer | undefined;
  readonly isDraining: boolean;
  readonly limits: BodyLimits;
}

interface Answer {
  readonly status?: number;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

type Route = (request: IncomingMessage, service: Service) => Answer | Promise<Answer>;

/** By path and method; a `POST` to any other path scores. */
const routes: Readonly<Record<string, Readonly<Record<string, Route>>>> = {
  '/': { GET: home, POST: score },
  '/livez': { GET: alive },
  '/healthz': { GET: alive },
  '/readyz': { GET: readiness },
};
const elsewhere: Readonly<Record<string, Route>> = { POST: score };

export async function handle(request: IncomingMessage, response: ServerResponse, service: Service): Promise<void> {
  try {
    const { method = 'GET', url = '/' } = request;
    const query = url.indexOf('?');
    const path = query < 0 ? url : url.slice(0, query);
    const methods = Object.hasOwn(routes, path) ? (routes[path] as (typeof routes)[string]) : elsewhere;
    const name = method === 'HEAD' ? 'GET' : method;
    if (!Object.hasOwn(methods, name)) throw wrongMethod(path, method, Object.keys(methods));
    send(response, service, await (methods[name] as Route)(request, service));
  } catch (error) {
    sendError(request, response, service, error);
  }
}

function wrongMethod(path: string, method: string, allowed: readonly string[]): HttpError {
  if (method === 'GET' || method === 'HEAD')
    return new HttpError(404, 'Expected a path of GET: /, /livez, /readyz, /healthz');
  const all = allowed.includes('GET') ? [...allowed, 'HEAD'] : allowed;
  return new HttpError(405, `Expected ${all.join(' or ')} for ${Object.hasOwn(routes, path) ? path : 'this path'}`, {
    headers: { Allow: all.join(', ') },
  });
}

async function score(request: IncomingMessage, service: Service): Promise<Answer> {
  const { texts, explain } = await readQuestion(request, service.limits);
  const scorer = service.ready ?? (await service.scorer);
  if (explain) return json(await (await import('./explain.ts')).explain(scorer, texts)); // a start does without
  if (typeof texts === 'string') return json({ score: scorer.score(texts) });
  return json({ scores: Array.from(await scorer.scoreBatch(texts)) });
}

function home(request: IncomingMessage): Answer {
  if (/\btext\/html\b/.test(request.headers.accept ?? '')) {
    page ??= readPage(); // by the first who asks for it: most processes end without one
    return page;
  }
  return { type: 'text/plain; charset=utf-8', headers: { Vary: 'Accept' }, body: 'Hello Machine Learning !' };
}

let page: Answer | undefined;

function readPage(): Answer {
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
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  return {
    type: 'text/html; charset=utf-8',
    headers: { Vary: 'Accept', 'Content-Security-Policy': policy },
    body,
  };
}

function alive(): Answer {
  return json({ status: 'alive' });
}

function readiness(_: IncomingMessage, { ready, isDraining }: Service): Answer {
  if (isDraining) throw new HttpError(503, 'Shutting down: requests in flight are finished, new ones go elsewhere');
  if (ready === undefined) throw new HttpError(503, 'The bundle is being loaded', { headers: { 'Retry-After': '1' } });
  const { engine, bundle } = ready;
  return json({ status: 'ready', engine, bundle: { name: bundle.name, version: bundle.version } });
}

function json(value: object): Answer {
  return { type: 'application/json', body: JSON.stringify(value) };
}

function send(
  response: ServerResponse,
  { isDraining }: Service,
  { status = 200, type = 'application/json', headers, body }: Answer,
): void {
  if (response.headersSent || response.destroyed) return;
  const all: Record<string, string | number> = {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  };
  if (isDraining) all.Connection = 'close';
  if (headers !== undefined) Object.assign(all, headers);
  response.writeHead(status, all);
  response.end(body);
}

function sendError(request: IncomingMessage, response: ServerResponse, service: Service, error: unknown): void {
  const planned = error instanceof HttpError ? error : new HttpError(500, 'The request could not be answered');
  if (planned !== error) log('error', 'a request failed', error);
  // What a client goes on sending is not worth reading: answer, give the answer time to arrive, and hang up.
  const hangsUp = !request.complete && (planned.status === 413 || planned.status === 415);
  if (hangsUp) {
    request.removeAllListeners('data').resume();
    response.once('finish', () => setTimeout(() => request.socket.destroy(), HANG_UP_MS).unref());
  }
  const headers = { ...planned.headers, ...(hangsUp ? { Connection: 'close' } : {}) };
  send(response, service, {
    status: planned.status,
    type: 'application/problem+json',
    headers,
    body: problemOf(planned),
  });
}

const HANG_UP_MS = 500;
