#include "booster.h"

#include <LightGBM/c_api.h>

#include <cstdio>
#include <cstring>
#include <functional>
#include <utility>

#include "model_text.h"

// LightGBM 4.7.0 include/LightGBM/utils/log.h prints an error on standard error before it throws it. The
// caller gets the exception's message, so nothing is printed: CMakeLists.txt links LightGBM's fprintf to
// these.
extern "C" {
int __wrap_fprintf(std::FILE*, const char*, ...) { return 0; }
int __wrap___fprintf_chk(std::FILE*, int, const char*, ...) { return 0; }
}

namespace hoshi {
namespace {

// Each function of the C API returns 0, or stores its error message for the calling thread. Some messages end
// with a line feed.
Error LightGbmError() {
  std::string message = std::string("LightGBM: ") + LGBM_GetLastError();
  message.resize(message.find_last_not_of(" \n") + 1);
  return {Error::Code::kLightGbm, std::move(message)};
}

// Makes the call twice: first for the length, then for the text. The length includes the final NUL.
template <class Call>
Result<std::string> TextFrom(Call call) {
  std::int64_t length = 0;
  if (call(0, &length, nullptr) != 0) return LightGbmError();
  std::string text(static_cast<std::size_t>(length), '\0');
  if (call(length, &length, text.data()) != 0) return LightGbmError();
  text.resize(std::strlen(text.c_str()));
  return text;
}

// LightGBM logs to standard output. Its log callback is per thread, and work moves between threads, so each
// function that may log calls this first.
void SilenceLog() {
  LGBM_RegisterLogCallback([](const char*) {});
}

constexpr char kOneThread[] = "num_threads=1 verbosity=-1";

}  // namespace

class Dataset {
 public:
  ~Dataset() { LGBM_DatasetFree(handle_); }
  Dataset(const Dataset&) = delete;
  Dataset& operator=(const Dataset&) = delete;

  static Result<std::unique_ptr<Dataset>> From(const LabelledRows& from, const Dataset* reference,
                                               const std::string& parameters) {
    SilenceLog();
    std::unique_ptr<Dataset> set(new Dataset);
    const TrainingRows& rows = from.rows;
    const auto field = [&](const char* name, const auto& values, int type) {
      return LGBM_DatasetSetField(set->handle_, name, values.data(), static_cast<int>(values.size()), type);
    };
    // LightGBM asks for one row after the other, so that it needs no copy of all.
    std::function<void(int, std::vector<std::pair<int, double>>&)> row_of =
        [&](int row, std::vector<std::pair<int, double>>& cells) {
          cells.clear();
          rows.VisitRow(static_cast<std::size_t>(row), [&](std::size_t column, double value) {
            cells.emplace_back(static_cast<int>(column), value);
          });
        };
    if (LGBM_DatasetCreateFromCSRFunc(&row_of, static_cast<int>(rows.row_count()), rows.column_count,
                                      parameters.c_str(), reference == nullptr ? nullptr : reference->handle_,
                                      &set->handle_) != 0 ||
        field("label", from.labels, C_API_DTYPE_FLOAT32) != 0 ||
        (!from.weights.empty() && field("weight", from.weights, C_API_DTYPE_FLOAT32) != 0) ||
        (!from.init_scores.empty() && field("init_score", from.init_scores, C_API_DTYPE_FLOAT64) != 0)) {
      return LightGbmError();
    }
    return set;
  }

  DatasetHandle handle() const { return handle_; }

