// Tokens → a sparse TF-IDF row, as scikit-learn's TfidfVectorizer makes it in float64
// (test/golden/tfidf.json). The doubles are the same as those of model/reference/vectorizer.ts. It creates no
// strings.
//
// A Vectorizer is immutable and may be shared by threads. A Scratch belongs to one vectorizer and has one
// owner at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "sparse_row.h"
#include "vocabulary.h"

namespace hoshi {

class Vectorizer {
 public:
  class Scratch {
   public:
    explicit Scratch(const Vocabulary& vocabulary);

    // Counts over all texts so far. A word is unknown if it alone is not a term of the vocabulary.
    std::uint64_t words = 0, unknown_words = 0;

   private:
    friend class Vectorizer;
    friend class TermCounter;
    std::vector<std::uint32_t> counts_;       // by column; all 0 between two rows
    std::vector<std::uint64_t> column_bits_;  // one bit per column: its count is not 0
    std::vector<std::uint64_t> block_bits_;   // one bit per element of column_bits_: it is not 0
    std::vector<std::uint32_t> ngrams_;       // nodes of the n-grams that end at the last word, by n − 1
    std::vector<std::int32_t> columns_;
    std::vector<double> values_;
  };

  explicit Vectorizer(std::shared_ptr<const Vocabulary> vocabulary) : vocabulary_(std::move(vocabulary)) {}

  // Returns the row of a text, from the ends of its tokens as offsets in UTF-16 code units. Columns ascend.
  // Valid until the scratch is used again. Throws std::bad_alloc.
  // REQUIRES: ends ascend, and none is above text.size()
  SparseRow Row(std::u16string_view text, std::span<const std::uint32_t> ends, Scratch& scratch) const;

  const Vocabulary& vocabulary() const { return *vocabulary_; }

 private:
  std::shared_ptr<const Vocabulary> vocabulary_;
};

}  // namespace hoshi
