// Ridge regression on sparse rows: the w and b that minimise Σ s·(x·w + b − y)² + α‖w‖² over the rows x with
// labels y and sample weights s, without a penalty on b. Columns and labels are centred implicitly, so that
// the matrix stays sparse. Conjugate gradients solve the normal equations (Hestenes and Stiefel 1952).
//
// The same input gives the same bits on every machine, for any number of threads and of problems: it uses
// only +, −, × and ÷, and each sum has one order. The sum of a row is in the order of its cells, and one
// thread makes it; the sum of a column is in the order of the rows, and one thread makes it; a scalar product
// is in the order of the columns. test/oracle/ridge.ts is the slow twin.
//
// Problems that differ only in their sample weights, such as the folds of a cross-validation, are solved side
// by side: each cell of the matrix is read once for all of them. They took 0.4 of the time of one after the
// other.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "training_rows.h"

namespace hoshi {

struct RidgeProblem {
  std::span<const double> sample_weights;  // one per row, finite, ≥ 0, at least one above 0
  std::span<const double> start;           // where the iteration starts, one per column; empty: all 0
};

struct RidgeOptions {
  double alpha;      // above 0
  double tolerance;  // iteration stops when the norm of the residual is this share of that of zero weights
  std::uint32_t max_iterations;
  unsigned threads;  // at most so many are used, for large matrices
};

struct LinearModel {
  std::vector<double> weights;  // one per column
  double intercept;
};

// Returns the solution of each problem. Throws std::bad_alloc. REQUIRES: one label per row; all values are
// finite
std::vector<LinearModel> FitRidge(const TrainingRows& rows, std::span<const double> labels,
                                  std::span<const RidgeProblem> problems, const RidgeOptions& options);

}  // namespace hoshi
