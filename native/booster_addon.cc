// The addon hoshi_lightgbm: LightGBM's boosters and ridge regression for JavaScript. Each method unwraps its
// arguments, makes one call and wraps the result. Only native/booster.ts loads this addon; it and
// native/ridge.ts have checked the arguments. An error becomes a JavaScript Error with a `code`.
//
// State belongs to the environment, so many workers can load the addon. Work outside the event loop owns the
// data that it reads and keeps its booster alive; only the ridge regression reads JavaScript's arrays,
// because a copy of a large matrix would need too much memory.
#include <napi.h>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "booster.h"
#include "napi_support.h"
#include "ridge.h"

namespace {

using hoshi::Booster;
using hoshi::CopyOf;
using hoshi::CsrMatrix;
using hoshi::Error;
using hoshi::LabelledRows;
using hoshi::LinearModel;
using hoshi::Result;
using hoshi::RidgeOptions;
using hoshi::RidgeProblem;
using hoshi::SparseRow;
using hoshi::Task;
using hoshi::Throw;
using hoshi::ToJavaScript;
using hoshi::TrainingRows;

SparseRow RowFrom(const Napi::Value& columns, const Napi::Value& values) {
  const auto c = columns.As<Napi::Int32Array>();
  const auto v = values.As<Napi::Float64Array>();
  return {{c.Data(), c.ElementLength()}, {v.Data(), v.ElementLength()}};
}

CsrMatrix MatrixFrom(const Napi::Object& matrix) {
  return {CopyOf<std::int32_t>(matrix.Get("rowStarts")), CopyOf<std::int32_t>(matrix.Get("columns")),
          CopyOf<double>(matrix.Get("values")), matrix.Get("columnCount").As<Napi::Number>().Int32Value()};
}

// Views of JavaScript's arrays, which it keeps alive, and copies. It must be destroyed on the thread of the
// event loop.
class KeptArrays {
 public:
  template <class T>
  std::span<const T> View(const Napi::Value& value) {
    const auto array = value.As<Napi::TypedArrayOf<T>>();
    references_.push_back(Napi::Persistent(array.template As<Napi::Object>()));
    return {array.Data(), array.ElementLength()};
  }
  template <class T>
  std::span<const T> Copy(const Napi::Value& value) {
    const auto copy = std::make_shared<const std::vector<T>>(CopyOf<T>(value));
    copies_.push_back(copy);
    return *copy;
  }

 private:
  std::vector<Napi::ObjectReference> references_;
  std::vector<std::shared_ptr<const void>> copies_;
};

// Copies a CSR matrix. Packed rows are as large as memory allows, so that there is no copy of these.
TrainingRows RowsFrom(const Napi::Object& rows, KeptArrays& kept) {
  TrainingRows from{};
  from.column_count = rows.Get("columnCount").As<Napi::Number>().Int32Value();
  if (!rows.Get("codes").IsTypedArray()) {
    from.row_starts = kept.Copy<std::int32_t>(rows.Get("rowStarts"));
    from.columns = kept.Copy<std::int32_t>(rows.Get("columns"));
    from.values = kept.Copy<double>(rows.Get("values"));
    return from;
  }
  from.row_starts = kept.View<std::int32_t>(rows.Get("rowStarts"));
  from.columns = kept.View<std::int32_t>(rows.Get("columns"));
  from.codes = kept.View<std::uint16_t>(rows.Get("codes"));
  from.frequencies = kept.View<double>(rows.Get("frequencies"));
  from.weights = kept.View<double>(rows.Get("weights"));
  from.lengths = kept.View<double>(rows.Get("lengths"));
  return from;
}

LabelledRows LabelledFrom(const Napi::Object& set, KeptArrays& kept) {
  return {RowsFrom(set.Get("matrix").As<Napi::Object>(), kept), CopyOf<float>(set.Get("labels")),
          CopyOf<float>(set.Get("weights")), CopyOf<double>(set.Get("initScores"))};
}

struct State {
  Napi::FunctionReference booster;
  // The booster of the next object. It is not an argument of the constructor, because JavaScript could pass a
  // foreign one.
  std::shared_ptr<Booster> next;
};

class BoosterWrap : public Napi::ObjectWrap<BoosterWrap> {
 public:
  static Napi::Function Define(Napi::Env env) {
    return DefineClass(
        env, "Booster",
        {InstanceMethod<&BoosterWrap::Update>("update"), InstanceMethod<&BoosterWrap::Evaluate>("evaluate"),
         InstanceMethod<&BoosterWrap::Predict>("predict"),
         InstanceMethod<&BoosterWrap::PredictBatch>("predictBatch"),
         InstanceMethod<&BoosterWrap::Contributions>("contributions"),
         InstanceMethod<&BoosterWrap::ModelText>("modelText"),
         InstanceMethod<&BoosterWrap::MetricNames>("metricNames"),
         InstanceAccessor<&BoosterWrap::ColumnCount>("columnCount"),
         InstanceAccessor<&BoosterWrap::TreeCount>("treeCount")});
  }

