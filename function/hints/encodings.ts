/** A body that is not UTF-8 → the encoding that it seems to be in, and how to change it. */
import { binaryKind, detectEncoding, type Encoding, encodingLabels } from '../../model/io/encoding.ts';

/** Enough for the guess. A longer part would hold the event loop. */
const SAMPLE_BYTES = 2048;

/** The names that iconv has on Linux and macOS. */
const ICONV_NAMES: Readonly<Record<Exclude<Encoding, 'utf-8'>, string>> = {
  'utf-16le': 'UTF-16LE',
  'utf-16be': 'UTF-16BE',
  shift_jis: 'CP932',
  'euc-jp': 'EUC-JP',
};

/** `bytes` are not UTF-8, or they are not JSON because they have zero bytes. */
export function encodingAdvice(bytes: Uint8Array): string {
  const binary = binaryKind(bytes);
  if (binary !== undefined) return `The body looks like ${binary.kind}. Send JSON in UTF-8`;
  const encoding = encodingOf(bytes);
  if (encoding === undefined) return 'Send the text in UTF-8';
  if (encoding === 'utf-8')
    return 'Most of the body looks like UTF-8: a character may have been cut, or texts in two encodings were joined';
  return `The body looks like ${encodingLabels[encoding]}. Convert it: iconv -f ${ICONV_NAMES[encoding]} -t UTF-8`;
}

/** The encoding of a sample: the start, or the bytes from the first one on that is not ASCII. */
function encodingOf(bytes: Uint8Array): Encoding | undefined {
  const start = bytes.subarray(0, SAMPLE_BYTES);
  const first = bytes.findIndex((byte) => byte >= 0x80);
  if (first < SAMPLE_BYTES / 2 || start.includes(0)) return detectEncoding(start);
  return detectEncoding(bytes.subarray(first, first + SAMPLE_BYTES), false);
}
