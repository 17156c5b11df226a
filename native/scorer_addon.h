// The objects of the addon hoshi_engine that take a text through several stages in one call: extractor and
// scorer. engine_addon.h has the rules.
#pragma once

#include <napi.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine_addon.h"
#include "explanation.h"
#include "extractor.h"
#include "napi_support.h"
#include "scorer.h"
#include "scorer_pool.h"
#include "stages_addon.h"

namespace hoshi {

// Sets the words and unknown words of each text, as Uint32Arrays.
inline void SetCounts(Napi::Object& object, const WordCountsByText& counts) {
  object.Set("words", ToJavaScript(object.Env(), counts.words));
  object.Set("unknownWords", ToJavaScript(object.Env(), counts.unknown_words));
}

// [words, unknown words, sum of the shares of unknown words, texts in each bin of these shares]
inline Napi::Value TotalsToJavaScript(Napi::Env env, const WordTotals& totals) {
  std::vector<double> numbers{static_cast<double>(totals.words.words),
                              static_cast<double>(totals.words.unknown_words), totals.share_sum};
  numbers.insert(numbers.end(), totals.texts.begin(), totals.texts.end());
  return ToJavaScript(env, numbers);
}

class ExtractorWrap : public Napi::ObjectWrap<ExtractorWrap> {
 public:
  static constexpr napi_type_tag kTag{kTagPrefix, 5};

  static Napi::Function Define(Napi::Env env) {
    return DefineClass(
        env, "Extractor",
        {InstanceMethod<&ExtractorWrap::Row>("row"), InstanceMethod<&ExtractorWrap::RowBatch>("rowBatch"),
         InstanceMethod<&ExtractorWrap::Explain>("explain"),
         InstanceMethod<&ExtractorWrap::WordCounts>("wordCounts")});
  }

  // (normalizer or undefined, analyzer, vectorizer) → extractor
  static Napi::Value From(const Napi::CallbackInfo& info) {
    const auto normalizer = info[0].IsUndefined() ? nullptr : Unwrapped<NormalizerWrap>(info[0]).normalizer();
    const auto& analyzer = Unwrapped<AnalyzerWrap>(info[1]).analyzer();
    const auto& vectorizer = Unwrapped<VectorizerWrap>(info[2]).vectorizer();
    return Make(info.Env(), State::Of(info.Env()).extractor,
                std::make_shared<const Extractor>(normalizer, analyzer, vectorizer));
  }

  explicit ExtractorWrap(const Napi::CallbackInfo& info)
      : ObjectWrap(info),
        extractor_(TakeContent<std::shared_ptr<const Extractor>>(info)),
        batch_totals_(std::make_shared<WordTotals>()),
        scratch_(*extractor_) {
    Tag(*this);
  }

  const std::shared_ptr<const Extractor>& extractor() const { return extractor_; }

 private:
  // (text, Int32Array and Float64Array for the row, columnCount long) → number of cells
  Napi::Value Row(const Napi::CallbackInfo& info) {
    return CopyRow(extractor_->Row(State::Of(info.Env()).TextFrom(info[0]), scratch_), info[1], info[2]);
  }

  // (array of strings) → a promise of the rows, { rowStarts, columns, values, words, unknownWords }
  Napi::Value RowBatch(const Napi::CallbackInfo& info) {
    return Task<Extractor::Rows>::Run(
        info.Env(),
        [extractor = extractor_, texts = State::Of(info.Env()).TextsFrom(info[0])] {
          return extractor->RowsOf(texts);
        },
        [totals = batch_totals_](Napi::Env env, Extractor::Rows& rows) {
          *totals += rows.totals;
          auto matrix = Napi::Object::New(env);
          matrix.Set("rowStarts", ToJavaScript(env, rows.matrix.row_starts));
          matrix.Set("columns", ToJavaScript(env, rows.matrix.columns));
          matrix.Set("values", ToJavaScript(env, rows.matrix.values));
          SetCounts(matrix, rows.counts);
          return matrix;
        });
  }

