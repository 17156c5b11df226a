// Sparse rows in CSR form. A column that is not listed is 0.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace hoshi {

// LightGBM takes values from −kZero to kZero for 0 (4.7.0 include/LightGBM/meta.h kZeroThreshold: a float,
// stored as a double).
inline constexpr double kZero = 1e-35F;

// One row. It does not own its arrays.
// REQUIRES: columns strictly increasing and from 0; columns.size() == values.size()
struct SparseRow {
  std::span<const std::int32_t> columns;
  std::span<const double> values;
};

// Many rows. It owns its arrays, so that work on another thread does not depend on JavaScript's arrays.
struct CsrMatrix {
  std::vector<std::int32_t> row_starts;  // row r is [row_starts[r], row_starts[r + 1])
  std::vector<std::int32_t> columns;
  std::vector<double> values;
  std::int32_t column_count = 0;
  std::int32_t row_count() const { return static_cast<std::int32_t>(row_starts.size()) - 1; }
};

}  // namespace hoshi
