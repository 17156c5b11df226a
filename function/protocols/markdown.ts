/** The package that reads Markdown. In a packed server it is a file of its own, which no start reads (image/pack.ts). */
export { default as createMarkdownIt, type MarkdownIt } from 'markdown-it';
