// Code points of a UTF-16 text. A lone surrogate counts as a code point of its own.
#pragma once

#include <cstddef>
#include <string_view>

namespace hoshi {

struct CodePoint {
  char32_t code;
  std::size_t length;  // in units
};

// REQUIRES: i < text.size()
inline CodePoint CodePointAt(std::u16string_view text, std::size_t i) {
  const char16_t high = text[i];
  if ((high & 0xfc00) != 0xd800 || i + 1 == text.size() || (text[i + 1] & 0xfc00) != 0xdc00) return {high, 1};
  return {0x10000 + ((high & 0x3ffU) << 10 | (text[i + 1] & 0x3ffU)), 2};
}

}  // namespace hoshi
