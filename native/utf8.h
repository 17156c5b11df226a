// UTF-8 → UTF-16, strict: as the Unicode standard defines well-formed UTF-8 (table 3-7), so no surrogates, no
// overlong forms and nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace hoshi {

// Appends the text to `units`. Returns the offset of the first byte that begins no character, or nothing if
// the text is valid; `units` then has all of it. Throws std::bad_alloc.
inline std::optional<std::size_t> AppendUtf8(std::string_view bytes, std::vector<char16_t>& units) {
  const auto byte = [bytes](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  for (std::size_t i = 0; i < bytes.size();) {
    const unsigned first = byte(i);
    if (first < 0x80) {
      units.push_back(static_cast<char16_t>(first));
      ++i;
      continue;
    }
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || length > bytes.size() - i) return i;
    char32_t code = first & (0xffU >> (length + 1));
    for (std::size_t k = 1; k < length; ++k) {
      if ((byte(i + k) & 0xc0U) != 0x80) return i;
      code = code << 6 | (byte(i + k) & 0x3fU);
    }
    constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
    if (code < kLeast[length] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return i;
    if (code < 0x10000) {
      units.push_back(static_cast<char16_t>(code));
    } else {
      units.push_back(static_cast<char16_t>(0xd7c0 + (code >> 10)));
      units.push_back(static_cast<char16_t>(0xdc00 + (code & 0x3ff)));
    }
    i += length;
  }
  return std::nullopt;
}

}  // namespace hoshi
