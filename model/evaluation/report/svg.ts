/**
 * Vega's SVG → SVG for a page: half the bytes, with a title and a description for screen readers.
 *
 * Regular expressions are enough to find tags: Vega's output has no comments, no CDATA, and no unescaped < or > in
 * attributes.
 */
import { escapeHtml } from './html.ts';

const NEEDLESS = /^(aria-.*|role|class|pointer-events|xmlns.*|version|stroke-miterlimit|font-family|width|height)$/;

/** `id` is unique in the page. REQUIRES: `title` and `description` are well-formed, without control characters. */
export function embedSvg(svg: string, id: string, title: string, description: string): string {
  const slim = svg
    .replace(/<(\w+)((?:\s[\w:-]+="[^"]*")*)\s*(\/?)>/g, (_, name: string, attributes: string, end: string) =>
      slimTag(name, attributes, end),
    )
    .replace(/<(path|rect)(?: [\w-]+="[^"]*")* d="(?:M0,0h0v0h0Z)?"(?: [\w-]+="[^"]*")*\/>/g, '')
    .replace(/<path display="none"\/>/g, '');
  const [, rest = ''] = /^<svg[^>]*>([\s\S]*)$/.exec(withoutEmptyGroups(slim)) ?? [];
  const [, box = ''] = /viewBox="([^"]*)"/.exec(svg) ?? [];
  return (
    `<svg viewBox="${box}" role="img" aria-labelledby="${id}-title ${id}-text">` +
    `<title id="${id}-title">${escapeHtml(title)}</title><desc id="${id}-text">${escapeHtml(description)}</desc>${rest}`
  );
}

function slimTag(name: string, attributes: string, end: string): string {
  const isSized = name === 'rect'; // a rect needs its size; without one the svg element grows with the page
  const kept = Array.from(attributes.matchAll(/([\w:-]+)="([^"]*)"/g))
    .filter(
      ([, key = '', value]) => !((isSized ? /^(aria-.*|role|class)$/ : NEEDLESS).test(key) || isDefault(key, value)),
    )
    .map(([, key, value = '']) => ` ${key}="${/^(d|transform|[xy]2?)$/.test(key as string) ? shorter(value) : value}"`);
  return `<${name}${kept.join('')}${end}>`;
}

function isDefault(key: string, value = ''): boolean {
  return (/^(stroke-|fill-)?opacity$/.test(key) && value === '1') || (/^[xy]2$/.test(key) && value === '0');
}

function shorter(numbers: string): string {
  return numbers.replace(/-?\d+\.\d{2,}(e-?\d+)?/g, (number) => String(Math.round(Number(number) * 10) / 10));
}

function withoutEmptyGroups(svg: string): string {
  const less = svg.replace(/<g(?: [\w-]+="[^"]*")*><\/g>/g, '');
  return less === svg ? svg : withoutEmptyGroups(less);
}
