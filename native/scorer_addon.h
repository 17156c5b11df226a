// The objects of the addon hoshi_engine that take a text through several stages in one call: extractor,
// scorer and term counter. engine_addon.h has the rules.
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
#include "term_counter.h"

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

class TermCounterWrap : public Napi::ObjectWrap<TermCounterWrap> {
 public:
  static Napi::Function Define(Napi::Env env) {
    return DefineClass(
        env, "TermCounter",
        {InstanceMethod<&TermCounterWrap::Count>("count"), InstanceMethod<&TermCounterWrap::Kept>("kept")});
  }

  // (extractor, smallest and largest n of the n-grams, spellings as [word, the word that it stands for, …]) →
  // term counter
  static Napi::Value From(const Napi::CallbackInfo& info) {
    TermCounter::Settings settings{
        info[1].As<Napi::Number>().Uint32Value(), info[2].As<Napi::Number>().Uint32Value(), {}};
    const Texts spellings = State::Of(info.Env()).TextsFrom(info[3]);
    for (std::size_t i = 0; i + 1 < spellings.size(); i += 2)
      settings.spellings.emplace_back(spellings[i], spellings[i + 1]);
    return Make(
        info.Env(), State::Of(info.Env()).term_counter,
        std::make_shared<TermCounters>(Unwrapped<ExtractorWrap>(info[0]).extractor(), std::move(settings)));
  }

  explicit TermCounterWrap(const Napi::CallbackInfo& info)
      : ObjectWrap(info), counters_(TakeContent<std::shared_ptr<TermCounters>>(info)) {}

 private:
  // (array of strings) → a promise of the number of strings
  Napi::Value Count(const Napi::CallbackInfo& info) {
    return Task<std::size_t>::Run(
        info.Env(),
        [counters = counters_, texts = State::Of(info.Env()).TextsFrom(info[0])]() -> Result<std::size_t> {
          counters->Count(texts);
          return texts.size();
        },
        [](Napi::Env env, std::size_t& count) { return Napi::Number::New(env, static_cast<double>(count)); });
  }

  // (minimum of texts) → a promise of { textCount, terms, totals, texts }
  Napi::Value Kept(const Napi::CallbackInfo& info) {
    return Task<TermCounts>::Run(
        info.Env(),
        [counters = counters_, min_texts = info[0].As<Napi::Number>().Uint32Value()]() -> Result<TermCounts> {
          return counters->Kept(min_texts);
        },
        [](Napi::Env env, TermCounts& counts) {
          auto terms = Napi::Array::New(env, counts.terms.size());
          for (std::uint32_t i = 0; i < counts.terms.size(); ++i) {
            const Napi::Value many = Napi::String::New(env, counts.terms[i].data(), counts.terms[i].size());
            terms.Set(i, many);
          }
          auto object = Napi::Object::New(env);
          object.Set("textCount", static_cast<double>(counts.text_count));
          object.Set("terms", terms);
          object.Set("totals", ToJavaScript(env, counts.totals));
          object.Set("texts", ToJavaScript(env, counts.texts));
          return object;
        });
  }

  std::shared_ptr<TermCounters> counters_;
};

}  // namespace hoshi
