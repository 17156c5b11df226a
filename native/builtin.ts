/**
 * Loads Node's own modules by `require`. In the packed server, image/packed-builtin.ts stands for this file. An `import` reads every export of a module, including those that load further
 * modules when they are first read: node:http loads undici and HTTP/2, node:crypto WebCrypto, node:fs readline,
 * node:util workers. On Node 24 that is half of the start time, and 14 MB. Files that run at the server's start use
 * this function; other files may import.
 */
import { createRequire } from 'node:module';

interface Builtins {
  'node:crypto': typeof import('node:crypto');
  'node:fs': typeof import('node:fs');
  'node:http': typeof import('node:http');
  'node:net': typeof import('node:net');
  'node:os': typeof import('node:os');
  'node:tty': typeof import('node:tty');
  'node:util': typeof import('node:util');
}

export const requireBuiltin = createRequire(import.meta.url) as <Name extends keyof Builtins>(
  name: Name,
) => Builtins[Name];

/** Loads an addon, or finds a package from here. */
export const requireFile = requireBuiltin as unknown as NodeJS.Require;
