/** Text → tokens of the normalized text, by the native normalizer and analyzer. */
import type { NativeAnalyzer, NativeNormalizer } from '../../native/index.ts';
import { unmappedText } from '../reference/mapped-text.ts';
import { type NormalizedTokens, splitAtEmoji, wordlessToken } from '../reference/normalized-tokens.ts';
import type { TermToken } from '../reference/parts-of-speech.ts';

/** Without a normalizer, texts are tokenized as they are. */
export function nativeTokens(
  analyzer: NativeAnalyzer,
  normalizer: NativeNormalizer | undefined,
): (text: string) => NormalizedTokens {
  const tokens = nativeTokenizer(analyzer);
  if (normalizer === undefined) return (text) => ({ normalized: unmappedText(text), tokens: tokens(text) });
  return (text) => {
    const { text: normalizedText, starts, ends } = normalizer.normalize(text);
    const normalized = { text: normalizedText, starts: Array.from(starts), ends: Array.from(ends) };
    const all = tokens(normalizedText);
    return { normalized, tokens: normalizer.keepsEmoji ? splitAtEmoji(normalizedText, all, wordlessToken) : all };
  };
}

/** The function keeps the features of each dictionary word that it has seen: at most as many as the dictionary has. */
function nativeTokenizer(analyzer: NativeAnalyzer): (text: string) => TermToken[] {
  const features = new Map<number, ReturnType<NativeAnalyzer['word']>>();
  const featuresOf = (word: number) => {
    const known = features.get(word);
    if (known !== undefined) return known;
    const read = analyzer.word(word);
    features.set(word, read);
    return read;
  };
  return (text) => {
    const { ends, words } = analyzer.analyzeWords(text);
    let start = 0;
    return Array.from(ends, (end, i) => {
      const { base, partOfSpeech } = featuresOf(words[i] as number);
      const token = { surface: text.slice(start, end), start, end, base, partOfSpeech };
      start = end;
      return token;
    });
  };
}
