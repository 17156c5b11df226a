// Text → row: analyzer and vectorizer in one call, for models whose scores LightGBM computes.
//
// An Extractor is immutable and may be shared by threads. Each thread needs a Scratch of its own.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <utility>

#include "analyzer.h"
#include "result.h"
#include "sparse_row.h"
#include "texts.h"
#include "vectorizer.h"

namespace hoshi {

class Extractor {
 public:
  struct Scratch {
    explicit Scratch(const Extractor& extractor)
        : analyzer(), vectorizer(extractor.vectorizer_.vocabulary()) {}
    Analyzer::Scratch analyzer;
    Vectorizer::Scratch vectorizer;
    std::span<const std::uint32_t> ends;  // of the tokens of the last text; valid as long as its row
  };

  struct Rows {
    CsrMatrix matrix;
    WordCounts counts;
  };

  Extractor(Analyzer analyzer, Vectorizer vectorizer)
      : analyzer_(std::move(analyzer)), vectorizer_(std::move(vectorizer)) {}

  // Returns the row. Valid until the scratch is used again. Throws std::bad_alloc.
  // REQUIRES: text.size() < 2^31
  SparseRow Row(std::u16string_view text, Scratch& scratch) const {
    scratch.ends = analyzer_.Analyze(text, scratch.analyzer);
    return vectorizer_.Row(text, scratch.ends, scratch.vectorizer);
  }

  // Returns the rows in the order of the texts, with a scratch of its own. Throws std::bad_alloc.
  Result<Rows> RowsOf(const Texts& texts) const {
    Scratch scratch(*this);
    Rows rows;
    CsrMatrix& matrix = rows.matrix;
    matrix.column_count = static_cast<std::int32_t>(vectorizer_.vocabulary().column_count);
    matrix.row_starts.reserve(texts.size() + 1);
    matrix.row_starts.push_back(0);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const SparseRow row = Row(texts[i], scratch);
      matrix.columns.insert(matrix.columns.end(), row.columns.begin(), row.columns.end());
      matrix.values.insert(matrix.values.end(), row.values.begin(), row.values.end());
      if (matrix.columns.size() > std::numeric_limits<std::int32_t>::max())
        return Error{Error::Code::kArgument, "Expected texts whose rows have fewer than 2^31 cells together"};
      matrix.row_starts.push_back(static_cast<std::int32_t>(matrix.columns.size()));
    }
    rows.counts = {scratch.vectorizer.words, scratch.vectorizer.unknown_words};
    return rows;
  }

  const Vocabulary& vocabulary() const { return vectorizer_.vocabulary(); }

 private:
  Analyzer analyzer_;
  Vectorizer vectorizer_;
};

}  // namespace hoshi
