// Many texts, for work off the event loop, and the counts of their words.
#pragma once

#include <array>
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

// The words of one text. A word is unknown if it alone is not a term of the vocabulary.
struct WordCounts {
  std::uint64_t words = 0, unknown_words = 0;
  WordCounts& operator+=(const WordCounts& other) {
    words += other.words;
    unknown_words += other.unknown_words;
    return *this;
  }
  WordCounts operator-(const WordCounts& other) const {
    return {words - other.words, unknown_words - other.unknown_words};
  }
};

// The counts of many texts, by text. REQUIRES: each text has fewer than 2^32 words
struct WordCountsByText {
  explicit WordCountsByText(std::size_t texts = 0) : words(texts), unknown_words(texts) {}
  void Set(std::size_t text, const WordCounts& counts) {
    words[text] = static_cast<std::uint32_t>(counts.words);
    unknown_words[text] = static_cast<std::uint32_t>(counts.unknown_words);
  }
  std::vector<std::uint32_t> words, unknown_words;
};

// The counts of words in many texts, and the histogram of each text's share of unknown words.
struct WordTotals {
  static constexpr std::size_t kBins = 10;

  WordCounts words;
  // Texts by their share. Bin i has shares in (i/kBins, (i + 1)/kBins], and the first bin also has 0. A text
  // without words is in none.
  std::array<std::uint64_t, kBins> texts{};
  double share_sum = 0;

  void Add(const WordCounts& text) {
    words += text;
    if (text.words == 0) return;
    ++texts[text.unknown_words == 0 ? 0 : (kBins * text.unknown_words - 1) / text.words];
    share_sum += static_cast<double>(text.unknown_words) / static_cast<double>(text.words);
  }
  WordTotals& operator+=(const WordTotals& other) {
    words += other.words;
    for (std::size_t i = 0; i < kBins; ++i) texts[i] += other.texts[i];
    share_sum += other.share_sum;
    return *this;
  }
};

}  // namespace hoshi
