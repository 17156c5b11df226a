// The words that frequent tokens become, so that they are not looked up again in each text. Used by the ruled
// terms only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "dictionary.h"

namespace hoshi {

// One vocabulary, one owner at a time. A word of the dictionary has one place; a later word takes it over.
// Frequent words have low numbers (model/compile/dictionary.ts), so they lie close together.
class WordCache {
 public:
  struct Entry {
    std::uint32_t dictionary_word = kEmpty;
    std::uint32_t bits = 0;
    std::uint32_t word() const { return bits >> 8; }  // number + 1 in the vocabulary; 0: in no term
    PartOfSpeech part_of_speech() const { return static_cast<PartOfSpeech>(bits & 255); }
  };

  // Forgets all words if `dictionary` is another one than in the call before. Throws std::bad_alloc.
  void Use(const Dictionary& dictionary) {
    if (dictionary_ == &dictionary) return;
    entries_.assign(kEntries, Entry{});
    dictionary_ = &dictionary;
  }

  // Returns the entry that holds the word, if one does. REQUIRES: Use was called
  const Entry& At(std::uint32_t dictionary_word) const { return entries_[dictionary_word % kEntries]; }
  void Prefetch(std::uint32_t dictionary_word) const { __builtin_prefetch(&At(dictionary_word)); }

  // REQUIRES: Use was called; word < 2^24
  void Set(std::uint32_t dictionary_word, std::uint32_t word, PartOfSpeech part) {
    entries_[dictionary_word % kEntries] = {dictionary_word, word << 8 | static_cast<std::uint32_t>(part)};
  }

 private:
  static constexpr std::size_t kEntries = 1 << 13;  // 64 KiB
  static constexpr std::uint32_t kEmpty = 0xffffffff;
  const Dictionary* dictionary_ = nullptr;
  std::vector<Entry> entries_;
};

}  // namespace hoshi