  // (text, contributions) → a promise of { terms, values, contributions, offsets, occurrenceEnds, sum, base,
  // absent }
  Napi::Value Explain(const Napi::CallbackInfo& info) {
    return Task<Explanation>::Run(
        info.Env(),
        [extractor = extractor_, contributions = Unwrapped<ContributionsWrap>(info[1]).contributions(),
         text = std::u16string(State::Of(info.Env()).TextFrom(info[0]))]() -> Result<Explanation> {
          return hoshi::Explain(*extractor, *contributions, text);
        },
        [totals = batch_totals_](Napi::Env env, Explanation& explanation) {
          *totals += explanation.word_totals;
          auto object = Napi::Object::New(env);
          object.Set("terms", explanation.terms);
          object.Set("values", ToJavaScript(env, explanation.values));
          object.Set("contributions", ToJavaScript(env, explanation.contributions));
          object.Set("offsets", ToJavaScript(env, explanation.offsets));
          object.Set("occurrenceEnds", ToJavaScript(env, explanation.occurrence_ends));
          SetTotals(object, explanation.totals);
          return object;
        });
  }

  // () → TotalsToJavaScript of all texts so far
  Napi::Value WordCounts(const Napi::CallbackInfo& info) {
    return TotalsToJavaScript(info.Env(), WordTotals(*batch_totals_) += scratch_.vectorizer.word_totals);
  }

  std::shared_ptr<const Extractor> extractor_;
  std::shared_ptr<WordTotals> batch_totals_;  // only the event loop's thread uses it
  Extractor::Scratch scratch_;
};

class ScorerWrap : public Napi::ObjectWrap<ScorerWrap> {
 public:
  static Napi::Function Define(Napi::Env env) {
    return DefineClass(
        env, "Scorer",
        {InstanceMethod<&ScorerWrap::Score>("score"), InstanceMethod<&ScorerWrap::ScoreBatch>("scoreBatch"),
         InstanceMethod<&ScorerWrap::WordCounts>("wordCounts")});
  }

  // (extractor, forest, the score map's raw, scores, slopes) → scorer
  static Napi::Value From(const Napi::CallbackInfo& info) {
    const auto& extractor = Unwrapped<ExtractorWrap>(info[0]).extractor();
    const auto& forest = Unwrapped<ForestWrap>(info[1]).forest();
    return Make(info.Env(), State::Of(info.Env()).scorer,
                std::make_shared<const Scorer>(
                    extractor, forest,
                    ScoreMap(CopyOf<double>(info[2]), CopyOf<double>(info[3]), CopyOf<double>(info[4]))));
  }

  explicit ScorerWrap(const Napi::CallbackInfo& info)
      : ObjectWrap(info),
        scorer_(TakeContent<std::shared_ptr<const Scorer>>(info)),
        pool_(std::make_shared<ScorerPool>(scorer_)),
        scratch_(*scorer_) {}

 private:
  // (text) → score
  Napi::Value Score(const Napi::CallbackInfo& info) {
    return Napi::Number::New(info.Env(), scorer_->Score(State::Of(info.Env()).TextFrom(info[0]), scratch_));
  }

  // (array of strings, threads) → a promise of { scores, words, unknownWords }
  Napi::Value ScoreBatch(const Napi::CallbackInfo& info) {
    return Task<ScorerPool::ScoredTexts>::Run(
        info.Env(),
        [pool = pool_, texts = State::Of(info.Env()).TextsFrom(info[0]),
         threads = info[1].As<Napi::Number>().Uint32Value()]() -> Result<ScorerPool::ScoredTexts> {
          return pool->Score(texts, threads);
        },
        [](Napi::Env env, ScorerPool::ScoredTexts& scored) {
          auto object = Napi::Object::New(env);
          object.Set("scores", ToJavaScript(env, scored.scores));
          SetCounts(object, scored.counts);
          return object;
        });
  }

  // () → TotalsToJavaScript of all texts so far
  Napi::Value WordCounts(const Napi::CallbackInfo& info) {
    return TotalsToJavaScript(info.Env(), pool_->word_totals() += scratch_.extractor.vectorizer.word_totals);
  }

  std::shared_ptr<const Scorer> scorer_;
  std::shared_ptr<ScorerPool> pool_;
  Scorer::Scratch scratch_;
};

}  // namespace hoshi
