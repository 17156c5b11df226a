#include "ridge.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "thread_team.h"

namespace hoshi {
namespace {

// Problems side by side: as many as the folds of a cross-validation, and fewer if their vectors would leave
// the caches and take much memory.
constexpr std::size_t kMaxLanes = 5, kMaxEntries = 3'000'000;
// To wake a thread takes as long as so many cells.
constexpr std::size_t kMinCellsPerThread = 1 << 16;
constexpr unsigned kMaxThreads = 16;

// The matrix, cut into parts of about as many cells: of rows for Xw, and of columns for Xᵀr.
class CutMatrix {
 public:
  CutMatrix(const TrainingRows& rows, unsigned parts) : rows_(rows), parts_(parts) {
    const std::size_t cells = rows.columns.size();
    for (unsigned part = 0; part <= parts; ++part) {
      const auto cell = static_cast<std::int32_t>(cells * part / parts);
      const auto row = std::lower_bound(rows.row_starts.begin(), rows.row_starts.end(), cell);
      first_rows_.push_back(static_cast<std::size_t>(row - rows.row_starts.begin()));
    }
    first_rows_[0] = 0;  // rows without a cell are in the first or the last part
    first_rows_[parts] = row_count();
    CutColumns();
  }

  std::size_t row_count() const { return rows_.row_count(); }
  std::size_t column_count() const { return static_cast<std::size_t>(rows_.column_count); }
  std::size_t first_row(unsigned part) const { return first_rows_[part]; }
  std::size_t first_column(unsigned part) const { return first_columns_[part]; }

  // Calls visit(column, value) for each cell of the row.
  template <class Visit>
  void VisitRow(std::size_t row, Visit visit) const {
    rows_.VisitRow(row, visit);
  }
  // The same for the cells in the columns of the part.
  template <class Visit>
  void VisitRow(std::size_t row, unsigned part, Visit visit) const {
    const std::int32_t* const cuts = cuts_.data() + row * (parts_ - 1);
    rows_.VisitCells(row, part == 0 ? rows_.row_starts[row] : cuts[part - 1],
                     part + 1 == parts_ ? rows_.row_starts[row + 1] : cuts[part], visit);
  }

 private:
  void CutColumns() {
    first_columns_ = {0};
    if (parts_ > 1) {
      std::vector<std::uint32_t> cells(column_count());
      for (const std::int32_t column : rows_.columns) ++cells[static_cast<std::size_t>(column)];
      std::size_t before = 0;
      for (std::size_t column = 0; column < cells.size() && first_columns_.size() < parts_; ++column) {
        if (before >= rows_.columns.size() * first_columns_.size() / parts_) first_columns_.push_back(column);
        before += cells[column];
      }
    }
    first_columns_.resize(parts_ + 1, column_count());
    cuts_.reserve(row_count() * (parts_ - 1));
    for (std::size_t row = 0; parts_ > 1 && row < row_count(); ++row) {
      auto cell = rows_.columns.begin() + rows_.row_starts[row];
      const auto end = rows_.columns.begin() + rows_.row_starts[row + 1];
      for (unsigned part = 1; part < parts_; ++part) {
        cell = std::lower_bound(cell, end, static_cast<std::int32_t>(first_columns_[part]));
        cuts_.push_back(static_cast<std::int32_t>(cell - rows_.columns.begin()));
      }
    }
  }

  const TrainingRows rows_;
  const unsigned parts_;
  std::vector<std::size_t> first_rows_, first_columns_;  // of each part, then the end
  std::vector<std::int32_t> cuts_;                       // by row: the first cell of each part but the first
};

// Solves `kLanes` problems side by side. A vector has the entries of all problems for one column, or row,
// next to each other.
template <std::size_t kLanes>
class Solver {
 public:
  Solver(const CutMatrix& matrix, ThreadTeam& team, std::span<const double> labels,
         std::span<const RidgeProblem> problems, const RidgeOptions& options)
      : x_(matrix), team_(team), labels_(labels), problems_(problems), options_(options) {}

