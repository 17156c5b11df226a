// Many texts, for work off the event loop, and the counts of their words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace hoshi {

// A list of texts in one piece of memory.
class Texts {
 public:
  void Add(std::u16string_view text) {
    units_.insert(units_.end(), text.begin(), text.end());
    ends_.push_back(units_.size());
  }
  std::size_t size() const { return ends_.size(); }
  std::u16string_view operator[](std::size_t i) const {
    const std::size_t start = i == 0 ? 0 : ends_[i - 1];
    return {units_.data() + start, ends_[i] - start};
  }

 private:
  std::vector<char16_t> units_;
  std::vector<std::size_t> ends_;
};

// A word is unknown if it alone is not a term of the vocabulary.
struct WordCounts {
  std::uint64_t words = 0, unknown_words = 0;
  WordCounts& operator+=(const WordCounts& other) {
    words += other.words;
    unknown_words += other.unknown_words;
    return *this;
  }
};

// The counts of many texts, by text. REQUIRES: each text has fewer than 2^32 words
struct WordCountsByText {
  explicit WordCountsByText(std::size_t texts = 0) : words(texts), unknown_words(texts) {}
  void Set(std::size_t text, const WordCounts& counts) {
    words[text] = static_cast<std::uint32_t>(counts.words);
    unknown_words[text] = static_cast<std::uint32_t>(counts.unknown_words);
  }
  WordCounts Total() const {
    WordCounts total;
    for (std::size_t i = 0; i < words.size(); ++i) total += {words[i], unknown_words[i]};
    return total;
  }
  std::vector<std::uint32_t> words, unknown_words;
};

}  // namespace hoshi
