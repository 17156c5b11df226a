/** Text → tokens with base forms and parts of speech, by the native analyzer. */
import type { NativeAnalyzer } from '../../native/index.ts';
import type { TermToken } from '../reference/parts-of-speech.ts';

/** The function keeps the features of each dictionary word that it has seen: at most as many as the dictionary has. */
export function nativeTokenizer(analyzer: NativeAnalyzer): (text: string) => TermToken[] {
  const features = new Map<number, ReturnType<NativeAnalyzer['word']>>();
  const featuresOf = (word: number) => {
    const known = features.get(word) ?? analyzer.word(word);
    features.set(word, known);
    return known;
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
