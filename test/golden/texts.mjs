/**
 * The input texts for kuromoji and scikit-learn: hostile texts, then our own sentences. The sentences (sentences.txt)
 * were copied from model/corpus once and are frozen, so that a golden does not change with the corpus. Long texts are
 * in a short form (`Text` in golden.ts). No character here is invisible: unprintable characters are escaped.
 */
import { readFileSync } from 'node:fs';

const repeat = (text, times) => ({ repeat: [text, times] });

export const hostile = [
  '',
  // Emoji and other supplementary characters: kuromoji counts them in UTF-16 units.
  '最高😀😀😀最高でした',
  '😀',
  '😀😀',
  '😀最高',
  '最高😀',
  '😀最高😀です😀。😀また来ます😀',
  '最高👍🏽でした👨\u200d👩\u200d👧\u200d👦また来ます❤\ufe0f🇯🇵',
  '𠮷野家の牛丼',
  '𠮷𠮷𠮷',
  '𠮷',
  'お店は𠮷野家。𠮷ﾃﾞｽ。ﾃﾞｽ𠮷。𩸽が美味しい𩸽',
  '𝐁𝐨𝐥𝐝な文字と𝟙𝟚𝟛',
  repeat('😀', 300),
  ['最高', repeat('👏', 40), '最高でした'],
  // Lone surrogates and U+0000: kuromoji throws.
  '\ud83d',
  '\ude00',
  '最高\ud83dでした',
  '最高\ude00でした',
  '\ude00\ud83d',
  '最高\ud83d\ud83d\ude00\ude00でした。\ud800',
  '\ud83d😀\ude00',
  '\u0000',
  '最高\u0000でした',
  '\u0000\u0000最高。\u0000、\u0000',
  '\u0000\ud83d😀\ude00\ue000',
  // U+E000, which replaces these characters, and its neighbours.
  '\ue000',
  '最高\ue000でした',
  '\ue000\ue000',
  '\ue000😀\ue000 \ue000',
  '最高\uf8ff\ue001でした\ufffd\uffff\ufffe\ufeff',
  // Spaces of all kinds.
  ' ',
  '  ',
  '\u3000',
  '最高 でした',
  '最高  でした\u3000また\u3000\u3000来ます',
  ' 最高\t\tでした\n\nまた\r\n来ます ',
  '最高\n',
  '\n\t\r\v\f',
  'a\u00a0b\u1680c\u2000d\u2003e\u2009f\u200ag\u2028h\u2029i\u202fj\u205fk\u3000l',
  '最高\u200bでした\u200c\u200d\u2060\ufeff',
  '\u0001\u0008\u001b[31m赤\u001b[0m\u007f\u0085',
  // Punctuation that ends a sentence, and punctuation that does not.
  '。',
  '、',
  '。。',
  '、、、',
  '。、。、最高、。',
  '、最高。。。でした、、また、来ます。',
  '最高。でした',
  '最高｡でした､また､来ます｡',
  '最高.でした,また,来ます.',
  '最高！！！？？？でした…‥・・・〜〜ー－―—',
  '「最高」『でした』（笑）［］｛｝〈〉《》【】〔〕',
  '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
  '☆★○●◎◇◆□■△▲▽▼※〒→←↑↓〓',
  '(^_^)v m(_ _)m (*´∀｀*) orz ｷﾀ━━━━(ﾟ∀ﾟ)━━━━!!',
  // Latin, digits, full-width, half-width.
  'a',
  'A',
  'iPhone15ProMaxを買いました。',
  'It is a good movie, isn’t it?',
  'ｉＰｈｏｎｅ\u3000１５\u3000Ｐｒｏ',
  '0123456789',
  '１２３４５６７８９０',
  '2時間30分で1,980円（税込2,178円）、99.9%満足',
  '一二三四五六七八九十百千万億兆',
  'ⅠⅡⅢⅣ①②③㈱㍻㌔㍉½¼²³¹ªº',
  'ﾊﾝｶｸｶﾅ',
  'ﾃﾞｼﾞﾀﾙｶﾒﾗｶﾞｽﾊﾞﾗｼｲ',
  'ｶﾞｷﾞｸﾞﾊﾟﾋﾟﾌﾟｰ',
  'snake_case_と_アンダースコア__＿全角＿',
  '_',
  '__ _ a_b',
  'www',
  'ｗｗｗ草',
  'http://example.com/?q=映画&page=2#top',
  'foo@example.co.jp',
  'ÀÉÎõü ßẞ Ĳ ŉ ǆ ﬁ İ ı',
  'Русский текст и ελληνικά',
  '한국어 텍스트와 中文文本',
  'नमस\u094dत\u0947 สว\u0e31สด\u0e35 مرحبا שלום',
  // Combining marks, joiners, variation selectors, ligatures.
  'か\u3099き\u3099は\u309aひ\u309a',
  '\u3099か',
  '\u309a',
  'e\u0301e\u0301 a\u0300\u0301\u0302 が゛ぱ゜',
  ['すごい', repeat('\u3099', 20), 'です'],
  '葛\u{e0100}城市と葛城市',
  '辻\ufe00辻\ufe0f',
  'ゟヿ〼ヷヸヹヺ〆〇々ゝゞヽヾ〳〵',
  '㐀㐁䶵龥龦鿿豈﨑﨟﨡﨣﨤﨧﨨﨩',
  '髙橋と山﨑と德永と神﨑',
  'アァイィウゥエェオォッャュョヮヵヶ',
  'ぁぃぅぇぉっゃゅょゎゐゑゔゕゖ',
  // Words that depend on the handling of unknown words.
  'スマートフォンケースカバーフィルム',
  'めっちゃヤバいっす',
  'うめぇえええええええ',
  'すもももももももものうち',
  'にわにはにわにわとりがいる',
  'ーーーー',
  'ラーメンーーー最高ーーー',
  '貴社の記者が汽車で帰社した',
  '東京都に住む',
  'とは言えない',
  // Long texts: kuromoji takes quadratic time on text without 、 or 。
  repeat('ー', 2000),
  repeat('a', 3000),
  repeat('あ', 1000),
  repeat('ア', 2000),
  repeat('漢', 1000),
  repeat('9', 2000),
  repeat('！', 2000),
  repeat(' ', 2000),
  repeat('とても面白い映画でした', 909),
  repeat('。', 500),
  repeat('、', 500),
  repeat('最高。', 300),
  ['普通の店。', repeat('最高。', 299), repeat('とても良い。', 64), repeat('悪い。', 2)],
  repeat('最高。', 5000),
  repeat('良い悪い、', 137),
  [repeat('長い', 50), '。', repeat('とても長い文章ですが、', 30), '終わりです。'],
];

export const sentences = readFileSync(new URL('sentences.txt', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n');

export function textOf(text) {
  if (typeof text === 'string') return text;
  if (Array.isArray(text)) return text.map(textOf).join('');
  return textOf(text.repeat[0]).repeat(text.repeat[1]);
}