  void Solve(std::span<LinearModel> models) {
    Center();
    weights_.resize(x_.column_count() * kLanes);
    const Lanes start_norm = Dot(residual_, residual_);
    Lanes target;
    bool has_start = false;
    for (std::size_t l = 0; l < kLanes; ++l) {
      target[l] = start_norm[l] * options_.tolerance * options_.tolerance;
      const auto start = problems_[l].start;
      has_start |= !start.empty();
      for (std::size_t c = 0; c < start.size(); ++c) weights_[c * kLanes + l] = start[c];
    }
    if (has_start) {
      ApplyMatrix(weights_);
      // A problem without a start keeps its residual: the image of zero weights is 0.
      OnColumns([&](std::size_t i, std::size_t) { residual_[i] = residual_[i] - image_[i]; });
    }
    direction_ = residual_;
    Lanes norm = Dot(residual_, residual_);
    std::array<bool, kLanes> is_solved{};
    for (std::uint32_t iteration = 0;; ++iteration) {
      bool are_solved = true;
      for (std::size_t l = 0; l < kLanes; ++l) {
        if (!is_solved[l] && !(iteration < options_.max_iterations && norm[l] > target[l])) {
          is_solved[l] = true;  // the lane goes on beside the others, but nobody reads it any more
          Take(l, models[l]);
        }
        are_solved &= is_solved[l];
      }
      if (are_solved) return;
      norm = Iterate(norm);
    }
  }

 private:
  using Lanes = std::array<double, kLanes>;
  using Vector = std::vector<double>;

  // The means of the columns and of the labels, and the residual of zero weights.
  void Center() {
    const std::size_t rows = x_.row_count();
    total_ = {};
    label_means_ = {};
    for (std::size_t l = 0; l < kLanes; ++l) {
      const auto shares = problems_[l].sample_weights;
      for (std::size_t r = 0; r < rows; ++r) total_[l] += shares[r];
      for (std::size_t r = 0; r < rows; ++r) label_means_[l] += shares[r] * labels_[r];
      label_means_[l] /= total_[l];
    }
    predictions_.resize(rows * kLanes);
    OnRows([&](std::size_t r, std::size_t l) { return problems_[l].sample_weights[r] / total_[l]; });
    TimesTransposed(means_, [](std::size_t i, std::size_t) { static_cast<void>(i); });
    OnRows([&](std::size_t r, std::size_t l) {
      return problems_[l].sample_weights[r] * (labels_[r] - label_means_[l]);
    });
    TimesTransposed(residual_, [](std::size_t i, std::size_t) { static_cast<void>(i); });
  }

  // One step of the conjugate gradients. Takes and returns the squared norms of the residuals.
  Lanes Iterate(const Lanes& norm) {
    ApplyMatrix(direction_);
    Lanes step = Dot(direction_, image_);
    for (std::size_t l = 0; l < kLanes; ++l) step[l] = norm[l] / step[l];
    OnColumns([&](std::size_t i, std::size_t l) {
      weights_[i] = weights_[i] + step[l] * direction_[i];
      residual_[i] = residual_[i] + -step[l] * image_[i];
    });
    const Lanes next = Dot(residual_, residual_);
    Lanes ratio;
    for (std::size_t l = 0; l < kLanes; ++l) ratio[l] = next[l] / norm[l];
    OnColumns([&](std::size_t i, std::size_t l) { direction_[i] = residual_[i] + ratio[l] * direction_[i]; });
    return next;
  }

  // image = (XᵀSX − s·m·mᵀ + αI) w, where S has the sample weights on its diagonal, s is their sum and m has
  // the weighted means of the columns.
  void ApplyMatrix(const Vector& w) {
    team_.Run([&](unsigned part) {
      const double* const from = w.data();
      for (std::size_t r = x_.first_row(part); r < x_.first_row(part + 1); ++r) {
        Lanes sum{};
        x_.VisitRow(r, [&](std::size_t column, double value) {
          const double* const at = from + column * kLanes;
          for (std::size_t l = 0; l < kLanes; ++l) sum[l] += value * at[l];
        });
        for (std::size_t l = 0; l < kLanes; ++l)
          predictions_[r * kLanes + l] = sum[l] * problems_[l].sample_weights[r];
      }
    });
    Lanes shift = Dot(means_, w);
    for (std::size_t l = 0; l < kLanes; ++l) shift[l] = total_[l] * shift[l];
    const double alpha = options_.alpha;
    TimesTransposed(image_, [&](std::size_t i, std::size_t l) {
      image_[i] = image_[i] - shift[l] * means_[i] + alpha * w[i];
    });
  }

