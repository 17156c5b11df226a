#include "explanation.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <tuple>

namespace hoshi {
namespace {

// Returns the places of the numbers in the order of their magnitudes.
std::vector<std::uint32_t> ByMagnitude(std::span<const double> numbers) {
  std::vector<std::uint32_t> places(numbers.size());
  std::iota(places.begin(), places.end(), 0U);
  const auto magnitude = [&](std::uint32_t i) { return std::isnan(numbers[i]) ? 0 : std::fabs(numbers[i]); };
  std::stable_sort(places.begin(), places.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return magnitude(a) > magnitude(b); });
  return places;
}

}  // namespace

Explanation Explain(const Extractor& extractor, const Contributions& contributions,
                    std::u16string_view text) {
  Extractor::Scratch extractor_scratch(extractor);
  Contributions::Scratch scratch(contributions);
  std::vector<Occurrence> occurrences;
  const SparseRow row = extractor.Row(text, extractor_scratch, &occurrences);
  std::vector<double> by_column(row.columns.size());
  Explanation explanation;
  explanation.totals = contributions.Explain(row, scratch, by_column);
  explanation.word_totals = extractor_scratch.vectorizer.word_totals;

  std::sort(occurrences.begin(), occurrences.end(), [](const Occurrence& a, const Occurrence& b) {
    return std::tie(a.column, a.start, a.end) < std::tie(b.column, b.start, b.end);
  });
  // The row names the columns of the occurrences, in the same order.
  std::vector<std::size_t> ends;
  for (std::size_t i = 0; const std::int32_t column : row.columns) {
    while (i < occurrences.size() && occurrences[i].column == column) ++i;
    ends.push_back(i);
  }

  explanation.offsets.reserve(2 * occurrences.size());
  for (const std::uint32_t place : ByMagnitude(by_column)) {
    if (!explanation.values.empty()) explanation.terms += '\n';
    explanation.terms += extractor.vocabulary().Term(static_cast<std::uint32_t>(row.columns[place]));
    explanation.values.push_back(row.values[place]);
    explanation.contributions.push_back(by_column[place]);
    for (std::size_t i = place == 0 ? 0 : ends[place - 1]; i < ends[place]; ++i)
      explanation.offsets.insert(explanation.offsets.end(), {occurrences[i].start, occurrences[i].end});
    explanation.occurrence_ends.push_back(static_cast<std::uint32_t>(explanation.offsets.size() / 2));
  }
  return explanation;
}

}  // namespace hoshi
