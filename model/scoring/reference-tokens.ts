/** Text → tokens of the normalized text, by the readable twin. */
import type { NormalizerSettings } from '../bundle/manifest.ts';
import { unmappedText } from '../reference/mapped-text.ts';
import { type NormalizedTokens, splitAtEmoji, wordlessToken } from '../reference/normalized-tokens.ts';
import { createNormalizer } from '../reference/normalizer.ts';
import { termTokenOf } from '../reference/parts-of-speech.ts';
import type { Tokenizer } from '../reference/tokenizer.ts';

/** Without settings, texts are tokenized as they are. */
export function referenceTokens(
  tokenizer: Tokenizer,
  settings: NormalizerSettings | undefined,
): (text: string) => NormalizedTokens {
  const tokens = (text: string) => tokenizer.analyze(text).map(termTokenOf);
  if (settings === undefined) return (text) => ({ normalized: unmappedText(text), tokens: tokens(text) });
  const normalizer = createNormalizer(settings.steps, tokenizer.words);
  const hasEmoji = settings.steps.includes('emoji');
  return (text) => {
    const normalized = normalizer.normalize(text);
    const all = tokens(normalized.text);
    return { normalized, tokens: hasEmoji ? splitAtEmoji(normalized.text, all, wordlessToken) : all };
  };
}
