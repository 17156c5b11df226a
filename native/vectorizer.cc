#include "vectorizer.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "word_lookup.h"

namespace hoshi {
namespace {

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

// Counts the terms of one text without rules. Words are gathered, then counted kBlock at a time.
class SurfaceTerms {
 public:
  SurfaceTerms(const Vocabulary& vocabulary, Vectorizer::Scratch& scratch,
               std::vector<Occurrence>* occurrences)
      : v_(vocabulary), s_(scratch), ngrams_(vocabulary, scratch.ngrams_), occurrences_(occurrences) {}

  void AddToken(std::u16string_view text, std::uint32_t at, std::uint32_t end) {
    ForEachWord(v_, text, at, end, [&](const FoundWord& found, std::uint32_t start) {
      if (found.characters >= v_.shortest_word) AddWord(found, start);
    });
  }

  // Counts the terms of the gathered words. Their table entries are prefetched first, so that the loads
  // overlap. In a server, where the tables are not in the nearest caches, this halves the time.
  void CountGatheredWords() {
    counts_.words += word_count_;
    if (v_.longest_term > 1) {
      for (std::uint32_t i = 1; i < word_count_; ++i) v_.PrefetchEdge(words_[i - 1] - 1, words_[i] - 1);
    }
    for (std::uint32_t i = 0; i < word_count_; ++i) {
      const bool is_known = ngrams_.AddWord(words_[i], [&](std::int32_t column, std::uint32_t n) {
        const auto c = static_cast<std::uint32_t>(column);
        __builtin_prefetch(v_.idf + c);
        s_.counts_.Add(c);
        if (occurrences_ != nullptr) AddOccurrence(column, i, n);
      });
      counts_.unknown_words += static_cast<std::uint64_t>(!is_known);
    }
    word_count_ = 0;
  }

  // The counts of the words so far.
  const WordCounts& counts() const { return counts_; }

 private:
  static constexpr std::uint32_t kBlock = 64;

  void AddWord(const FoundWord& found, std::uint32_t start) {
    __builtin_prefetch(v_.nodes + (found.word != 0 ? found.word - 1 : 0));
    words_[word_count_] = found.word;
    ends_[word_count_++] = found.end;
    if (occurrences_ != nullptr) starts_.push_back(start);
    if (word_count_ == kBlock) CountGatheredWords();
  }

  // Adds the n-gram that ends at gathered word i.
  void AddOccurrence(std::int32_t column, std::uint32_t i, std::uint32_t n) {
    const std::size_t last = starts_.size() - word_count_ + i;
    occurrences_->push_back({column, starts_[last + 1 - n], ends_[i]});
  }

  const Vocabulary& v_;
  Vectorizer::Scratch& s_;
  Ngrams ngrams_;
  std::vector<Occurrence>* const occurrences_;
  std::vector<std::uint32_t> starts_;  // of all words so far; only if occurrences_ is not null
  std::uint32_t words_[kBlock], ends_[kBlock];
  std::uint32_t word_count_ = 0;
  WordCounts counts_;
};

Vectorizer::Scratch::Scratch(const Vocabulary& vocabulary)
    : counts_(vocabulary), ngrams_(vocabulary.longest_term) {}

SparseRow Vectorizer::Row(std::u16string_view text, const Tokens& tokens, Scratch& scratch,
                          std::vector<Occurrence>* occurrences) const {
  const Vocabulary& v = *vocabulary_;
  if (v.has_rules) {
    scratch.word_totals.Add(
        CountRuledTerms(v, text, tokens, scratch.ngrams_, scratch.ruled_, scratch.counts_, occurrences));
  } else {
    SurfaceTerms terms(v, scratch, occurrences);
    std::uint32_t start = 0;
    for (const std::uint32_t end : tokens.ends) {
      terms.AddToken(text, start, end);
      start = end;
    }
    terms.CountGatheredWords();
    scratch.word_totals.Add(terms.counts());
  }
  return TakeRow(scratch);
}

// Turns the counts into the row, and sets them to 0.
SparseRow Vectorizer::TakeRow(Scratch& scratch) const {
  const Vocabulary& v = *vocabulary_;
  ColumnCounts& counts = scratch.counts_;
  scratch.columns_.resize(counts.distinct);
  scratch.values_.resize(counts.distinct);
  counts.distinct = 0;
  std::int32_t* next_column = scratch.columns_.data();
  double* next_value = scratch.values_.data();
  // The order of the sum decides its last bit, as in model/reference/vectorizer.ts.
  double total = 0;
  const auto add = [&](double value) {
    total += v.norm == Vocabulary::Norm::kL2 ? value * value : std::abs(value);
  };
  for (std::size_t i = 0; i < counts.block_bits.size(); ++i) {
    for (std::uint64_t& sets = counts.block_bits[i]; sets != 0; sets &= sets - 1) {
      const std::size_t k = i * 64 + static_cast<std::size_t>(std::countr_zero(sets));
      for (std::uint64_t& set = counts.column_bits[k]; set != 0; set &= set - 1) {
        const std::size_t column = k * 64 + static_cast<std::size_t>(std::countr_zero(set));
        const std::uint32_t count = counts.counts[column];
        counts.counts[column] = 0;
        const double frequency =
            v.has_sublinear_tf ? Logarithm(v.logarithms, count) + 1 : static_cast<double>(count);
        const double value = frequency * (v.uses_idf ? v.idf[column] : 1);
        *next_column++ = static_cast<std::int32_t>(column);
        *next_value++ = value;
        add(value);
      }
    }
  }
  if (v.sums_norm_backwards) {
    total = 0;
    std::for_each(scratch.values_.rbegin(), scratch.values_.rend(), add);
  }
  if (v.norm != Vocabulary::Norm::kNone && !scratch.values_.empty()) {
    const double length = v.norm == Vocabulary::Norm::kL2 ? std::sqrt(total) : total;
    for (double& value : scratch.values_) value /= length;
  }
  return {scratch.columns_, scratch.values_};
}

}  // namespace hoshi
