/** Where the requests of a load go, and each of them as bytes of HTTP/1.1, made once. */

export const methods = ['POST', 'PUT', 'GET', 'HEAD'] as const;
export type Method = (typeof methods)[number];

export interface TargetOptions {
  readonly url: string | URL;
  /** In place of the URL's. */
  readonly path?: string;
  readonly method?: Method;
  /** `Name: value` each; they take the place of ours. */
  readonly headers?: readonly string[];
  /** Whether a certificate that nobody vouches for will do. */
  readonly isInsecure?: boolean;
}

export interface Target {
  /** As a person reads it. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly isSecure: boolean;
  readonly isInsecure: boolean;
  readonly method: Method;
  /** One for each text. */
  readonly requests: readonly Buffer[];
}

/** What the clients of the original post to. */
const PATH = '/api/1/users';

export function targetOf(options: TargetOptions, texts: readonly string[]): Target {
  const { method = 'POST', headers = [], isInsecure = false } = options;
  const { protocol, hostname, host, port, pathname, search } = new URL(options.url);
  const isSecure = protocol === 'https:';
  const path = options.path ?? (pathname === '/' && method === 'POST' ? PATH : `${pathname}${search}`);
  if (!/^\/[\x21-\x7e]*$/.test(path)) throw new Error(`Expected a path from / on, received ${JSON.stringify(path)}`);
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
    host: hostname.replace(/^\[|\]$/g, ''), // of an IPv6 address
    port: Number(port) || (isSecure ? 443 : 80),
    isSecure,
    isInsecure,
    method,
    requests,
  };
}

/** A URL of http or https; http where it does not say. */
export function urlOf(text: string): URL {
  try {
    const url = new URL(/^[a-z]+:\/\//i.test(text) ? text : `http://${text}`);
    if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  } catch {} // it is none
  throw new Error(`Expected a URL such as http://localhost:8080, received ${JSON.stringify(text)}`);
}

function headersOf(ours: Readonly<Record<string, string>>, theirs: readonly string[]): string[] {
  const named = theirs.map(headerName);
  const left = Object.entries(ours).filter(([name]) => !named.includes(name.toLowerCase()));
  return [...left.map(([name, value]) => `${name}: ${value}`), ...theirs];
}

/** The name of a header such as `Name: value`, in lower case. */
export function headerName(header: string): string {
  const name = /^([!#$%&'*+.^_`|~\w-]+):[\t\x20-\x7e]*$/.exec(header)?.[1]?.toLowerCase();
  if (name === undefined)
    throw new Error(`Expected a header such as "Name: value", received ${JSON.stringify(header)}`);
  if (name === 'content-length' || name === 'transfer-encoding')
    throw new Error(`Expected no header that says how long the body is, received ${JSON.stringify(header)}`);
  return name;
}
