// The addon hoshi_engine: analyzer, vectorizer, forest, contributions, scorer, extractor and normalizer for
// JavaScript. Serving needs only this addon, not LightGBM. Each method unwraps its arguments, makes one call
// and wraps the result. Only native/engine.ts loads this addon; it has checked the arguments. An error
// becomes a JavaScript Error with a `code`.
//
// State belongs to the environment, so many workers can load the addon. Calls on the event loop use the
// scratch of their object. Work outside the event loop uses the scratches of the ScorerPool, or its own.
#include <napi.h>

#include <algorithm>
#include <any>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "analyzer.h"
#include "contributions.h"
#include "explanation.h"
#include "extractor.h"
#include "forest.h"
#include "napi_support.h"
#include "normalizer/normalizer.h"
#include "scorer.h"
#include "scorer_pool.h"
#include "vectorizer.h"

namespace {

using hoshi::Analyzer;
using hoshi::Contributions;
using hoshi::CopyOf;
using hoshi::Dictionary;
using hoshi::Error;
using hoshi::Explanation;
using hoshi::Extractor;
using hoshi::Forest;
using hoshi::Normalizer;
using hoshi::NormalizerTables;
using hoshi::Occurrence;
using hoshi::Result;
using hoshi::ScoreMap;
using hoshi::Scorer;
using hoshi::ScorerPool;
using hoshi::SparseRow;
using hoshi::Task;
using hoshi::Texts;
using hoshi::Throw;
using hoshi::ToJavaScript;
using hoshi::Vectorizer;
using hoshi::Vocabulary;
using hoshi::WordCounts;

constexpr std::size_t kInitialUnits = 1 << 12, kMaxUnitsKept = 1 << 20;  // size of the buffer for a text

constexpr std::uint64_t kTagPrefix = 0x686f736869;  // "hoshi" in ASCII

struct State {
  Napi::FunctionReference analyzer, vectorizer, forest, scorer, extractor, normalizer, contributions;
  // The content of the next object. It is not an argument of the constructor, because JavaScript could pass a
  // foreign one.
  std::any next;
  std::vector<char16_t> text = std::vector<char16_t>(kInitialUnits);  // argument of the current call

  static State& Of(Napi::Env env) { return *env.GetInstanceData<State>(); }

  // Returns the UTF-16 code units of a string. Valid until the next call.
  std::u16string_view TextFrom(const Napi::Value& value) {
    if (text.size() > kMaxUnitsKept) text = std::vector<char16_t>(kInitialUnits);
    std::size_t length = 0;
    napi_get_value_string_utf16(value.Env(), value, text.data(), text.size(), &length);
    if (length + 1 == text.size()) {  // the text may be cut off
      napi_get_value_string_utf16(value.Env(), value, nullptr, 0, &length);
      text.resize(length + 2);
      napi_get_value_string_utf16(value.Env(), value, text.data(), text.size(), &length);
    }
    return {text.data(), length};
  }