  static Napi::Value New(Napi::Env env, std::shared_ptr<Booster> booster) {
    State& state = *env.GetInstanceData<State>();
    state.next = std::move(booster);
    return state.booster.Value().New(std::initializer_list<napi_value>{});
  }

  explicit BoosterWrap(const Napi::CallbackInfo& info)
      : ObjectWrap(info), booster_(std::move(info.Env().GetInstanceData<State>()->next)) {
    if (booster_ == nullptr)
      Throw(info.Env(), {Error::Code::kArgument,
                         "Expected fromModelText or forTraining to create the booster, received a call of "
                         "the constructor"});
  }

 private:
  // (has validation data) → a promise of the metrics of the training data, then of the validation data
  Napi::Value Update(const Napi::CallbackInfo& info) {
    const bool has_validation = info[0].ToBoolean();
    return Task<std::vector<double>>::Run(
        info.Env(), [booster = booster_, has_validation] { return booster->Update(has_validation); },
        [](Napi::Env env, std::vector<double>& metrics) { return ToJavaScript(env, metrics); });
  }

  // as Update, without a round
  Napi::Value Evaluate(const Napi::CallbackInfo& info) {
    Result<std::vector<double>> metrics = booster_->Evaluate(info[0].ToBoolean());
    return metrics.ok() ? ToJavaScript(info.Env(), *metrics) : Throw(info.Env(), metrics.error());
  }

  Napi::Value Predict(const Napi::CallbackInfo& info) {
    Result<double> score = booster_->Predict(RowFrom(info[0], info[1]));
    return score.ok() ? Napi::Number::New(info.Env(), *score) : Throw(info.Env(), score.error());
  }

  Napi::Value PredictBatch(const Napi::CallbackInfo& info) {
    return Task<std::vector<double>>::Run(
        info.Env(),
        [booster = booster_, matrix = MatrixFrom(info[0].As<Napi::Object>())] {
          return booster->PredictBatch(matrix);
        },
        [](Napi::Env env, std::vector<double>& scores) { return ToJavaScript(env, scores); });
  }

  Napi::Value Contributions(const Napi::CallbackInfo& info) {
    Result<std::vector<double>> contributions = booster_->Contributions(RowFrom(info[0], info[1]));
    return contributions.ok() ? ToJavaScript(info.Env(), *contributions)
                              : Throw(info.Env(), contributions.error());
  }

  Napi::Value ModelText(const Napi::CallbackInfo& info) {
    Result<std::string> text = booster_->ModelText(info[0].As<Napi::Number>().Int32Value());
    return text.ok() ? Napi::String::New(info.Env(), *text) : Throw(info.Env(), text.error());
  }

  Napi::Value MetricNames(const Napi::CallbackInfo& info) {
    Result<std::vector<std::string>> names = booster_->MetricNames();
    if (!names.ok()) return Throw(info.Env(), names.error());
    auto array = Napi::Array::New(info.Env(), names->size());
    for (std::size_t i = 0; i < names->size(); ++i) array.Set(static_cast<std::uint32_t>(i), (*names)[i]);
    return array;
  }

  Napi::Value ColumnCount(const Napi::CallbackInfo& info) {
    return Napi::Number::New(info.Env(), booster_->column_count());
  }

  Napi::Value TreeCount(const Napi::CallbackInfo& info) {
    Result<int> count = booster_->TreeCount();
    return count.ok() ? Napi::Number::New(info.Env(), *count) : Throw(info.Env(), count.error());
  }

