// The objects of the addon hoshi_engine that hold a file of tables: analyzer, vectorizer, forest and
// contributions, and the normalizer with its steps. engine_addon.h has the rules.
#pragma once

#include <napi.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "analyzer.h"
#include "contributions.h"
#include "engine_addon.h"
#include "forest.h"
#include "napi_support.h"
#include "normalizer/normalizer.h"
#include "sparse_row.h"
#include "vectorizer.h"

namespace hoshi {

class AnalyzerWrap : public Napi::ObjectWrap<AnalyzerWrap> {
 public:
  static constexpr napi_type_tag kTag{kTagPrefix, 1};

  static Napi::Function Define(Napi::Env env) {
    return DefineClass(
        env, "Analyzer",
        {InstanceMethod<&AnalyzerWrap::Analyze>("analyze"), InstanceMethod<&AnalyzerWrap::Words>("words"),
         InstanceMethod<&AnalyzerWrap::PartOfSpeech>("partOfSpeech"),
         InstanceMethod<&AnalyzerWrap::BaseForm>("baseForm"), InstanceMethod<&AnalyzerWrap::Find>("find")});
  }

  static Napi::Value Load(const Napi::CallbackInfo& info) {
    return LoadObject<Dictionary>(info, &State::analyzer);
  }

  explicit AnalyzerWrap(const Napi::CallbackInfo& info)
      : ObjectWrap(info), analyzer_(TakeContent<std::shared_ptr<const Dictionary>>(info)) {
    Tag(*this);
    DefineValue(*this, "identity", Napi::String::New(Env(), analyzer_.dictionary().identity()));
    DefineValue(*this, "wordCount", Napi::Number::New(Env(), analyzer_.dictionary().word_count));
  }

  const Analyzer& analyzer() const { return analyzer_; }

 private:
  // (text, Uint32Array for the ends, at least as long as the text) → number of tokens
  Napi::Value Analyze(const Napi::CallbackInfo& info) {
    const auto ends = analyzer_.Analyze(State::Of(info.Env()).TextFrom(info[0]), scratch_);
    std::copy(ends.begin(), ends.end(), info[1].As<Napi::Uint32Array>().Data());
    return Napi::Number::New(info.Env(), static_cast<double>(ends.size()));
  }

  // (text, Uint32Arrays for the ends and the words, at least as long as the text) → number of tokens
  Napi::Value Words(const Napi::CallbackInfo& info) {
    const auto [ends, words] = analyzer_.AnalyzeWords(State::Of(info.Env()).TextFrom(info[0]), scratch_);
    std::copy(ends.begin(), ends.end(), info[1].As<Napi::Uint32Array>().Data());
    std::copy(words.begin(), words.end(), info[2].As<Napi::Uint32Array>().Data());
    return Napi::Number::New(info.Env(), static_cast<double>(ends.size()));
  }

  // (word) → its part of speech as a number
  Napi::Value PartOfSpeech(const Napi::CallbackInfo& info) {
    const auto part_of_speech =
        analyzer_.dictionary().part_of_speech(info[0].As<Napi::Number>().Uint32Value());
    return Napi::Number::New(info.Env(), static_cast<double>(part_of_speech));
  }

  // (word) → its base form, '' if it is the surface form or if there is none
  Napi::Value BaseForm(const Napi::CallbackInfo& info) {
    const auto base = analyzer_.dictionary().base_form(info[0].As<Napi::Number>().Uint32Value());
    return Napi::String::New(info.Env(), base.data(), base.size());
  }

  // (text) → the first word of that surface, 0 if there is none
  Napi::Value Find(const Napi::CallbackInfo& info) {
    return Napi::Number::New(info.Env(),
                             analyzer_.dictionary().Find(State::Of(info.Env()).TextFrom(info[0])));
  }

  Analyzer analyzer_;
  Analyzer::Scratch scratch_;
};

class VectorizerWrap : public Napi::ObjectWrap<VectorizerWrap> {
 public:
  static constexpr napi_type_tag kTag{kTagPrefix, 2};

