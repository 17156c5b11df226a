/**
 * Model cards, Markdown → HTML. A bundle may come from anyone, so its card is not trusted: HTML in it is shown as text,
 * links lead to https, http, mail addresses and places of the page only, and there are no images.
 */
import type { CardLanguage } from '../../model/scoring/bundle-source.ts';
import { createMarkdownIt, type MarkdownIt } from './markdown.ts';

/** A longer card is shown as it is written, because making HTML of it would hold the event loop. In UTF-16 units. */
const MOST_RENDERED = 1 << 15;
/** A longer block of code is closed at first. */
const MOST_LINES = 30;

interface Card {
  readonly language: CardLanguage;
  readonly markdown: string;
}

/** The contents of the last articles by their cards: a card changes only with its bundle. */
const made = new Map<string, string>();

/** HTML with an article for each card. Only the preferred one is visible, or the first if there is none such. */
export function renderCards(cards: readonly Card[], preferred: CardLanguage): string {
  const shown = cards.find(({ language }) => language === preferred) ?? cards[0];
  const articles = cards.map(({ language, markdown }) => [language + markdown, contentOf(language, markdown)] as const);
  made.clear();
  for (const [key, content] of articles) made.set(key, content);
  return cards
    .map((card, i) => {
      const { language } = card;
      const content = articles[i]?.[1];
      return `<article lang="${language}"${card === shown ? '' : ' hidden'}>\n${content}</article>`;
    })
    .join('\n');
}

function contentOf(language: CardLanguage, markdown: string): string {
  const content = made.get(language + markdown);
  if (content !== undefined) return content;
  return markdown.length > MOST_RENDERED ? longCard(markdown) : rendererIn(language).render(markdown);
}

const WORDS = {
  en: { lines: (count: number) => `${count} lines`, table: 'Table', code: 'Code' },
  ja: { lines: (count: number) => `${count} 行`, table: '表', code: 'コード' },
} as const;

function rendererIn(language: CardLanguage): MarkdownIt {
  const words = WORDS[language];
  const renderer = createMarkdownIt({ html: false });
  const { escapeHtml } = renderer.utils;
  renderer.validateLink = (url) => /^(?:https?:|mailto:|#)/i.test(url.trim());
  const { rules } = renderer.renderer;
  rules.image = (tokens, index) => escapeHtml(tokens[index]?.content ?? ''); // the text in place of the image
  // A wide table scrolls by itself, also by keyboard.
  rules.table_open = () => `<div class="scroll" tabindex="0" role="group" aria-label="${words.table}"><table>\n`;
  rules.table_close = () => '</table></div>\n';
  // The policy of the page forbids style attributes, by which markdown-it aligns cells.
  rules.th_open = () => '<th>';
  rules.td_open = () => '<td>';
  // A line break between full-width characters is no space: Japanese has none between words.
  rules.softbreak = (tokens, index) => {
    const around = (tokens[index - 1]?.content.slice(-1) ?? '') + (tokens[index + 1]?.content.slice(0, 1) ?? '');
    return /^[\u3000-\u9fff\uff00-\uffef]{2}$/.test(around) ? '' : '\n';
  };
  const code = (content: string, name: string) => {
    const lines = content.split('\n').length - 1;
    const block = `<pre tabindex="0" role="group" aria-label="${words.code}"><code>${escapeHtml(content)}</code></pre>\n`;
    if (lines <= MOST_LINES) return block;
    return `<details><summary>${escapeHtml(`${name} (${words.lines(lines)})`.trim())}</summary>${block}</details>\n`;
  };
  rules.fence = (tokens, index) => code(tokens[index]?.content ?? '', tokens[index]?.info.trim() ?? '');
  rules.code_block = (tokens, index) => code(tokens[index]?.content ?? '', '');
  return renderer;
}

function longCard(markdown: string): string {
  const { escapeHtml } = createMarkdownIt().utils;
  return `<pre tabindex="0">${escapeHtml(markdown)}</pre>\n`;
}