  std::shared_ptr<Booster> booster_;
};

Napi::Value FromModelText(const Napi::CallbackInfo& info) {
  Result<std::shared_ptr<Booster>> booster = Booster::FromModelText(info[0].As<Napi::String>().Utf8Value());
  return booster.ok() ? BoosterWrap::New(info.Env(), std::move(*booster))
                      : Throw(info.Env(), booster.error());
}

// (labelled rows, labelled rows or undefined, parameters) → a promise of a booster. It reads the arrays of
// the rows outside the event loop.
Napi::Value ForTraining(const Napi::CallbackInfo& info) {
  const auto kept = std::make_shared<KeptArrays>();
  std::optional<LabelledRows> validation;
  if (info[1].IsObject()) validation = LabelledFrom(info[1].As<Napi::Object>(), *kept);
  return Task<std::shared_ptr<Booster>>::Run(
      info.Env(),
      [kept, training = LabelledFrom(info[0].As<Napi::Object>(), *kept), validation = std::move(validation),
       parameters = info[2].As<Napi::String>().Utf8Value()] {
        return Booster::ForTraining(training, validation ? &*validation : nullptr, parameters);
      },
      [](Napi::Env env, std::shared_ptr<Booster>& booster) {
        return BoosterWrap::New(env, std::move(booster));
      });
}

// (rows, labels, array of sample weights, array of starts, alpha, tolerance, maximum of iterations,
// threads) → a promise of an array of { weights, intercept }. It reads the arrays outside the event loop.
Napi::Value FitRidges(const Napi::CallbackInfo& info) {
  const auto kept = std::make_shared<KeptArrays>();
  const TrainingRows rows = RowsFrom(info[0].As<Napi::Object>(), *kept);
  const auto sample_weights = info[2].As<Napi::Array>(), starts = info[3].As<Napi::Array>();
  std::vector<RidgeProblem> problems;
  for (std::uint32_t i = 0; i < sample_weights.Length(); ++i)
    problems.push_back(
        {kept->View<double>(sample_weights.Get(i)), kept->View<double>(Napi::Value(starts.Get(i)))});
  const RidgeOptions options{
      info[4].As<Napi::Number>().DoubleValue(), info[5].As<Napi::Number>().DoubleValue(),
      info[6].As<Napi::Number>().Uint32Value(), info[7].As<Napi::Number>().Uint32Value()};
  return Task<std::vector<LinearModel>>::Run(
      info.Env(),
      [kept, rows, labels = kept->View<double>(info[1]), problems = std::move(problems), options]()
          -> Result<std::vector<LinearModel>> { return hoshi::FitRidge(rows, labels, problems, options); },
      [](Napi::Env env, std::vector<LinearModel>& models) {
        auto array = Napi::Array::New(env, models.size());
        for (std::size_t i = 0; i < models.size(); ++i) {
          auto model = Napi::Object::New(env);
          model.Set("weights", ToJavaScript(env, models[i].weights));
          model.Set("intercept", models[i].intercept);
          array.Set(static_cast<std::uint32_t>(i), model);
        }
        return array;
      });
}

Napi::Value ParameterAliases(const Napi::CallbackInfo& info) {
  Result<std::string> aliases = hoshi::ParameterAliases();
  return aliases.ok() ? Napi::String::New(info.Env(), *aliases) : Throw(info.Env(), aliases.error());
}

// From now on, malloc gives a freed block of 256 KiB or more back to the system. By default glibc keeps
// blocks of up to 32 MiB, after it has freed a block of that size. Does nothing without glibc.
void ReturnFreedBlocks(const Napi::CallbackInfo&) {
#if defined(__GLIBC__)
  mallopt(M_MMAP_THRESHOLD, 256 << 10);
#endif
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  auto state = std::make_unique<State>();
  state->booster = Napi::Persistent(BoosterWrap::Define(env));
  env.SetInstanceData(state.release());
  exports.Set("fromModelText", Napi::Function::New<FromModelText>(env));
  exports.Set("forTraining", Napi::Function::New<ForTraining>(env));
  exports.Set("fitRidges", Napi::Function::New<FitRidges>(env));
  exports.Set("returnFreedBlocks", Napi::Function::New<ReturnFreedBlocks>(env));
  exports.Set("parameterAliases", Napi::Function::New<ParameterAliases>(env));
  return exports;
}

}  // namespace

NODE_API_MODULE(hoshi_lightgbm, Init)
