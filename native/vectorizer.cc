#include "vectorizer.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace hoshi {
namespace {

bool IsSurrogate(char16_t unit) { return (unit & 0xf800) == 0xd800; }

// Returns the length in UTF-16 code units of the word character at `at`, or 0 if it is not a word character.
std::uint32_t WordCharacter(const Vocabulary& vocabulary, std::u16string_view text, std::uint32_t at,
                            std::uint32_t end) {
  const char16_t unit = text[at];
  if (vocabulary.code[unit] == 0) return 0;
  if (!IsSurrogate(unit)) [[likely]]
    return 1;
  if (unit >= 0xdc00 || at + 1 == end || (text[at + 1] & 0xfc00) != 0xdc00) return 0;  // a lone surrogate
  const std::uint32_t character = 0x10000 + ((unit & 0x3ffU) << 10) + (text[at + 1] & 0x3ffU);
  const auto ranges = vocabulary.supplementary;
  const auto after = std::upper_bound(ranges.begin(), ranges.end(), character) - ranges.begin();
  // The character is in a range if an odd number of bounds is at or below it, or if it ends a range.
  return after % 2 == 1 || (after > 0 && ranges[static_cast<std::size_t>(after) - 1] == character) ? 2 : 0;
}

// ln(count), the same double as model/math/logarithm.ts: both use only operations that IEEE 754 defines
// exactly. REQUIRES: count > 0
double Logarithm(const double* table, std::uint32_t count) {
  if (count < Vocabulary::kLogarithmTableSize) return table[count];
  const int doublings = std::bit_width(count) - std::bit_width(Vocabulary::kLogarithmTableSize - 1);
  const std::uint32_t q = count >> doublings;
  const double rounded = static_cast<double>(q) * std::ldexp(1.0, doublings);
  const double r = (count - rounded) / rounded;
  const double rest =
      r * (1 - r * (1.0 / 2 - r * (1.0 / 3 - r * (1.0 / 4 - r * (1.0 / 5 - r * (1.0 / 6 - r * (1.0 / 7)))))));
  return table[q] + doublings * table[2] + rest;
}

}  // namespace

// Counts the terms of one text. Words are gathered, then counted kBlock at a time.
class TermCounter {
 public:
  TermCounter(const Vocabulary& vocabulary, Vectorizer::Scratch& scratch) : v_(vocabulary), s_(scratch) {
    std::fill(s_.ngrams_.begin(), s_.ngrams_.end(), Vocabulary::kNone);
  }

  void AddToken(std::u16string_view text, std::uint32_t at, std::uint32_t end) {
    while (at < end) {
      std::uint32_t length = WordCharacter(v_, text, at, end);
      if (length == 0) {
        ++at;
        continue;
      }
      std::uint32_t characters = 0, word = 0, base = v_.trie[0].base();
      do {
        for (; length > 0; --length, ++at) {
          const std::uint16_t code = v_.code[text[at]];
          const Vocabulary::Unit unit = v_.trie[base + code];
          const bool is_child =
              unit.label() == code;  // base 0 has no children: after a mismatch the word stays unknown
          base = is_child ? unit.base() : 0;
          word = is_child ? unit.word() : 0;
        }
        ++characters;
      } while (at < end && (length = WordCharacter(v_, text, at, end)) != 0);
      if (characters < v_.shortest_word) continue;
      __builtin_prefetch(v_.nodes + (word != 0 ? word - 1 : 0));
      words_[word_count_++] = word;
      if (word_count_ == kBlock) CountGatheredWords();
    }
  }

  // Counts the terms of the gathered words. Their table entries are prefetched first, so that the loads
  // overlap. In a server, where the tables are not in the nearest caches, this halves the time.
  void CountGatheredWords() {
    s_.words += word_count_;
    if (s_.ngrams_.size() > 1) {
      for (std::uint32_t i = 1; i < word_count_; ++i) v_.PrefetchChild(words_[i - 1] - 1, words_[i] - 1);
    }
    for (std::uint32_t i = 0; i < word_count_; ++i) CountWord(words_[i]);
    word_count_ = 0;
  }