  // Returns a copy of the strings of an array.
  Texts TextsFrom(const Napi::Value& value) {
    const auto array = value.As<Napi::Array>();
    Texts texts;
    for (std::uint32_t i = 0; i < array.Length(); ++i) texts.Add(TextFrom(array.Get(i)));
    return texts;
  }
};

// [words, unknown words]
Napi::Value CountsToJavaScript(Napi::Env env, const WordCounts& counts) {
  return ToJavaScript(
      env, std::vector<double>{static_cast<double>(counts.words), static_cast<double>(counts.unknown_words)});
}

// column, start and end of each occurrence, one after the other
Napi::Value OccurrencesToJavaScript(Napi::Env env, const std::vector<Occurrence>& occurrences) {
  std::vector<std::uint32_t> numbers;
  numbers.reserve(3 * occurrences.size());
  for (const auto& [column, start, end] : occurrences)
    numbers.insert(numbers.end(), {static_cast<std::uint32_t>(column), start, end});
  return ToJavaScript(env, numbers);
}

// Takes the content of the object under construction from the state. Throws if JavaScript called the
// constructor.
template <class T>
T TakeContent(const Napi::CallbackInfo& info) {
  std::any next = std::exchange(State::Of(info.Env()).next, {});
  if (T* content = std::any_cast<T>(&next)) return std::move(*content);
  throw ToJavaScript(
      info.Env(),
      Error{Error::Code::kArgument,
            "Expected a function of the addon to create the object, received a call of the constructor"});
}

// Defines a property as a value, not as a getter: V8 checks `this` for the methods of a native class, but not
// for its getters.
template <class Wrap>
void DefineValue(const Wrap& wrap, const char* name, Napi::Value value) {
  wrap.Value().DefineProperty(Napi::PropertyDescriptor::Value(name, value, napi_enumerable));
}

// Marks an object with the tag of its class. Unwrapped accepts only objects with that tag.
template <class Wrap>
void Tag(const Wrap& wrap) {
  wrap.Value().TypeTag(&Wrap::kTag);
}

template <class Wrap>
const Wrap& Unwrapped(const Napi::Value& value) {
  if (value.IsObject() && value.As<Napi::Object>().CheckTypeTag(&Wrap::kTag))
    return *Wrap::Unwrap(value.As<Napi::Object>());
  throw ToJavaScript(value.Env(), Error{Error::Code::kArgument, "Expected an object that the addon made"});
}

template <class T>
Napi::Value Make(Napi::Env env, const Napi::FunctionReference& constructor, T content) {
  State::Of(env).next = std::move(content);
  return constructor.Value().New(std::initializer_list<napi_value>{});
}

// Loads tables from a path or from bytes.
template <class Tables>
Result<std::shared_ptr<const Tables>> TablesFrom(const Napi::Value& from) {
  if (from.IsString()) return Tables::Load(from.As<Napi::String>().Utf8Value());
  const auto bytes = from.As<Napi::Uint8Array>();
  return Tables::FromBytes({reinterpret_cast<const std::byte*>(bytes.Data()), bytes.ByteLength()});
}

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
    auto dictionary = TablesFrom<Dictionary>(info[0]);
    return dictionary.ok() ? Make(info.Env(), State::Of(info.Env()).analyzer, std::move(*dictionary))
                           : Throw(info.Env(), dictionary.error());
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
    const auto ends = analyzer_.Analyze(State::Of(info.Env()).TextFrom(info[0]), scratch_);
    const auto words = analyzer_.Words(scratch_);
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
    auto vocabulary = TablesFrom<Vocabulary>(info[0]);
    return vocabulary.ok() ? Make(info.Env(), State::Of(info.Env()).vectorizer, std::move(*vocabulary))
                           : Throw(info.Env(), vocabulary.error());
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
    std::copy(row.columns.begin(), row.columns.end(), info[2].As<Napi::Int32Array>().Data());
    std::copy(row.values.begin(), row.values.end(), info[3].As<Napi::Float64Array>().Data());
    return Napi::Number::New(info.Env(), static_cast<double>(row.columns.size()));
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

  static Napi::Value Load(const Napi::CallbackInfo& info) {
    auto forest = TablesFrom<Forest>(info[0]);
    return forest.ok() ? Make(info.Env(), State::Of(info.Env()).forest, std::move(*forest))
                       : Throw(info.Env(), forest.error());
  }

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
    const auto columns = info[0].As<Napi::Int32Array>();
    const auto values = info[1].As<Napi::Float64Array>();
    return Napi::Number::New(info.Env(), forest_->Predict({{columns.Data(), columns.ElementLength()},
                                                           {values.Data(), values.ElementLength()}},
                                                          scratch_));
  }

  std::shared_ptr<const Forest> forest_;
  Forest::Scratch scratch_;
};

