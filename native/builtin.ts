/**
 * Node's own modules by `require`. To `import` one is to read each of its exports, also those that are loaded when they are read
 * first: undici and HTTP/2 by node:http, WebCrypto by node:crypto, readline by node:fs, workers by node:util. On Node 24 that is
 * half of a start, and 14 MB. What is on the way of the server's start comes from here; elsewhere it is of no matter.
 */
import { createRequire } from 'node:module';

interface Builtins {
  'node:crypto': typeof import('node:crypto');
  'node:fs': typeof import('node:fs');
  'node:http': typeof import('node:http');
  'node:net': typeof import('node:net');
  'node:tty': typeof import('node:tty');
  'node:util': typeof import('node:util');
}

export const requireBuiltin = createRequire(import.meta.url) as <Name extends keyof Builtins>(
  name: Name,
) => Builtins[Name];