 private:
  // `word` is the word's number + 1, or 0 if it is in no term.
  void CountWord(std::uint32_t word) {
    if (word-- == 0) {
      ++s_.unknown_words;
      std::fill(s_.ngrams_.begin(), s_.ngrams_.end(), Vocabulary::kNone);
      return;
    }
    for (std::size_t n = s_.ngrams_.size() - 1; n > 0; --n) {
      const std::uint32_t prefix = s_.ngrams_[n - 1];
      const bool can_extend =
          prefix != Vocabulary::kNone && v_.nodes[prefix].has_children() && v_.nodes[word].is_child_word();
      s_.ngrams_[n] = can_extend ? v_.Child(prefix, word) : Vocabulary::kNone;
      if (s_.ngrams_[n] != Vocabulary::kNone) Count(v_.nodes[s_.ngrams_[n]].column);
    }
    s_.ngrams_[0] = word;
    if (v_.nodes[word].column < 0) ++s_.unknown_words;
    Count(v_.nodes[word].column);
  }

  void Count(std::int32_t column) {
    if (column < 0) return;
    const auto c = static_cast<std::uint32_t>(column);
    __builtin_prefetch(v_.idf + c);
    ++s_.counts_[c];
    s_.column_bits_[c >> 6] |= std::uint64_t{1} << (c & 63);
    s_.block_bits_[c >> 12] |= std::uint64_t{1} << (c >> 6 & 63);
  }

  static constexpr std::uint32_t kBlock = 64;

  const Vocabulary& v_;
  Vectorizer::Scratch& s_;
  std::uint32_t words_[kBlock];
  std::uint32_t word_count_ = 0;
};

Vectorizer::Scratch::Scratch(const Vocabulary& vocabulary)
    : counts_(vocabulary.column_count),
      column_bits_((vocabulary.column_count >> 6) + 1),
      block_bits_((vocabulary.column_count >> 12) + 1),
      ngrams_(vocabulary.longest_term) {}

SparseRow Vectorizer::Row(std::u16string_view text, std::span<const std::uint32_t> ends,
                          Scratch& scratch) const {
  const Vocabulary& v = *vocabulary_;
  TermCounter counter(v, scratch);
  std::uint32_t start = 0;
  for (const std::uint32_t end : ends) {
    counter.AddToken(text, start, end);
    start = end;
  }
  counter.CountGatheredWords();

  scratch.columns_.clear();
  scratch.values_.clear();
  double total = 0;  // summed in the order of the columns, as in model/reference/vectorizer.ts
  for (std::size_t i = 0; i < scratch.block_bits_.size(); ++i) {
    for (std::uint64_t& sets = scratch.block_bits_[i]; sets != 0; sets &= sets - 1) {
      const std::size_t k = i * 64 + static_cast<std::size_t>(std::countr_zero(sets));
      for (std::uint64_t& set = scratch.column_bits_[k]; set != 0; set &= set - 1) {
        const std::size_t column = k * 64 + static_cast<std::size_t>(std::countr_zero(set));
        const std::uint32_t count = scratch.counts_[column];
        scratch.counts_[column] = 0;
        const double frequency =
            v.has_sublinear_tf ? Logarithm(v.logarithms, count) + 1 : static_cast<double>(count);
        const double value = frequency * (v.uses_idf ? v.idf[column] : 1);
        scratch.columns_.push_back(static_cast<std::int32_t>(column));
        scratch.values_.push_back(value);
        total += v.norm == Vocabulary::Norm::kL2 ? value * value : std::abs(value);
      }
    }
  }
  if (v.norm != Vocabulary::Norm::kNone && !scratch.values_.empty()) {
    const double length = v.norm == Vocabulary::Norm::kL2 ? std::sqrt(total) : total;
    for (double& value : scratch.values_) value /= length;
  }
  return {scratch.columns_, scratch.values_};
}

}  // namespace hoshi
