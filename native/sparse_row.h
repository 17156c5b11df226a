// One row of a sparse matrix, borrowed: a column that is not named is 0.
#pragma once

#include <cstdint>
#include <span>

namespace hoshi {

// REQUIRES: columns strictly increasing, columns.size() == values.size().
struct SparseRow {
  std::span<const std::int32_t> columns;
  std::span<const double> values;
};

}  // namespace hoshi
