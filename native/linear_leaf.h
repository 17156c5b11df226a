// The linear leaf of a model: a constant, plus coefficient · value over the columns that the leaf lists. It
// is the first tree of a model, if there is one. Columns ascend and coefficients are finite, so the columns
// that a row does not name can be skipped.
//
// A table file holds it in three sections, which are empty without a linear leaf (model/compile/forest.ts,
// linearTables). A LinearLeaf refers to their memory, is immutable after Read and may be shared by threads.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "sparse_row.h"
#include "table_file.h"

namespace hoshi {

class LinearLeaf {
 public:
  // Reads and checks the sections `first` to `first` + 2. Returns the first error.
  std::optional<Error> Read(const TableFile& file, std::size_t first, std::uint32_t column_count);

  bool exists() const { return exists_; }
  double constant() const { return constant_; }  // 0 if there is no linear leaf
  // The output if the value of a listed column is missing.
  double value_if_missing() const { return value_if_missing_; }
  bool IsListed(std::int32_t column) const { return is_listed_[column] != 0; }
  // Returns 0 if the leaf does not list the column.
  double Coefficient(std::int32_t column) const { return coefficients_[column]; }

  // LightGBM 4.7.0 include/LightGBM/tree.h Tree::Predict of a linear leaf, which loops over the columns of
  // the leaf. This loop leaves out columns that the row does not name, and adds 0 for columns that the leaf
  // does not list. Either changes at most the sign of an output of 0, and the caller adds the output to +0.
  // REQUIRES: exists(); columns of the row below the number of columns
  double Output(const SparseRow& row) const {
    double output = constant_;
    for (std::size_t i = 0; i < row.columns.size(); ++i) {
      const std::int32_t column = row.columns[i];
      const double value = row.values[i];
      if (!std::isfinite(value)) [[unlikely]] {
        if (!IsListed(column)) continue;
        if (std::isnan(value)) return value_if_missing_;
      }
      output += coefficients_[column] * value;
    }
    return output;
  }

 private:
  bool exists_ = false;
  double constant_ = 0, value_if_missing_ = 0;
  // By column; the coefficient is 0 if the leaf does not list the column.
  const double* coefficients_ = nullptr;
  const std::uint8_t* is_listed_ = nullptr;
};

}  // namespace hoshi
