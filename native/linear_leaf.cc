#include "linear_leaf.h"

#include <algorithm>
#include <string>

namespace hoshi {
namespace {

// The entries of the first section.
enum Number { kConstant, kValueIfMissing, kNumbers };

}  // namespace

std::optional<Error> LinearLeaf::Read(const TableFile& file, std::size_t first, std::uint32_t column_count) {
  const auto numbers = file.Section<double>(first);
  const auto coefficients = file.Section<double>(first + 1);
  const auto is_listed = file.Section<std::uint8_t>(first + 2);
  const auto refuse_count = [&file](const char* what, std::size_t expected, std::size_t found) {
    return file.Refuse(what, std::to_string(expected), std::to_string(found));
  };
  exists_ = !numbers.empty();
  if (exists_ && numbers.size() != kNumbers)
    return refuse_count("numbers of the linear leaf", kNumbers, numbers.size());
  const std::size_t count = exists_ ? column_count : 0;
  if (coefficients.size() != count) return refuse_count("coefficients", count, coefficients.size());
  if (is_listed.size() != count) return refuse_count("columns of coefficients", count, is_listed.size());
  const auto is_finite = [](double number) { return std::isfinite(number); };
  if (!std::all_of(numbers.begin(), numbers.end(), is_finite))
    return file.Refuse("numbers of the linear leaf", "finite numbers", "others");
  for (std::size_t column = 0; column < count; ++column) {
    if (is_listed[column] > 1)
      return file.Refuse("listed columns", "0 or 1", std::to_string(is_listed[column]));
    if (!(is_listed[column] == 1 ? std::isfinite(coefficients[column]) : coefficients[column] == 0)) {
      return file.Refuse("coefficients", "a finite number for a listed column, 0 for all others",
                         std::to_string(coefficients[column]));
    }
  }
  if (!exists_) return std::nullopt;
  constant_ = numbers[kConstant];
  value_if_missing_ = numbers[kValueIfMissing];
  coefficients_ = coefficients.data();
  is_listed_ = is_listed.data();
  return std::nullopt;
}

}  // namespace hoshi
