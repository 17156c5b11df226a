// Tokens → a sparse TF-IDF row, as scikit-learn's TfidfVectorizer makes it in float64
// (test/golden/tfidf.json). The doubles are the same as those of model/reference/vectorizer.ts. It creates no
// strings. Without term rules, it needs only the ends of the tokens.
//
// A Vectorizer is immutable and may be shared by threads. A Scratch belongs to one vectorizer and has one
// owner at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "column_counts.h"
#include "ruled_terms.h"
#include "sparse_row.h"
#include "vocabulary.h"

namespace hoshi {

class Vectorizer {
 public:
  class Scratch {
   public:
    explicit Scratch(const Vocabulary& vocabulary);

    // Over all texts so far.
    WordTotals word_totals;

   private:
    friend class Vectorizer;
    friend class SurfaceTerms;
    ColumnCounts counts_;
    std::vector<std::uint32_t> ngrams_;  // nodes of the n-grams that end at the last word, by n − 1
    RuledTermsScratch ruled_;
    std::vector<std::int32_t> columns_;
    std::vector<double> values_;
  };

  explicit Vectorizer(std::shared_ptr<const Vocabulary> vocabulary) : vocabulary_(std::move(vocabulary)) {}

  // Returns the row of a text, from its tokens. Columns ascend. Valid until the scratch is used again. Adds
  // each occurrence of a term to `occurrences` if it is not null. Throws std::bad_alloc.
  // REQUIRES: ends ascend, and none is above text.size(). With term rules, words.size() == ends.size()
  SparseRow Row(std::u16string_view text, const Tokens& tokens, Scratch& scratch,
                std::vector<Occurrence>* occurrences = nullptr) const;

  const Vocabulary& vocabulary() const { return *vocabulary_; }

 private:
  SparseRow TakeRow(Scratch& scratch) const;

  std::shared_ptr<const Vocabulary> vocabulary_;
};

}  // namespace hoshi
