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

}  // namespace hoshi
