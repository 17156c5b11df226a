// Tokens → a sparse TF-IDF row, as scikit-learn's TfidfVectorizer in float64, without making a string: the
// same doubles as model/reference/vectorizer.ts.
//
// A Vectorizer is immutable and shared; a Scratch belongs to one vectorizer and has one owner at a time.
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

    // Of all texts so far: words, and those among them that are no term of the vocabulary by themselves.
    std::uint64_t words = 0, unknown_words = 0;

   private:
    friend class Vectorizer;
    friend class Counter;
    std::vector<std::uint32_t> counts_;  // by column; all 0 between two rows
    std::vector<std::uint64_t> set_,
        set_sets_;                     // a bit for each column that counts; one for each word of those
    std::vector<std::uint32_t> open_;  // nodes of the terms that end at the last word, by length − 1
    std::vector<std::int32_t> columns_;
    std::vector<double> values_;
  };

  explicit Vectorizer(std::shared_ptr<const Vocabulary> vocabulary) : vocabulary_(std::move(vocabulary)) {}

  // The row of a text, given the ends of its tokens. Valid until the scratch is used again.
  // REQUIRES: ends ascend, and the last is text.size(); none for an empty text.
  SparseRow Row(std::u16string_view text, std::span<const std::uint32_t> ends, Scratch& scratch) const;

  const Vocabulary& vocabulary() const { return *vocabulary_; }

 private:
  std::shared_ptr<const Vocabulary> vocabulary_;
};

}  // namespace hoshi