  static Napi::Function Define(Napi::Env env) {
    return DefineClass(
        env, "Vectorizer",
        {InstanceMethod<&VectorizerWrap::Row>("row"), InstanceMethod<&VectorizerWrap::Term>("term")});
  }

  static Napi::Value Load(const Napi::CallbackInfo& info) {
    return LoadObject<Vocabulary>(info, &State::vectorizer);
  }

  explicit VectorizerWrap(const Napi::CallbackInfo& info)
      : ObjectWrap(info),
        vectorizer_(TakeContent<std::shared_ptr<const Vocabulary>>(info)),
        scratch_(vectorizer_.vocabulary()) {
    Tag(*this);
    DefineValue(*this, "identity", Napi::String::New(Env(), vectorizer_.vocabulary().identity()));
    DefineValue(*this, "columnCount", Napi::Number::New(Env(), vectorizer_.vocabulary().column_count));
    DefineValue(*this, "hasRules", Napi::Boolean::New(Env(), vectorizer_.vocabulary().has_rules));
  }

  const Vectorizer& vectorizer() const { return vectorizer_; }

 private:
  // (text, ends of its tokens, Int32Array and Float64Array for the row, columnCount long) → number of cells
  Napi::Value Row(const Napi::CallbackInfo& info) {
    const auto ends = info[1].As<Napi::Uint32Array>();
    const SparseRow row = vectorizer_.Row(State::Of(info.Env()).TextFrom(info[0]),
                                          {{ends.Data(), ends.ElementLength()}, {}, nullptr}, scratch_);
    return CopyRow(row, info[2], info[3]);
  }

  // (column) → term
  Napi::Value Term(const Napi::CallbackInfo& info) {
    const std::string_view term = vectorizer_.vocabulary().Term(info[0].As<Napi::Number>().Uint32Value());
    return Napi::String::New(info.Env(), term.data(), term.size());
  }

  Vectorizer vectorizer_;
  Vectorizer::Scratch scratch_;
};

class ForestWrap : public Napi::ObjectWrap<ForestWrap> {
 public:
  static constexpr napi_type_tag kTag{kTagPrefix, 3};

  static Napi::Function Define(Napi::Env env) {
    return DefineClass(env, "Forest", {InstanceMethod<&ForestWrap::Predict>("predict")});
  }

  static Napi::Value Load(const Napi::CallbackInfo& info) { return LoadObject<Forest>(info, &State::forest); }

  explicit ForestWrap(const Napi::CallbackInfo& info)
      : ObjectWrap(info), forest_(TakeContent<std::shared_ptr<const Forest>>(info)), scratch_(*forest_) {
    Tag(*this);
    DefineValue(*this, "identity", Napi::String::New(Env(), forest_->identity()));
    DefineValue(*this, "columnCount", Napi::Number::New(Env(), forest_->column_count()));
  }

  const std::shared_ptr<const Forest>& forest() const { return forest_; }

 private:
  // (columns, values) → score
  Napi::Value Predict(const Napi::CallbackInfo& info) {
    return Napi::Number::New(info.Env(), forest_->Predict(RowFrom(info[0], info[1]), scratch_));
  }

  std::shared_ptr<const Forest> forest_;
  Forest::Scratch scratch_;
};

// Sets the members that an explained row has in common with the explanation of a text.
inline void SetTotals(Napi::Object& object, const Contributions::Totals& totals) {
  object.Set("sum", totals.sum);
  object.Set("base", totals.base);
  object.Set("absent", totals.absent);
}

class ContributionsWrap : public Napi::ObjectWrap<ContributionsWrap> {
 public:
  static constexpr napi_type_tag kTag{kTagPrefix, 4};

  static Napi::Function Define(Napi::Env env) {
    return DefineClass(env, "Contributions", {InstanceMethod<&ContributionsWrap::Of>("of")});
  }

  static Napi::Value Load(const Napi::CallbackInfo& info) {
    return LoadObject<Contributions>(info, &State::contributions);
  }

