// The counts of a text's terms by column, and the n-grams that make them. One text at a time. Used by the
// vectorizer and the ruled terms only.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "vocabulary.h"

namespace hoshi {

struct ColumnCounts {
  explicit ColumnCounts(const Vocabulary& vocabulary)
      : counts(vocabulary.column_count),
        column_bits((vocabulary.column_count >> 6) + 1),
        block_bits((vocabulary.column_count >> 12) + 1) {}

  // Prefetches what Add changes.
  void Prefetch(std::uint32_t column) const {
    __builtin_prefetch(&counts[column], 1);
    __builtin_prefetch(&column_bits[column >> 6], 1);
  }

  void Add(std::uint32_t column) {
    distinct += static_cast<std::uint32_t>(counts[column]++ == 0);
    column_bits[column >> 6] |= std::uint64_t{1} << (column & 63);
    block_bits[column >> 12] |= std::uint64_t{1} << (column >> 6 & 63);
  }

  std::uint32_t distinct = 0;              // columns whose count is not 0
  std::vector<std::uint32_t> counts;       // by column; all 0 between two rows
  std::vector<std::uint64_t> column_bits;  // one bit per column: its count is not 0
  std::vector<std::uint64_t> block_bits;   // one bit per element of column_bits: it is not 0
};

// Finds the n-grams that end at each of a sequence of words.
class Ngrams {
 public:
  // `nodes` has one element per length of an n-gram.
  Ngrams(const Vocabulary& vocabulary, std::vector<std::uint32_t>& nodes) : v_(vocabulary), nodes_(nodes) {
    Restart();
  }

  void Restart() { std::fill(nodes_.begin(), nodes_.end(), Vocabulary::kNone); }

  // Calls visit(column, n) for each n-gram of the vocabulary that ends with the word. `word` is the word's
  // number + 1, or 0 if it is in no term. Returns whether the word alone is a term.
  template <class Visit>
  bool AddWord(std::uint32_t word, Visit visit) {
    if (word-- == 0) {
      Restart();
      return false;
    }
    const Vocabulary::Node last = v_.nodes[word];
    for (std::size_t n = nodes_.size() - 1; n > 0; --n) {
      const std::uint32_t prefix = nodes_[n - 1];
      nodes_[n] = Vocabulary::kNone;
      if (!last.is_child_word() || prefix == Vocabulary::kNone || !v_.nodes[prefix].has_children()) continue;
      const Vocabulary::Edge& edge = v_.EdgeFor(prefix, word);
      nodes_[n] = edge.child;
      if (edge.child != Vocabulary::kNone && edge.column >= 0)
        visit(edge.column, static_cast<std::uint32_t>(n + 1));
    }
    nodes_[0] = word;
    if (last.column < 0) return false;
    visit(last.column, 1U);
    return true;
  }

 private:
  const Vocabulary& v_;
  std::vector<std::uint32_t>& nodes_;
};

}  // namespace hoshi
