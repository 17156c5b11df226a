// The addon hoshi_engine: normalizer, analyzer, vectorizer, forest, contributions, extractor, scorer and term
// counter for JavaScript, and calls of the file system. Serving needs only this addon, not LightGBM.
// stages_addon.h and scorer_addon.h have its objects.
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include <memory>

#include "engine_addon.h"
#include "files.h"
#include "scorer_addon.h"
#include "stages_addon.h"

namespace {

// (path, path) → 0 or errno
Napi::Value ExchangePaths(const Napi::CallbackInfo& info) {
  const int error = hoshi::ExchangePaths(info[0].As<Napi::String>(), info[1].As<Napi::String>());
  return Napi::Number::New(info.Env(), error);
}

// (descriptor) → 0 or errno
Napi::Value TryLock(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), hoshi::TryLock(info[0].As<Napi::Number>().Int32Value()));
}

// Drops the tables that were loaded ahead and that no call has taken. Waits for their threads.
void DropAhead(const Napi::CallbackInfo& info) { hoshi::State::Of(info.Env()).ahead.clear(); }

Napi::Object Init(Napi::Env env, Napi::Object exports) {
#if defined(__x86_64__)
  // Not __builtin_cpu_supports: Zig's run-time library never fills the variable that it reads.
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  if (__get_cpuid(1, &eax, &ebx, &ecx, &edx) == 0 || (ecx & bit_SSE4_2) == 0)
    throw Napi::Error::New(
        env, "expected a processor with SSE 4.2 (x86-64-v2), found an older one; use HOSHI_ENGINE=js");
#endif
  auto state = std::make_unique<hoshi::State>();
  state->analyzer = Napi::Persistent(hoshi::AnalyzerWrap::Define(env));
  state->vectorizer = Napi::Persistent(hoshi::VectorizerWrap::Define(env));
  state->forest = Napi::Persistent(hoshi::ForestWrap::Define(env));
  state->scorer = Napi::Persistent(hoshi::ScorerWrap::Define(env));
  state->extractor = Napi::Persistent(hoshi::ExtractorWrap::Define(env));
  state->normalizer = Napi::Persistent(hoshi::NormalizerWrap::Define(env));
  state->contributions = Napi::Persistent(hoshi::ContributionsWrap::Define(env));
  state->term_counter = Napi::Persistent(hoshi::TermCounterWrap::Define(env));
  env.SetInstanceData(state.release());
  exports.Set("loadAnalyzer", Napi::Function::New<hoshi::AnalyzerWrap::Load>(env));
  exports.Set("loadVectorizer", Napi::Function::New<hoshi::VectorizerWrap::Load>(env));
  exports.Set("loadForest", Napi::Function::New<hoshi::ForestWrap::Load>(env));
  exports.Set("loadContributions", Napi::Function::New<hoshi::ContributionsWrap::Load>(env));
  exports.Set("makeScorer", Napi::Function::New<hoshi::ScorerWrap::From>(env));
  exports.Set("makeExtractor", Napi::Function::New<hoshi::ExtractorWrap::From>(env));
  exports.Set("loadNormalizer", Napi::Function::New<hoshi::NormalizerWrap::Load>(env));
  exports.Set("makeTermCounter", Napi::Function::New<hoshi::TermCounterWrap::From>(env));
  exports.Set("loadAnalyzerAhead", Napi::Function::New<hoshi::LoadAhead<hoshi::Dictionary>>(env));
  exports.Set("loadVectorizerAhead", Napi::Function::New<hoshi::LoadAhead<hoshi::Vocabulary>>(env));
  exports.Set("loadForestAhead", Napi::Function::New<hoshi::LoadAhead<hoshi::Forest>>(env));
  exports.Set("loadNormalizerAhead", Napi::Function::New<hoshi::LoadAhead<hoshi::NormalizerTables>>(env));
  exports.Set("dropAhead", Napi::Function::New<DropAhead>(env));
  exports.Set("exchangePaths", Napi::Function::New<ExchangePaths>(env));
  exports.Set("tryLock", Napi::Function::New<TryLock>(env));
  return exports;
}

}  // namespace

NODE_API_MODULE(hoshi_engine, Init)