// Sets the members that an explained row has in common with the explanation of a text.
void SetTotals(Napi::Object& object, const Contributions::Totals& totals) {
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
    auto contributions = TablesFrom<Contributions>(info[0]);
    return contributions.ok()
               ? Make(info.Env(), State::Of(info.Env()).contributions, std::move(*contributions))
               : Throw(info.Env(), contributions.error());
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
    const auto columns = info[0].As<Napi::Int32Array>();
    const auto values = info[1].As<Napi::Float64Array>();
    auto of_columns = info[2].As<Napi::Float64Array>();
    auto totals = Napi::Object::New(info.Env());
    SetTotals(totals, contributions_->Explain({{columns.Data(), columns.ElementLength()},
                                               {values.Data(), values.ElementLength()}},
                                              scratch_, {of_columns.Data(), of_columns.ElementLength()}));
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
        batch_counts_(std::make_shared<hoshi::WordCounts>()),
        scratch_(*extractor_) {
    Tag(*this);
  }

  const std::shared_ptr<const Extractor>& extractor() const { return extractor_; }

 private:
  // (text, Int32Array and Float64Array for the row, columnCount long) → number of cells
  Napi::Value Row(const Napi::CallbackInfo& info) {
    const SparseRow row = extractor_->Row(State::Of(info.Env()).TextFrom(info[0]), scratch_);
    std::copy(row.columns.begin(), row.columns.end(), info[1].As<Napi::Int32Array>().Data());
    std::copy(row.values.begin(), row.values.end(), info[2].As<Napi::Float64Array>().Data());
    return Napi::Number::New(info.Env(), static_cast<double>(row.columns.size()));
  }

  // (array of strings) → a promise of the rows, { rowStarts, columns, values }
  Napi::Value RowBatch(const Napi::CallbackInfo& info) {
    return Task<Extractor::Rows>::Run(
        info.Env(),
        [extractor = extractor_, texts = State::Of(info.Env()).TextsFrom(info[0])] {
          return extractor->RowsOf(texts);
        },
        [counts = batch_counts_](Napi::Env env, Extractor::Rows& rows) {
          counts->words += rows.counts.words;
          counts->unknown_words += rows.counts.unknown_words;
          auto matrix = Napi::Object::New(env);
          matrix.Set("rowStarts", ToJavaScript(env, rows.matrix.row_starts));
          matrix.Set("columns", ToJavaScript(env, rows.matrix.columns));
          matrix.Set("values", ToJavaScript(env, rows.matrix.values));
          return matrix;
        });
  }

  // (text, contributions) → a promise of { columns, values, contributions, sum, base, absent, occurrences }
  Napi::Value Explain(const Napi::CallbackInfo& info) {
    return Task<Explanation>::Run(
        info.Env(),
        [extractor = extractor_, contributions = Unwrapped<ContributionsWrap>(info[1]).contributions(),
         text = std::u16string(State::Of(info.Env()).TextFrom(info[0]))]() -> Result<Explanation> {
          return hoshi::Explain(*extractor, *contributions, text);
        },
        [counts = batch_counts_](Napi::Env env, Explanation& explanation) {
          counts->words += explanation.counts.words;
          counts->unknown_words += explanation.counts.unknown_words;
          auto object = Napi::Object::New(env);
          object.Set("columns", ToJavaScript(env, explanation.columns));
          object.Set("values", ToJavaScript(env, explanation.values));
          object.Set("contributions", ToJavaScript(env, explanation.contributions));
          object.Set("occurrences", OccurrencesToJavaScript(env, explanation.occurrences));
          SetTotals(object, explanation.totals);
          return object;
        });
  }

  // () → [words, unknown words] over all texts so far
  Napi::Value WordCounts(const Napi::CallbackInfo& info) {
    const auto& [words, unknown_words] = *batch_counts_;
    return CountsToJavaScript(
        info.Env(), {words + scratch_.vectorizer.words, unknown_words + scratch_.vectorizer.unknown_words});
  }

  std::shared_ptr<const Extractor> extractor_;
  std::shared_ptr<hoshi::WordCounts> batch_counts_;  // only the event loop's thread uses it
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

  // (array of strings, threads) → a promise of the scores, a Float64Array
  Napi::Value ScoreBatch(const Napi::CallbackInfo& info) {
    return Task<std::vector<double>>::Run(
        info.Env(),
        [pool = pool_, texts = State::Of(info.Env()).TextsFrom(info[0]),
         threads = info[1].As<Napi::Number>().Uint32Value()]() -> Result<std::vector<double>> {
          return pool->Score(texts, threads);
        },
        [](Napi::Env env, std::vector<double>& scores) { return ToJavaScript(env, scores); });
  }

  // () → [words, unknown words] over all texts so far
  Napi::Value WordCounts(const Napi::CallbackInfo& info) {
    const auto [words, unknown_words] = pool_->word_counts();
    return CountsToJavaScript(info.Env(), {words + scratch_.extractor.vectorizer.words,
                                           unknown_words + scratch_.extractor.vectorizer.unknown_words});
  }

  std::shared_ptr<const Scorer> scorer_;
  std::shared_ptr<ScorerPool> pool_;
  Scorer::Scratch scratch_;
};

Napi::Object Init(Napi::Env env, Napi::Object exports) {
#if defined(__x86_64__)
  if (!__builtin_cpu_supports("sse4.2"))
    throw Napi::Error::New(
        env, "expected a processor with SSE 4.2 (x86-64-v2), found an older one; use HOSHI_ENGINE=js");
#endif
  auto* state = new State;
  state->analyzer = Napi::Persistent(AnalyzerWrap::Define(env));
  state->vectorizer = Napi::Persistent(VectorizerWrap::Define(env));
  state->forest = Napi::Persistent(ForestWrap::Define(env));
  state->scorer = Napi::Persistent(ScorerWrap::Define(env));
  state->extractor = Napi::Persistent(ExtractorWrap::Define(env));
  state->normalizer = Napi::Persistent(NormalizerWrap::Define(env));
  state->contributions = Napi::Persistent(ContributionsWrap::Define(env));
  env.SetInstanceData(state);
  exports.Set("loadAnalyzer", Napi::Function::New<AnalyzerWrap::Load>(env));
  exports.Set("loadVectorizer", Napi::Function::New<VectorizerWrap::Load>(env));
  exports.Set("loadForest", Napi::Function::New<ForestWrap::Load>(env));
  exports.Set("loadContributions", Napi::Function::New<ContributionsWrap::Load>(env));
  exports.Set("makeScorer", Napi::Function::New<ScorerWrap::From>(env));
  exports.Set("makeExtractor", Napi::Function::New<ExtractorWrap::From>(env));
  exports.Set("loadNormalizer", Napi::Function::New<NormalizerWrap::Load>(env));
  return exports;
}

}  // namespace

NODE_API_MODULE(hoshi_engine, Init)