  // result = Xᵀ · predictions, then finish(i, lane) for each entry i.
  template <class Finish>
  void TimesTransposed(Vector& result, Finish finish) {
    result.resize(x_.column_count() * kLanes);
    team_.Run([&](unsigned part) {
      const std::size_t first = x_.first_column(part) * kLanes, end = x_.first_column(part + 1) * kLanes;
      std::fill(result.begin() + static_cast<std::ptrdiff_t>(first),
                result.begin() + static_cast<std::ptrdiff_t>(end), 0);
      double* const to = result.data();
      for (std::size_t r = 0; r < x_.row_count(); ++r) {
        Lanes factor;
        bool is_empty = true;
        for (std::size_t l = 0; l < kLanes; ++l) {
          factor[l] = predictions_[r * kLanes + l];
          is_empty &= factor[l] == 0;
        }
        if (is_empty) continue;
        x_.VisitRow(r, part, [&](std::size_t column, double value) {
          double* const at = to + column * kLanes;
          for (std::size_t l = 0; l < kLanes; ++l) at[l] += factor[l] * value;
        });
      }
      for (std::size_t i = first; i < end; i += kLanes)
        for (std::size_t l = 0; l < kLanes; ++l) finish(i + l, l);
    });
  }

  template <class Value>
  void OnRows(Value value) {
    for (std::size_t r = 0; r < x_.row_count(); ++r)
      for (std::size_t l = 0; l < kLanes; ++l) predictions_[r * kLanes + l] = value(r, l);
  }

  template <class Update>
  void OnColumns(Update update) {
    team_.Run([&](unsigned part) {
      const std::size_t end = x_.first_column(part + 1) * kLanes;
      for (std::size_t i = x_.first_column(part) * kLanes; i < end; i += kLanes)
        for (std::size_t l = 0; l < kLanes; ++l) update(i + l, l);
    });
  }

  Lanes Dot(const Vector& a, const Vector& b) const {
    Lanes sum{};
    for (std::size_t i = 0; i < a.size(); i += kLanes)
      for (std::size_t l = 0; l < kLanes; ++l) sum[l] += a[i + l] * b[i + l];
    return sum;
  }

  void Take(std::size_t l, LinearModel& model) const {
    const std::size_t columns = x_.column_count();
    model.weights.resize(columns);
    for (std::size_t c = 0; c < columns; ++c) model.weights[c] = weights_[c * kLanes + l];
    double sum = 0;
    for (std::size_t c = 0; c < columns; ++c) sum += means_[c * kLanes + l] * model.weights[c];
    model.intercept = label_means_[l] - sum;
  }

  const CutMatrix& x_;
  ThreadTeam& team_;
  const std::span<const double> labels_;
  const std::span<const RidgeProblem> problems_;
  const RidgeOptions& options_;
  Lanes total_, label_means_;
  Vector means_, weights_, residual_, direction_, image_;  // by column
  Vector predictions_;                                     // by row
};

template <std::size_t kLanes>
void SolveLanes(std::size_t lanes, const CutMatrix& matrix, ThreadTeam& team, std::span<const double> labels,
                std::span<const RidgeProblem> problems, const RidgeOptions& options,
                std::span<LinearModel> models) {
  if constexpr (kLanes > 1) {
    if (lanes < kLanes) return SolveLanes<kLanes - 1>(lanes, matrix, team, labels, problems, options, models);
  }
  Solver<kLanes>(matrix, team, labels, problems, options).Solve(models);
}

}  // namespace

std::vector<LinearModel> FitRidge(const TrainingRows& rows, std::span<const double> labels,
                                  std::span<const RidgeProblem> problems, const RidgeOptions& options) {
  const auto worth = static_cast<unsigned>(
      std::clamp<std::size_t>(rows.columns.size() / kMinCellsPerThread, 1, kMaxThreads));
  ThreadTeam team(std::min(options.threads, worth));
  const CutMatrix cut(rows, team.size());
  std::vector<LinearModel> models(problems.size());
  const std::size_t side_by_side = std::clamp<std::size_t>(kMaxEntries / cut.column_count(), 1, kMaxLanes);
  for (std::size_t first = 0; first < problems.size(); first += side_by_side) {
    const std::size_t lanes = std::min(side_by_side, problems.size() - first);
    SolveLanes<kMaxLanes>(lanes, cut, team, labels, problems.subspan(first, lanes), options,
                          std::span(models).subspan(first, lanes));
  }
  return models;
}

}  // namespace hoshi