 private:
  Dataset() = default;
  DatasetHandle handle_ = nullptr;
};

Booster::~Booster() {
  if (fast_config_ != nullptr) LGBM_FastConfigFree(fast_config_);
  if (handle_ != nullptr) LGBM_BoosterFree(handle_);
}

Result<std::shared_ptr<Booster>> Booster::FromModelText(const std::string& text) {
  if (std::optional<Error> error = CheckModelText(text)) return *std::move(error);
  SilenceLog();
  std::shared_ptr<Booster> booster(new Booster);
  int iterations = 0;
  if (LGBM_BoosterLoadModelFromString(text.c_str(), &iterations, &booster->handle_) != 0 ||
      LGBM_BoosterGetNumFeature(booster->handle_, &booster->column_count_) != 0 ||
      // LightGBM 4.7.0 src/c_api.cpp passes (start, count, kind) on as (kind, start, count). This works only
      // because all three are 0.
      LGBM_BoosterPredictForCSRSingleRowFastInit(booster->handle_, C_API_PREDICT_NORMAL, 0, 0,
                                                 C_API_DTYPE_FLOAT64, booster->column_count_, kOneThread,
                                                 &booster->fast_config_) != 0) {
    return LightGbmError();
  }
  return booster;
}

Result<std::shared_ptr<Booster>> Booster::ForTraining(const LabelledRows& training,
                                                      const LabelledRows* validation,
                                                      const std::string& parameters) {
  std::shared_ptr<Booster> booster(new Booster);
  booster->column_count_ = training.rows.column_count;
  Result<std::unique_ptr<Dataset>> set = Dataset::From(training, nullptr, parameters);
  if (!set.ok()) return set.error();
  booster->training_ = std::move(*set);
  if (LGBM_BoosterCreate(booster->training_->handle(), parameters.c_str(), &booster->handle_) != 0)
    return LightGbmError();
  if (validation != nullptr) {
    set = Dataset::From(*validation, booster->training_.get(), parameters);
    if (!set.ok()) return set.error();
    booster->validation_ = std::move(*set);
    if (LGBM_BoosterAddValidData(booster->handle_, booster->validation_->handle()) != 0)
      return LightGbmError();
  }
  return booster;
}

Result<std::vector<double>> Booster::Update(bool has_validation) {
  SilenceLog();
  int is_finished = 0;
  if (LGBM_BoosterUpdateOneIter(handle_, &is_finished) != 0) return LightGbmError();
  return Evaluate(has_validation);
}

Result<std::vector<double>> Booster::Evaluate(bool has_validation) const {
  std::vector<double> all;
  for (int data = 0; data < (has_validation ? 2 : 1); ++data) {
    Result<std::vector<double>> metrics = EvaluateOn(data);
    if (!metrics.ok()) return metrics.error();
    all.insert(all.end(), metrics->begin(), metrics->end());
  }
  return all;
}

Result<std::vector<std::string>> Booster::MetricNames() const {
  int count = 0;
  std::size_t longest = 0;
  if (LGBM_BoosterGetEvalNames(handle_, 0, &count, 0, &longest, nullptr) != 0) return LightGbmError();
  std::vector<std::string> names(static_cast<std::size_t>(count), std::string(longest, '\0'));
  std::vector<char*> pointers;
  for (std::string& name : names) pointers.push_back(name.data());
  if (LGBM_BoosterGetEvalNames(handle_, count, &count, longest, &longest, pointers.data()) != 0)
    return LightGbmError();
  for (std::string& name : names) name.resize(std::strlen(name.c_str()));
  return names;
}

Result<std::vector<double>> Booster::EvaluateOn(int data) const {
  int count = 0;
  if (LGBM_BoosterGetEvalCounts(handle_, &count) != 0) return LightGbmError();
  std::vector<double> values(static_cast<std::size_t>(count));
  if (LGBM_BoosterGetEval(handle_, data, &count, values.data()) != 0) return LightGbmError();
  return values;
}

Result<double> Booster::Predict(const SparseRow& row) const {
  const std::int32_t starts[2] = {0, static_cast<std::int32_t>(row.columns.size())};
  std::int64_t length = 0;
  double score = 0;
  if (LGBM_BoosterPredictForCSRSingleRowFast(fast_config_, starts, C_API_DTYPE_INT32, row.columns.data(),
                                             row.values.data(), 2, starts[1], &length, &score) != 0) {
    return LightGbmError();
  }
  return score;
}

Result<std::vector<double>> Booster::PredictBatch(const CsrMatrix& matrix) const {
  std::vector<double> scores(static_cast<std::size_t>(matrix.row_count()));
  std::int64_t length = 0;
  if (!scores.empty() &&
      LGBM_BoosterPredictForCSR(handle_, matrix.row_starts.data(), C_API_DTYPE_INT32, matrix.columns.data(),
                                matrix.values.data(), C_API_DTYPE_FLOAT64,
                                static_cast<std::int64_t>(matrix.row_starts.size()),
                                static_cast<std::int64_t>(matrix.values.size()), matrix.column_count,
                                C_API_PREDICT_NORMAL, 0, 0, kOneThread, &length, scores.data()) != 0) {
    return LightGbmError();
  }
  return scores;
}

Result<std::vector<double>> Booster::Contributions(const SparseRow& row) const {
  std::vector<double> contributions(static_cast<std::size_t>(column_count_) + 1);
  const std::int32_t starts[2] = {0, static_cast<std::int32_t>(row.columns.size())};
  std::int64_t length = 0;
  if (LGBM_BoosterPredictForCSRSingleRow(handle_, starts, C_API_DTYPE_INT32, row.columns.data(),
                                         row.values.data(), C_API_DTYPE_FLOAT64, 2, starts[1], column_count_,
                                         C_API_PREDICT_CONTRIB, 0, 0, kOneThread, &length,
                                         contributions.data()) != 0) {
    return LightGbmError();
  }
  return contributions;
}

Result<std::string> Booster::ModelText(int rounds) const {
  return TextFrom([&](std::int64_t capacity, std::int64_t* length, char* text) {
    return LGBM_BoosterSaveModelToString(handle_, 0, rounds == 0 ? -1 : rounds,
                                         C_API_FEATURE_IMPORTANCE_SPLIT, capacity, length, text);
  });
}

Result<int> Booster::TreeCount() const {
  int iterations = 0;
  if (LGBM_BoosterNumberOfTotalModel(handle_, &iterations) != 0) return LightGbmError();
  return iterations;
}

Result<std::string> ParameterAliases() {
  return TextFrom([](std::int64_t capacity, std::int64_t* length, char* text) {
    return LGBM_DumpParamAliases(capacity, length, text);
  });
}

}  // namespace hoshi
