// The part of the step `elongation` that both steps of spelling.h use.
#pragma once

#include <cstddef>
#include <string_view>

#include "dictionary.h"
#include "mapped_text.h"

namespace hoshi {

inline constexpr std::size_t kMaxUnitsAfter = 12;  // units after a mark that a word may end at

// Whether the unit can be the first of a mark: ー, 〜, a small vowel, or a full vowel before the same one.
bool MayBeginMark(std::u16string_view text, std::size_t i);

// Returns the hiragana that the text begins with, with marks.
std::u16string_view WordUnitsAfter(std::u16string_view text);

// Elongate, in place.
void ElongateInPlace(const Dictionary& dictionary, MappedText& text);

}  // namespace hoshi
