// LightGBM 4.7.0's C API with types and ownership: data sets and boosters free their memory, failures are
// returned as Error. Rows are sparse, in CSR form, with double values. native/booster.ts has checked the
// arguments.
//
// Threads may share a Booster, because LightGBM locks inside. There is no static state.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "result.h"
#include "sparse_row.h"
#include "training_rows.h"

namespace hoshi {

struct LabelledRows {
  TrainingRows rows;
  std::vector<float> labels;
  std::vector<float> weights;       // one per row; empty: all 1
  std::vector<double> init_scores;  // one per row: the predictions that boosting starts from; empty: none
};

class Dataset;

class Booster {
 public:
  ~Booster();
  Booster(const Booster&) = delete;
  Booster& operator=(const Booster&) = delete;

  // Checks the text (model_text.h), then loads it.
  static Result<std::shared_ptr<Booster>> FromModelText(const std::string& text);
  // `parameters` has LightGBM's format: "name=value name=value". `validation` may be null.
  static Result<std::shared_ptr<Booster>> ForTraining(const LabelledRows& training,
                                                      const LabelledRows* validation,
                                                      const std::string& parameters);

  // Runs one round of boosting, which adds one tree, or no tree if LightGBM finds no split. Returns
  // Evaluate(). REQUIRES: the booster was made by ForTraining, with validation data if has_validation
  Result<std::vector<double>> Update(bool has_validation);
  // Returns the metrics of the training data, then those of the validation data, each in the order of
  // MetricNames(). Before the first round, they are the metrics of the init scores.
  // REQUIRES: as Update
  Result<std::vector<double>> Evaluate(bool has_validation) const;
  Result<std::vector<std::string>> MetricNames() const;

  // REQUIRES: the booster was made by FromModelText; columns below column_count()
  Result<double> Predict(const SparseRow& row) const;
  Result<std::vector<double>> PredictBatch(const CsrMatrix& matrix) const;
  // Returns the SHAP contribution of each column, then the base value: column_count() + 1 numbers.
  Result<std::vector<double>> Contributions(const SparseRow& row) const;
  // Returns the model text of the first `rounds` rounds, or of all rounds if `rounds` is 0.
  Result<std::string> ModelText(int rounds) const;

  std::int32_t column_count() const { return column_count_; }
  Result<int> TreeCount() const;

 private:
  Booster() = default;
  // Returns one value per metric. `data`: 0 training, 1 validation.
  Result<std::vector<double>> EvaluateOn(int data) const;

  void* handle_ = nullptr;
  void* fast_config_ = nullptr;  // LightGBM's FastConfig for Predict; null for a booster that trains
  std::unique_ptr<Dataset> training_, validation_;
  std::int32_t column_count_ = 0;
};

// Returns LightGBM's parameter names and their aliases as JSON.
Result<std::string> ParameterAliases();

}  // namespace hoshi
