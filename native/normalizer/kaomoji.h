// Finds kaomoji in a text. The readable twin is KaomojiFinder in model/reference/emoji.ts.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hoshi {

// Whether the unit is a letter of ASCII, or the full-width form of one.
inline bool IsLatinLetter(char16_t unit) {
  const auto is_ascii = [](unsigned one) { return (one | 0x20U) - u'a' < 26U; };
  return is_ascii(unit) || (unit >= 0xff21 && is_ascii(unit - 0xfee0U));
}

class KaomojiFinder {
 public:
  struct Kaomoji {
    std::u16string text, emoji;
  };

  KaomojiFinder() = default;
  // If two have the same text, the first one counts.
  explicit KaomojiFinder(std::vector<Kaomoji> kaomoji);

  // Returns the longest kaomoji that begins at text[i], or nullptr. A kaomoji that begins or ends with a
  // Latin letter is not one within a word: Corzine has no orz. REQUIRES: i < text.size()
  const Kaomoji* Find(std::u16string_view text, std::size_t i) const;

  const std::vector<Kaomoji>& kaomoji() const { return kaomoji_; }

 private:
  std::vector<Kaomoji> kaomoji_;  // in the order of their texts
};

}  // namespace hoshi
