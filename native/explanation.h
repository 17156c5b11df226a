// Text → the row of a text and the contributions of its columns, for work off the event loop.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "contributions.h"
#include "extractor.h"

namespace hoshi {

// It owns its arrays.
struct Explanation {
  std::vector<std::int32_t> columns;  // of the row, ascending
  std::vector<double> values;
  std::vector<double> contributions;  // in stars, one for each column of the row
  Contributions::Totals totals;
  std::vector<Occurrence> occurrences;  // of the terms, with offsets in the caller's text
  WordCounts counts;
};

// Explains the score of a text, with scratches of its own. Throws std::bad_alloc.
// REQUIRES: as many columns in both; text.size() < 2^31
inline Explanation Explain(const Extractor& extractor, const Contributions& contributions,
                           std::u16string_view text) {
  Extractor::Scratch extractor_scratch(extractor);
  Contributions::Scratch scratch(contributions);
  Explanation explanation;
  const SparseRow row = extractor.Row(text, extractor_scratch, &explanation.occurrences);
  explanation.columns.assign(row.columns.begin(), row.columns.end());
  explanation.values.assign(row.values.begin(), row.values.end());
  explanation.contributions.resize(row.columns.size());
  explanation.totals = contributions.Explain(row, scratch, explanation.contributions);
  explanation.counts = extractor_scratch.vectorizer.word_counts;
  return explanation;
}

}  // namespace hoshi
