/** `GET /card`: what the model is for, how it was made and where it fails, as its folder tells it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Exchange } from './exchange.ts';
import { HttpError } from './problem.ts';
import type { HttpResponse } from './response.ts';

export async function card({ request, service }: Exchange): Promise<HttpResponse> {
  const body = await readFile(join(service.bundlePath, 'README.md')).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new HttpError(404, 'Expected a model with a card, received one without');
    throw error;
  });
  // A browser shows plain text, and saves Markdown to a file.
  const type = /\btext\/html\b/.test(request.headers.accept ?? '') ? 'text/plain' : 'text/markdown';
  return { type: `${type}; charset=utf-8`, headers: { Vary: 'Accept' }, body };
}
