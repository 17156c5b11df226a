// LightGBM's C API, owned and typed: data sets and boosters free themselves, failures come as Error. Rows are
// CSR in doubles; arguments have been checked by index.ts.
//
// Threads: a Booster may be used from many threads; LightGBM locks inside. Nothing here is static.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "result.h"
#include "sparse_row.h"

namespace hoshi {

// An owned copy, so that work on another thread outlives what JavaScript does with its arrays.
struct CsrMatrix {
  std::vector<std::int32_t> row_starts;  // rows + 1
  std::vector<std::int32_t> columns;
  std::vector<double> values;
  std::int32_t column_count = 0;
  std::int32_t row_count() const { return static_cast<std::int32_t>(row_starts.size()) - 1; }
};

struct LabelledMatrix {
  CsrMatrix matrix;
  std::vector<float> labels;
  std::vector<float> weights;  // empty: all 1
};

class Dataset;

class Booster {
 public:
  ~Booster();
  Booster(const Booster&) = delete;
  Booster& operator=(const Booster&) = delete;

  static Result<std::shared_ptr<Booster>> FromModelText(const std::string& text);
  // `parameters` as LightGBM reads them: "name=value name=value".
  static Result<std::shared_ptr<Booster>> ForTraining(const LabelledMatrix& training,
                                                      const LabelledMatrix* validation,
                                                      const std::string& parameters);

  // One round of boosting: one tree more, or none if nothing could be split.
  std::optional<Error> Update();
  // One value per metric, in the order of MetricNames(); `data` 0 training, 1 validation.
  Result<std::vector<double>> Evaluate(int data) const;
  Result<std::vector<std::string>> MetricNames() const;

  Result<double> Predict(const SparseRow& row) const;
  Result<std::vector<double>> PredictBatch(const CsrMatrix& matrix) const;
  Result<std::vector<double>> Contributions(const SparseRow& row) const;
  // The first `rounds` iterations, or all for 0.
  Result<std::string> ModelText(int rounds) const;

  std::int32_t column_count() const { return column_count_; }
  Result<int> TreeCount() const;

 private:
  Booster() = default;
  void* handle_ = nullptr;
  void* fast_ = nullptr;  // LightGBM's FastConfig for one row
  std::unique_ptr<Dataset> training_, validation_;
  std::int32_t column_count_ = 0;
};

// LightGBM's parameter names and aliases, as its JSON.
Result<std::string> ParameterAliases();

}  // namespace hoshi
