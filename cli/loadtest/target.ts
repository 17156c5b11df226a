/**
 * The target of a load test: its address, and its requests as bytes of HTTP/1.1, which are built once before the test.
 */

export const methods = ['POST', 'PUT', 'GET', 'HEAD'] as const;
export type Method = (typeof methods)[number];

export interface TargetOptions {
  readonly url: string | URL;
  /** Replaces the path of the URL. */
  readonly path?: string;
  readonly method?: Method;
  /** Headers such as `Name: value`. They replace default headers of the same name. */
  readonly headers?: readonly string[];
  /** Whether to accept a TLS certificate that cannot be verified. */
  readonly isInsecure?: boolean;
}

export interface Target {
  /** The URL for messages. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly isSecure: boolean;
  readonly isInsecure: boolean;
  readonly method: Method;
  /** One request for each text. */
  readonly requests: readonly Buffer[];
}

/** The path that clients of the replaced Python server post to. */
const DEFAULT_PATH = '/api/1/users';

/** Throws if the path or a header is malformed. */
export function targetOf(options: TargetOptions, texts: readonly string[]): Target {
  const { method = 'POST', headers = [], isInsecure = false } = options;
  const { protocol, hostname, host, port, pathname, search } = new URL(options.url);
  const isSecure = protocol === 'https:';
  const path = options.path ?? (pathname === '/' && method === 'POST' ? DEFAULT_PATH : `${pathname}${search}`);
  if (!/^\/[\x21-\x7e]*$/.test(path))
    throw new Error(`Expected a path that starts with / and has no spaces, received ${JSON.stringify(path)}`);
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const head = [
    `${method} ${path} HTTP/1.1`,
    ...headersOf(hasBody ? { Host: host, 'Content-Type': 'application/json' } : { Host: host }, headers),
  ].join('\r\n');
  const requests = texts.map((text) => {
    if (!hasBody) return Buffer.from(`${head}\r\n\r\n`);
    const body = JSON.stringify({ texts: text });
    return Buffer.from(`${head}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  });
  return {
    name: `${protocol}//${host}${path}`,
    host: hostname.replace(/^\[|\]$/g, ''), // IPv6 addresses have brackets in URLs only
    port: Number(port) || (isSecure ? 443 : 80),
    isSecure,
    isInsecure,
    method,
    requests,
  };
}

/** Parses a URL of http or https. A text without a scheme gets http. Throws for any other URL. */
export function urlOf(text: string): URL {
  try {
    const url = new URL(/^[a-z]+:\/\//i.test(text) ? text : `http://${text}`);
    if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  } catch {} // not a URL
  throw new Error(`Expected a URL such as http://localhost:8080, received ${JSON.stringify(text)}`);
}

function headersOf(defaults: Readonly<Record<string, string>>, given: readonly string[]): string[] {
  const givenNames = given.map(headerName);
  const kept = Object.entries(defaults).filter(([name]) => !givenNames.includes(name.toLowerCase()));
  return [...kept.map(([name, value]) => `${name}: ${value}`), ...given];
}

/**
 * The name of a header such as `Name: value`, in lower case. Throws if it is malformed or sets the length of the body.
 */
export function headerName(header: string): string {
  const name = /^([!#$%&'*+.^_`|~\w-]+):[\t\x20-\x7e]*$/.exec(header)?.[1]?.toLowerCase();
  if (name === undefined)
    throw new Error(`Expected a header such as "Name: value", received ${JSON.stringify(header)}`);
  if (name === 'content-length' || name === 'transfer-encoding')
    throw new Error(`Expected no header that sets the length of the body, received ${JSON.stringify(header)}`);
  return name;
}
