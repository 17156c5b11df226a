// The part of the step `elongation` that both steps of spelling.h use.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "kana.h"

namespace hoshi {

inline constexpr std::size_t kMaxUnitsAfter = 12;  // units after a mark that a word may end at

constexpr bool IsWave(char16_t unit) { return unit == u'〜'; }
constexpr bool IsFullVowel(char16_t unit) { return unit >= u'あ' && unit <= u'お' && unit % 2 == 0; }
constexpr bool IsSmallVowel(char16_t unit) { return unit >= u'ぁ' && unit <= u'ぉ' && unit % 2 != 0; }
static_assert(IsFullVowel(u'い') && IsSmallVowel(u'ぃ'));

// Whether the unit can be the first of a mark: ー, 〜, a small vowel, or a full vowel before the same one.
inline bool MayBeginMark(std::u16string_view text, std::size_t i) {
  const char16_t unit = text[i];
  if (unit > u'お') return unit == u'ー';
  return IsWave(unit) || IsSmallVowel(unit) ||
         (IsFullVowel(unit) && i + 1 < text.size() && text[i + 1] == unit);
}

// Returns the hiragana that the text begins with, with marks.
inline std::u16string_view WordUnitsAfter(std::u16string_view text) {
  const std::size_t most = std::min(text.size(), kMaxUnitsAfter);
  std::size_t end = 0;
  while (end < most && (IsKana(text[end]) || IsWave(text[end]))) ++end;
  return text.substr(0, end);
}

}  // namespace hoshi
