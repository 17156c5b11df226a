// Text → the explanation of its score: the terms of its row with their contributions and occurrences,
// arranged as people read them. For work off the event loop.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "contributions.h"
#include "extractor.h"

namespace hoshi {

// It owns its arrays. The terms are in the order of |contribution| from the largest (NaN counts as 0). Equal
// ones are in the order of columns.
struct Explanation {
  std::string terms;                  // in UTF-8, with '\n' between them
  std::vector<double> values;         // of the row
  std::vector<double> contributions;  // in stars
  // [start, end) of each occurrence in the caller's text: those of the first term, then of the second, and so
  // on. The occurrences of a term are in the order of the text.
  std::vector<std::uint32_t> offsets;
  std::vector<std::uint32_t>
      occurrence_ends;  // by term: its number of occurrences plus those of the terms before
  Contributions::Totals totals;
  WordTotals word_totals;
};

// Explains the score of a text, with scratches of its own. Throws std::bad_alloc.
// REQUIRES: as many columns in both; text.size() < 2^31
Explanation Explain(const Extractor& extractor, const Contributions& contributions, std::u16string_view text);

}  // namespace hoshi
