#include "kaomoji.h"

#include <algorithm>
#include <utility>

namespace hoshi {
namespace {

// Whether the units on both sides of text[i] are Latin letters.
bool IsInWord(std::u16string_view text, std::size_t i) {
  return i > 0 && i < text.size() && IsLatinLetter(text[i - 1]) && IsLatinLetter(text[i]);
}

}  // namespace

KaomojiFinder::KaomojiFinder(std::vector<Kaomoji> kaomoji) : kaomoji_(std::move(kaomoji)) {
  std::stable_sort(kaomoji_.begin(), kaomoji_.end(),
                   [](const Kaomoji& a, const Kaomoji& b) { return a.text < b.text; });
  const auto is_same = [](const Kaomoji& a, const Kaomoji& b) { return a.text == b.text; };
  kaomoji_.erase(std::unique(kaomoji_.begin(), kaomoji_.end(), is_same), kaomoji_.end());
}

const KaomojiFinder::Kaomoji* KaomojiFinder::Find(std::u16string_view text, std::size_t i) const {
  if (IsInWord(text, i)) return nullptr;
  const Kaomoji* longest = nullptr;
  auto begin = kaomoji_.begin(), end = kaomoji_.end();  // those with the units [i, i + length) of the text
  for (std::size_t length = 0; i + length < text.size() && begin != end; ++length) {
    const char16_t unit = text[i + length];
    begin = std::partition_point(begin, end, [length, unit](const Kaomoji& one) {
      return one.text.size() == length || one.text[length] < unit;
    });
    end = std::partition_point(begin, end,
                               [length, unit](const Kaomoji& one) { return one.text[length] == unit; });
    const bool is_whole = begin != end && begin->text.size() == length + 1;
    if (is_whole && !IsInWord(text, i + length + 1)) longest = &*begin;
  }
  return longest;
}

}  // namespace hoshi
