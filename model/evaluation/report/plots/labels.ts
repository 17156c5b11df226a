/** The labels by stars against the labels by score: negative, neutral, positive. */
import { labels } from '../../../scoring/labels.ts';
import type { ReportData } from '../data.ts';
import { countText } from '../numbers.ts';
import { countMatrix } from './confusion.ts';
import type { Drawing } from './draw.ts';

export function labelMatrix({ input: { evaluation } }: ReportData): Drawing {
  const { counts } = evaluation.labels;
  return {
    id: 'labels',
    title: 'Negative, neutral, positive',
    description: counts
      .map((row, i) => `${labels[i]} by stars: ${row.map((count, k) => `${countText(count)} ${labels[k]}`).join(', ')}`)
      .join('; '),
    spec: countMatrix({ rows: labels, rowTitle: 'by stars', columns: labels, columnTitle: 'by score', counts }),
  };
}
