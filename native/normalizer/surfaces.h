// Exact look-up of the dictionary's surfaces, without analysing a text. The twin is
// model/reference/dictionary-words.ts.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "../dictionary.h"
#include "kana.h"

namespace hoshi {

// A walk down the trie. Each unit of a text is one step.
class SurfaceWalk {
 public:
  explicit SurfaceWalk(const Dictionary& dictionary) : d_(&dictionary), base_(dictionary.trie[0].base()) {}

  // Returns whether a surface begins with the units so far. If not, every later step fails, too.
  bool Step(char16_t unit) {
    is_surface_ = false;
    if (base_ == 0) return false;
    const std::uint16_t code = d_->code[unit];
    const Dictionary::Unit next = d_->trie[base_ + code];
    if (next.label() != code) {
      base_ = 0;
      return false;
    }
    base_ = next.base();
    is_surface_ = next.word() != 0;
    return true;
  }

  bool Step(std::u16string_view text) {
    for (const char16_t unit : text)
      if (!Step(unit)) return false;
    return true;
  }

  // Whether the units so far are a surface.
  bool is_surface() const { return is_surface_; }

  // Returns the length of the longest part of the text, from its beginning, that continues the units so far
  // to a surface, or 0.
  std::size_t Longest(std::u16string_view text) const {
    SurfaceWalk walk = *this;
    std::size_t longest = 0;
    for (std::size_t i = 0; i < text.size() && walk.Step(text[i]); ++i)
      if (walk.is_surface()) longest = i + 1;
    return longest;
  }

 private:
  const Dictionary* d_;
  std::uint32_t base_;  // 0: no unit can follow
  bool is_surface_ = false;
};

inline bool IsSurface(const Dictionary& dictionary, std::u16string_view text) {
  SurfaceWalk walk(dictionary);
  return walk.Step(text) && walk.is_surface();
}

// The same for a text of two parts.
inline bool IsSurface(const Dictionary& dictionary, std::u16string_view stem, std::u16string_view ending) {
  SurfaceWalk walk(dictionary);
  return walk.Step(stem) && walk.Step(ending) && walk.is_surface();
}

// Everyday words that IPADIC lacks as one surface, or that are too short to be trusted elsewhere than at the
// start of a word. The twin is everyday-words.ts.
inline constexpr auto kEverydayWords = std::to_array<std::u16string_view>(
    {u"ああ",         u"いい",       u"うう",     u"ええ",       u"おお",      u"もう",     u"そう",
     u"どう",         u"こう",       u"しよう",   u"でしょう",   u"だろう",    u"ましょう", u"ありがとう",
     u"おはよう",     u"おめでとう", u"ほんとう", u"さいこう",   u"さいあく",  u"さいてい", u"びみょう",
     u"だいじょうぶ", u"がっこう",   u"せんせい", u"きれい",     u"おねえ",    u"おにい",   u"おじい",
     u"すげえ",       u"やべえ",     u"うめえ",   u"ひでえ",     u"きもい",    u"ださい",   u"うざい",
     u"だせえ",       u"うるせえ",   u"くねえ",   u"つまらねえ", u"つまんねえ"});
inline constexpr std::size_t kMaxEverydayWord = 6;
static_assert(std::all_of(kEverydayWords.begin(), kEverydayWords.end(), [](std::u16string_view word) {
  return word.size() >= 2 && word.size() <= kMaxEverydayWord && word.find(u'ー') == word.npos;
}));

// By hiragana: a bit for each length of an everyday word that begins with it.
inline constexpr auto kEverydayLengths = [] {
  std::array<std::uint8_t, u'ゖ' - u'ぁ' + 1> lengths{};
  for (const std::u16string_view word : kEverydayWords)
    lengths[word.front() - u'ぁ'] |= static_cast<std::uint8_t>(1U << word.size());
  return lengths;
}();

// REQUIRES: the text is not empty
inline bool IsEverydayWord(std::u16string_view text) {
  if (!IsHiragana(text.front()) || text.size() > kMaxEverydayWord ||
      (kEverydayLengths[text.front() - u'ぁ'] >> text.size() & 1) == 0)
    return false;
  for (const std::u16string_view word : kEverydayWords)
    if (word.size() == text.size() && word.front() == text.front() && word == text) return true;
  return false;
}

}  // namespace hoshi
