// The rows of a training, in JavaScript's arrays. Ridge regression and LightGBM read them without a copy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace hoshi {

// REQUIRES: the columns of a row ascend, from 0 to column_count − 1
struct TrainingRows {
  std::span<const std::int32_t> row_starts, columns;  // as in CsrMatrix
  std::int32_t column_count;
  std::span<const double> values;  // one per cell; empty if the rows are packed

  // Of packed rows: the value of a cell is frequencies[codes[cell]] · weights[column] ÷ lengths[row], rounded
  // after each of the two operations, as the vectorizer does. A cell takes 6 bytes instead of 12.
  std::span<const std::uint16_t> codes;
  std::span<const double> frequencies, weights, lengths;

  std::size_t row_count() const { return row_starts.size() - 1; }

  // Calls visit(column, value) for the cells from `first` to `end` − 1, which are of the row.
  template <class Visit>
  void VisitCells(std::size_t row, std::int32_t first, std::int32_t end, Visit visit) const {
    if (codes.empty()) {
      const double* const cells = values.data();
      for (std::int32_t i = first; i < end; ++i) visit(Column(i), cells[i]);
    } else {
      const double length = lengths[row];
      for (std::int32_t i = first; i < end; ++i)
        visit(Column(i), frequencies[codes[static_cast<std::size_t>(i)]] * weights[Column(i)] / length);
    }
  }
  template <class Visit>
  void VisitRow(std::size_t row, Visit visit) const {
    VisitCells(row, row_starts[row], row_starts[row + 1], visit);
  }

 private:
  std::size_t Column(std::int32_t cell) const {
    return static_cast<std::size_t>(columns[static_cast<std::size_t>(cell)]);
  }
};

}  // namespace hoshi
