// One row of a sparse matrix in CSR form. It does not own its arrays. A column that is not listed is 0.
#pragma once

#include <cstdint>
#include <span>

namespace hoshi {

// REQUIRES: columns strictly increasing and from 0; columns.size() == values.size()
struct SparseRow {
  std::span<const std::int32_t> columns;
  std::span<const double> values;
};

}  // namespace hoshi
