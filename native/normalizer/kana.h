// Kana: hiragana and katakana, and the rows of vowels that they belong to. The twin is
// model/reference/kana.ts.
#pragma once

#include <string_view>

namespace hoshi {

constexpr bool IsHiragana(char16_t unit) { return unit >= u'ぁ' && unit <= u'ゖ'; }
// Whether the unit is a katakana that has a hiragana.
constexpr bool IsKatakana(char16_t unit) { return unit >= u'ァ' && unit <= u'ヶ'; }
constexpr bool IsKanji(char16_t unit) { return (unit >= 0x3400 && unit <= 0x9fff) || unit == u'々'; }
constexpr bool IsKana(char16_t unit) { return IsHiragana(unit) || unit == u'ー'; }

// Whether the unit begins a character that combines with nothing before it. False for a few that do not,
// either.
constexpr bool IsBaseCharacter(char16_t unit) {
  return unit < 0x0300 || (unit >= 0x2000 && unit <= 0x20cf) || (unit >= 0x2100 && unit <= 0x2bff) ||
         (unit >= 0x3000 && unit <= 0x3029) || (unit >= 0x3030 && unit <= 0x3098) ||
         (unit >= 0x309b && unit <= 0x9fff) || (unit >= 0xd83c && unit <= 0xd83e) || unit >= 0xff00;
}

constexpr char16_t kKatakanaAfterHiragana = u'ア' - u'あ';

constexpr char16_t ToKatakana(char16_t unit) {
  return IsHiragana(unit) ? static_cast<char16_t>(unit + kKatakanaAfterHiragana) : unit;
}
constexpr char16_t ToHiragana(char16_t unit) {
  return IsKatakana(unit) ? static_cast<char16_t>(unit - kKatakanaAfterHiragana) : unit;
}

// The vowel of a row, and the vowels that write its long sound. All empty for units without a row: っ, ん,
// kanji.
struct KanaRow {
  char16_t full = 0, small = 0;
  std::u16string_view long_vowels;
};

constexpr KanaRow RowOf(char16_t unit) {
  constexpr std::string_view kRows =
      "aaiiuueeooaaiiuueeooaaiiuueeooaaii-uueeooaiueoaaaiiiuuueeeoooaiueoaauuooaiueoaaieo-uae";
  static_assert(kRows.size() == u'ゖ' - u'ぁ' + 1);
  switch (IsHiragana(unit) ? kRows[unit - u'ぁ'] : '-') {
    case 'a':
      return {u'あ', u'ぁ', u"あ"};
    case 'i':
      return {u'い', u'ぃ', u"い"};
    case 'u':
      return {u'う', u'ぅ', u"う"};
    case 'e':
      return {u'え', u'ぇ', u"いえ"};
    case 'o':
      return {u'お', u'ぉ', u"うお"};
    default:
      return {};
  }
}

}  // namespace hoshi