  explicit ContributionsWrap(const Napi::CallbackInfo& info)
      : ObjectWrap(info),
        contributions_(TakeContent<std::shared_ptr<const Contributions>>(info)),
        scratch_(*contributions_) {
    Tag(*this);
    DefineValue(*this, "identity", Napi::String::New(Env(), contributions_->identity()));
    DefineValue(*this, "columnCount", Napi::Number::New(Env(), contributions_->column_count()));
  }

  const std::shared_ptr<const Contributions>& contributions() const { return contributions_; }

 private:
  // (columns, values, Float64Array for the contributions, as long) → { sum, base, absent }
  Napi::Value Of(const Napi::CallbackInfo& info) {
    auto of_columns = info[2].As<Napi::Float64Array>();
    auto totals = Napi::Object::New(info.Env());
    SetTotals(totals, contributions_->Explain(RowFrom(info[0], info[1]), scratch_,
                                              {of_columns.Data(), of_columns.ElementLength()}));
    return totals;
  }

  std::shared_ptr<const Contributions> contributions_;
  Contributions::Scratch scratch_;
};

class NormalizerWrap : public Napi::ObjectWrap<NormalizerWrap> {
 public:
  static constexpr napi_type_tag kTag{kTagPrefix, 6};

  static Napi::Function Define(Napi::Env env) {
    return DefineClass(env, "Normalizer",
                       {InstanceMethod<&NormalizerWrap::Normalize>("normalize"),
                        InstanceMethod<&NormalizerWrap::MaxUnits>("maxUnits"),
                        InstanceMethod<&NormalizerWrap::EmojiLength>("emojiLength")});
  }

  // (path or bytes, Uint8Array of steps, analyzer) → normalizer
  static Napi::Value Load(const Napi::CallbackInfo& info) {
    auto tables = TablesFrom<NormalizerTables>(info[0]);
    if (!tables.ok()) return Throw(info.Env(), tables.error());
    const auto& dictionary = Unwrapped<AnalyzerWrap>(info[2]).analyzer().shared_dictionary();
    const auto steps = info[1].As<Napi::Uint8Array>();
    const auto* first = reinterpret_cast<const Normalizer::Step*>(steps.Data());
    return Make(info.Env(), State::Of(info.Env()).normalizer,
                std::make_shared<const Normalizer>(std::move(*tables), dictionary,
                                                   std::span(first, steps.ElementLength())));
  }

  explicit NormalizerWrap(const Napi::CallbackInfo& info)
      : ObjectWrap(info), normalizer_(TakeContent<std::shared_ptr<const Normalizer>>(info)) {
    Tag(*this);
    DefineValue(*this, "identity", Napi::String::New(Env(), normalizer_->tables().identity()));
  }

  const std::shared_ptr<const Normalizer>& normalizer() const { return normalizer_; }

 private:
  // (text) → { text, starts, ends }, or undefined if the text does not change
  Napi::Value Normalize(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    const auto text = normalizer_->Normalize(State::Of(env).TextFrom(info[0]), scratch_);
    if (!scratch_.is_changed()) return env.Undefined();
    auto normalized = Napi::Object::New(env);
    // A Value, because Set converts a Napi::String to UTF-8, which has no lone surrogates.
    const Napi::Value units = Napi::String::New(env, text.data(), text.size());
    normalized.Set("text", units);
    normalized.Set("starts", ToJavaScript(env, scratch_.starts()));
    normalized.Set("ends", ToJavaScript(env, scratch_.ends()));
    return normalized;
  }

  // (text) → units
  Napi::Value MaxUnits(const Napi::CallbackInfo& info) {
    const std::size_t units = normalizer_->MaxUnits(State::Of(info.Env()).TextFrom(info[0]));
    return Napi::Number::New(info.Env(), static_cast<double>(units));
  }

  // (text, index) → length in units
  Napi::Value EmojiLength(const Napi::CallbackInfo& info) {
    const std::size_t length = normalizer_->tables().EmojiLength(State::Of(info.Env()).TextFrom(info[0]),
                                                                 info[1].As<Napi::Number>().Uint32Value());
    return Napi::Number::New(info.Env(), static_cast<double>(length));
  }

  std::shared_ptr<const Normalizer> normalizer_;
  Normalizer::Scratch scratch_;
};

}  // namespace hoshi
