// Words in a text, and their numbers in a vocabulary. Used by the vectorizer, the ruled terms and the term
// counter only.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "vocabulary.h"

namespace hoshi {

// WordCharacter of a surrogate.
inline std::uint32_t SurrogateLength(const Vocabulary& vocabulary, std::u16string_view text, std::uint32_t at,
                                     std::uint32_t end) {
  const char16_t unit = text[at];
  if (unit >= 0xdc00 || at + 1 == end || (text[at + 1] & 0xfc00) != 0xdc00) return 0;  // a lone surrogate
  const std::uint32_t character = 0x10000 + ((unit & 0x3ffU) << 10) + (text[at + 1] & 0x3ffU);
  const auto ranges = vocabulary.supplementary;
  const auto after = std::upper_bound(ranges.begin(), ranges.end(), character) - ranges.begin();
  // The character is in a range if an odd number of bounds is at or below it, or if it ends a range.
  return after % 2 == 1 || (after > 0 && ranges[static_cast<std::size_t>(after) - 1] == character) ? 2 : 0;
}

// Returns the length in UTF-16 code units of the word character at `at`, or 0 if it is not a word character.
inline std::uint32_t WordCharacter(const Vocabulary& vocabulary, std::u16string_view text, std::uint32_t at,
                                   std::uint32_t end) {
  const char16_t unit = text[at];
  if (vocabulary.code[unit] == 0) return 0;
  return (unit & 0xf800) != 0xd800 ? 1 : SurrogateLength(vocabulary, text, at, end);
}

struct FoundWord {
  std::uint32_t word;        // number + 1; 0: the word is in no term
  std::uint32_t end;         // offset after the word
  std::uint32_t characters;  // code points
};

// Looks up the word of which the first character, of `length` units, is at `at`.
// REQUIRES: length == WordCharacter(vocabulary, text, at, end) > 0
inline FoundWord FindWord(const Vocabulary& vocabulary, std::u16string_view text, std::uint32_t at,
                          std::uint32_t end, std::uint32_t length) {
  const std::uint16_t* const codes = vocabulary.code;
  std::uint32_t characters = 0, word = 0, base = vocabulary.trie[0].base();
  const auto step = [&](std::uint16_t code) {
    const Vocabulary::Unit unit = vocabulary.trie[base + code];
    const bool is_child = unit.label() == code;  // base 0 has no children: a mismatch stays one
    base = is_child ? unit.base() : 0;
    word = is_child ? unit.word() : 0;
  };
  std::uint16_t code = codes[text[at]];
  do {
    step(code);
    if (length == 2) [[unlikely]]
      step(codes[text[++at]]);
    ++characters;
    if (++at == end) break;
    code = codes[text[at]];
    length = code == 0 ? 0 : (text[at] & 0xf800) != 0xd800 ? 1 : SurrogateLength(vocabulary, text, at, end);
  } while (length != 0);
  return {word, at, characters};
}

// Calls visit(found word, offset of its first unit) for each word in [at, end).
template <class Visit>
void ForEachWord(const Vocabulary& vocabulary, std::u16string_view text, std::uint32_t at, std::uint32_t end,
                 Visit visit) {
  while (at < end) {
    const std::uint32_t length = WordCharacter(vocabulary, text, at, end);
    if (length == 0) {
      ++at;
      continue;
    }
    const FoundWord found = FindWord(vocabulary, text, at, end, length);
    visit(found, at);
    at = found.end;
  }
}

}  // namespace hoshi
