/**
 * The target of a request (RFC 9112, section 3.2) → its path, its normalized path (RFC 3986, section 6.2.2), and its query.
 * The router and the access log use it, so that both see the same path.
 */

/** The path as the client wrote it, in origin form or in absolute form: without host, query and fragment. */
export function pathOf(target: string): string {
  const end = target.search(QUERY_OR_FRAGMENT);
  const whole = end < 0 ? target : target.slice(0, end);
  const authority = ABSOLUTE_FORM.exec(whole)?.[0];
  if (authority === undefined) return whole;
  return whole.slice(authority.length) || '/';
}

const QUERY_OR_FRAGMENT = /[?#]/;
const ABSOLUTE_FORM = /^https?:\/\/[^/]*/i;

/** The query, without its question mark and the fragment. */
export function queryOf(target: string): string {
  return /^[^?#]*\?([^#]*)/.exec(target)?.[1] ?? '';
}

/**
 * The one spelling of all paths that mean the same. Escapes of unreserved characters are decoded (`%76%31` is `v1`), dot
 * segments are resolved, and empty segments are left out: several slashes count as one, and a slash at the end as none.
 * Other escapes stay, so `%2F` is a character of its segment. So does `*`, the target that is no path.
 */
export function normalizedPath(path: string): string {
  const plain = path.includes('%') && !BROKEN_ESCAPE.test(path) ? path.replaceAll(ESCAPE, decodeUnreserved) : path;
  if (!plain.startsWith('/') || !NEEDS_RESOLVING.test(plain)) return plain;
  const segments: string[] = [];
  for (const segment of plain.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  return `/${segments.join('/')}`;
}

const ESCAPE = /%([\da-f]{2})/gi;
/** A path with an escape that is none is not decoded at all: otherwise `%%37%36` would become an escape. */
const BROKEN_ESCAPE = /%(?![\da-f]{2})/i;
const NEEDS_RESOLVING = /\/(?:[./]|$)/;

function decodeUnreserved(written: string, hex: string): string {
  const character = String.fromCharCode(Number.parseInt(hex, 16));
  return /[\w.~-]/.test(character) ? character : written;
}
