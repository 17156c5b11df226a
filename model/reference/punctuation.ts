/**
 * The steps dashes, punctuation and repeats of the normalizer. The twin of native/normalizer/steps.cc. Their characters are
 * in normalization/dashes.tsv, punctuation.tsv and repeats.tsv.
 */
import { isLatinLetter } from './emoji.ts';
import { type MappedText, MappedTextBuilder } from './mapped-text.ts';
import { normalizationTables } from './normalization-tables.ts';

/**
 * Replaces each character of a group by the dash of the group, and deletes it after that dash: "—ー" is "ー". This is
 * neologdn 0.5.6 with `tilde="normalize_zenkaku"`, except that neologdn keeps runs of 〜. test/golden/dashes.json pins
 * it.
 */
export function replaceDashes(text: MappedText): MappedText {
  const { dashes } = normalizationTables();
  const builder = new MappedTextBuilder();
  let last = '';
  for (let i = 0; i < text.text.length; i++) {
    const unit = text.text[i] as string;
    const dash = dashes.get(unit);
    if (dash === undefined) builder.addFrom(text, i);
    else if (dash === last) builder.delete(text.ends[i] as number);
    else builder.add(dash, text.starts[i] as number, text.ends[i] as number);
    last = dash ?? unit;
  }
  return builder.build();
}

/** Replaces ASCII punctuation by the form that kuromoji knows. "." and "," between two digits stay. */
export function replacePunctuation(text: MappedText): MappedText {
  const { punctuation } = normalizationTables();
  const symbols = Array.from({ length: text.text.length }, (_, i) => {
    const unit = text.text[i] as string;
    const isInNumber = /[.,]/.test(unit) && isDigit(text.text[i - 1]) && isDigit(text.text[i + 1]);
    return isInNumber ? unit : (punctuation.get(unit) ?? unit);
  });
  return { ...text, text: symbols.join('') };
}

/** Shortens runs of one character. A run of Latin letters stays if it is a part of a word. */
export function shortenRuns(text: MappedText): MappedText {
  const { repeats } = normalizationTables();
  const units = text.text;
  const builder = new MappedTextBuilder();
  for (let i = 0, end: number; i < units.length; i = end) {
    end = i + 1;
    while (units[end] === units[i]) end++;
    const { minimum = Number.POSITIVE_INFINITY, replacement = '' } = repeats.get(units[i] as string) ?? {};
    const isInWord = isLatinLetter(units[i]) && (isLatinLetter(units[i - 1]) || isLatinLetter(units[end]));
    if (end - i < minimum || isInWord || units.slice(i, end) === replacement) builder.addFrom(text, i, end);
    else builder.add(replacement, text.starts[i] as number, text.ends[end - 1] as number);
  }
  return builder.build();
}

/**
 * Joins … with the points and the … beside it. NFKC makes three points of …, so they are one run when the text is
 * normalized again.
 */
export function joinEllipses(text: MappedText): MappedText {
  const units = text.text;
  const builder = new MappedTextBuilder();
  for (let i = 0, end: number; i < units.length; i = end) {
    end = i;
    while (/[.．…]/.test(units.charAt(end))) end++;
    if (end - i >= 2 && units.slice(i, end).includes('…')) {
      builder.add('…', text.starts[i] as number, text.ends[end - 1] as number);
    } else {
      end = Math.max(end, i + 1);
      builder.addFrom(text, i, end);
    }
  }
  return builder.build();
}

function isDigit(unit: string | undefined): boolean {
  return unit !== undefined && /^[0-9０-９]$/.test(unit);
}
