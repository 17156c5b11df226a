// The C ABI of c_api.h: unwrap, call, wrap. Every function that can fail runs inside Guard, which turns
// errors and exceptions into a status and a message.
#include "c_api.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include <algorithm>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analyzer.h"
#include "contributions.h"
#include "explanation.h"
#include "extractor.h"
#include "forest.h"
#include "normalizer/normalizer.h"
#include "scorer.h"
#include "scorer_pool.h"
#include "utf8.h"

using hoshi::Normalizer;

struct hoshi_model {
  std::shared_ptr<const hoshi::Dictionary> dictionary;
  std::shared_ptr<const hoshi::NormalizerTables> normalizer_tables;  // null without a normalizer
  std::shared_ptr<const hoshi::Vocabulary> vocabulary;
  std::shared_ptr<const hoshi::Forest> forest;
  std::shared_ptr<const hoshi::Extractor> extractor;
  std::shared_ptr<const hoshi::Scorer> scorer;
  std::optional<hoshi::ScoreMap> score_map;
  std::unique_ptr<hoshi::ScorerPool> pool;
};

struct hoshi_contributions {
  std::shared_ptr<const hoshi::Contributions> tables;
};

namespace {

constexpr std::uint32_t kMaxThreads = 1024;
constexpr std::size_t kMaxUnits = std::numeric_limits<std::int32_t>::max();

// The message of the thread's last error. If memory for it is missing, `text` is the message.
struct LastError {
  std::string message;
  const char* text = "";
};
thread_local LastError last_error;

hoshi_status Fail(hoshi_status status, const std::string& message) {
  last_error.message = message;
  last_error.text = last_error.message.c_str();
  return status;
}

hoshi_status Fail(const hoshi::Error& error) {
  return Fail(error.code == hoshi::Error::Code::kTables ? HOSHI_TABLES : HOSHI_ARGUMENT, error.message);
}

hoshi_status Expected(const std::string& what, const std::string& received) {
  return Fail(HOSHI_ARGUMENT, "expected " + what + ", received " + received);
}

template <class Work>
hoshi_status Guard(Work work) noexcept {
  try {
    return work();
  } catch (const std::exception&) {  // std::bad_alloc, or std::length_error of a huge container
    last_error.text = "out of memory";
    return HOSHI_MEMORY;
  }
}

bool IsProcessorSupported() {
#if defined(__x86_64__)
  // Not __builtin_cpu_supports: Zig's runtime library never sets what it reads.
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  return __get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 && (ecx & bit_SSE4_2) != 0;
#else
  return true;
#endif
}

std::optional<hoshi_status> CheckSource(const hoshi_model_source* source, hoshi_model** model) {
  if (source == nullptr || model == nullptr) return Expected("a source and a place for the model", "NULL");
  const auto& [dictionary, normalizer, vocabulary, forest, steps, step_count, raw, scores, knot_count, slopes,
               slope_count] = *source;
  if (dictionary == nullptr || vocabulary == nullptr || forest == nullptr)
    return Expected("paths of a dictionary, a vocabulary and a forest", "NULL");
  if (step_count > 0 && steps == nullptr) return Expected("steps", "NULL");
  for (std::size_t i = 0; i < step_count; ++i) {
    if (steps[i] > HOSHI_STEP_SPELLING || (i > 0 && steps[i] <= steps[i - 1]))
      return Expected("ascending steps from 0 to 6", "step " + std::to_string(steps[i]));
  }
  if (raw == nullptr || scores == nullptr || knot_count < 2)
    return Expected("a score map of at least two knots", std::to_string(knot_count));
  if (slope_count != 0 && (slopes == nullptr || slope_count != knot_count - 1))
    return Expected("no slopes or " + std::to_string(knot_count - 1), std::to_string(slope_count));
  for (std::size_t i = 1; i < knot_count; ++i) {
    if (!(raw[i - 1] < raw[i]) || !(scores[i - 1] <= scores[i]))
      return Expected("a score map that ascends", "one that does not at knot " + std::to_string(i));
  }
  return std::nullopt;
}

std::vector<double> VectorOf(const double* numbers, std::size_t count) {
  return count == 0 ? std::vector<double>() : std::vector<double>(numbers, numbers + count);
}

hoshi_status Load(const hoshi_model_source& source, hoshi_model** out) {
  auto model = std::make_unique<hoshi_model>();
  auto dictionary = hoshi::Dictionary::Load(source.dictionary);
  if (!dictionary.ok()) return Fail(dictionary.error());
  model->dictionary = *dictionary;
  std::shared_ptr<const Normalizer> normalizer;
  if (source.normalizer != nullptr) {
    auto tables = hoshi::NormalizerTables::Load(source.normalizer);
    if (!tables.ok()) return Fail(tables.error());
    model->normalizer_tables = *tables;
    std::vector<Normalizer::Step> steps;
    for (std::size_t i = 0; i < source.step_count; ++i)
      steps.push_back(static_cast<Normalizer::Step>(source.steps[i]));
    normalizer = std::make_shared<const Normalizer>(model->normalizer_tables, model->dictionary, steps);
  }
  auto vocabulary = hoshi::Vocabulary::Load(source.vocabulary);
  if (!vocabulary.ok()) return Fail(vocabulary.error());
  model->vocabulary = *vocabulary;
  auto forest = hoshi::Forest::Load(source.forest);
  if (!forest.ok()) return Fail(forest.error());
  model->forest = *forest;
  if (model->forest->column_count() != model->vocabulary->column_count) {
    return Fail(HOSHI_TABLES, std::string(source.forest) + ": expected a forest of " +
                                  std::to_string(model->vocabulary->column_count) +
                                  " columns, as many as the vocabulary, found " +
                                  std::to_string(model->forest->column_count()));
  }
  model->score_map.emplace(VectorOf(source.raw, source.knot_count),
                           VectorOf(source.scores, source.knot_count),
                           VectorOf(source.slopes, source.slope_count));
  model->extractor = std::make_shared<const hoshi::Extractor>(normalizer, hoshi::Analyzer(model->dictionary),
                                                              hoshi::Vectorizer(model->vocabulary));
  model->scorer = std::make_shared<const hoshi::Scorer>(model->extractor, model->forest, *model->score_map);
  model->pool = std::make_unique<hoshi::ScorerPool>(model->scorer);
  *out = model.release();
  return HOSHI_OK;
}

// Checks the arguments that both kinds of texts share, and calls `add`(i, start, end) for each text.
template <class Add>
hoshi_status Score(hoshi_model* model, const void* characters, const std::uint64_t* offsets,
                   std::size_t count, std::uint32_t threads, double* scores, std::uint32_t* words,
                   std::uint32_t* unknown_words, hoshi::Texts& texts, Add add) {
  if (model == nullptr) return Expected("a model", "NULL");
  if (count == 0) return HOSHI_OK;
  if (offsets == nullptr || scores == nullptr) return Expected("offsets and a place for scores", "NULL");
  if (threads < 1 || threads > kMaxThreads) return Expected("1 to 1024 threads", std::to_string(threads));
  if (characters == nullptr && offsets[count] != offsets[0]) return Expected("texts", "NULL");
  for (std::size_t i = 0; i < count; ++i) {
    if (offsets[i + 1] < offsets[i])
      return Expected("ascending offsets", "a smaller one at index " + std::to_string(i + 1));
    if (const hoshi_status status = add(i, offsets[i], offsets[i + 1]); status != HOSHI_OK) return status;
  }
  const hoshi::ScorerPool::ScoredTexts scored = model->pool->Score(texts, threads);
  std::copy(scored.scores.begin(), scored.scores.end(), scores);
  if (words != nullptr) std::copy(scored.counts.words.begin(), scored.counts.words.end(), words);
  if (unknown_words != nullptr)
    std::copy(scored.counts.unknown_words.begin(), scored.counts.unknown_words.end(), unknown_words);
  return HOSHI_OK;
}

hoshi_status TooLong(std::size_t text, std::uint64_t units) {
  return Expected("texts of fewer than 2^31 UTF-16 units",
                  std::to_string(units) + " units in text " + std::to_string(text));
}

std::u16string_view TextOf(const std::uint16_t* units, std::size_t size) {
  static_assert(sizeof(char16_t) == sizeof(std::uint16_t));
  return size == 0 ? std::u16string_view()
                   : std::u16string_view(reinterpret_cast<const char16_t*>(units), size);
}

std::optional<hoshi_status> CheckText(const std::uint16_t* units, std::size_t size) {
  if (units == nullptr && size > 0) return Expected("a text", "NULL");
  if (size > kMaxUnits) return TooLong(0, size);
  return std::nullopt;
}

const char* IdentityOf(const std::string& identity, std::size_t* size) {
  if (size != nullptr) *size = identity.size();
  return identity.c_str();
}

// The result that a caller frees, with the memory that it points into.
struct OwnedExplanation : hoshi_explanation {
  hoshi::Explanation content;
};

struct OwnedTokens : hoshi_tokens {
  std::u16string normalized_text, bases;
  std::vector<std::uint32_t> token_ends, starts, ends_in_text, base_form_ends;
  std::vector<std::uint8_t> kinds;
};

const std::uint16_t* UnitsOf(const std::u16string& text) {
  return reinterpret_cast<const std::uint16_t*>(text.data());
}

}  // namespace

extern "C" {

std::uint32_t hoshi_abi_version(void) { return HOSHI_ABI_VERSION; }

const char* hoshi_last_error(void) { return last_error.text; }

hoshi_status hoshi_model_load(const hoshi_model_source* source, hoshi_model** model) {
  return Guard([&] {
    if (!IsProcessorSupported())
      return Fail(HOSHI_PROCESSOR, "expected a processor with SSE 4.2 (x86-64-v2), found an older one");
    if (const auto status = CheckSource(source, model)) return *status;
    return Load(*source, model);
  });
}

void hoshi_model_free(hoshi_model* model) { delete model; }

// The old pool is not freed: its lock may be held by a thread that this process does not have.
void hoshi_model_after_fork(hoshi_model* model) {
  if (model == nullptr) return;
  Guard([&] {
    auto pool = std::make_unique<hoshi::ScorerPool>(model->scorer);
    static_cast<void>(model->pool.release());
    model->pool = std::move(pool);
    return HOSHI_OK;
  });
}

const char* hoshi_model_identity(const hoshi_model* model, hoshi_table table, size_t* size) {
  if (model == nullptr) return nullptr;
  switch (table) {
    case HOSHI_TABLE_DICTIONARY:
      return IdentityOf(model->dictionary->identity(), size);
    case HOSHI_TABLE_NORMALIZER:
      return model->normalizer_tables == nullptr ? nullptr
                                                 : IdentityOf(model->normalizer_tables->identity(), size);
    case HOSHI_TABLE_VOCABULARY:
      return IdentityOf(model->vocabulary->identity(), size);
    case HOSHI_TABLE_FOREST:
      return IdentityOf(model->forest->identity(), size);
  }
  return nullptr;
}

hoshi_status hoshi_score_utf16(hoshi_model* model, const uint16_t* units, const uint64_t* offsets,
                               size_t count, uint32_t threads, double* scores, uint32_t* words,
                               uint32_t* unknown_words) {
  return Guard([&] {
    hoshi::Texts texts;
    return Score(model, units, offsets, count, threads, scores, words, unknown_words, texts,
                 [&](std::size_t i, std::uint64_t start, std::uint64_t end) {
                   if (end - start > kMaxUnits) return TooLong(i, end - start);
                   texts.Add(TextOf(end == start ? nullptr : units + start, end - start));
                   return HOSHI_OK;
                 });
  });
}

hoshi_status hoshi_score_utf8(hoshi_model* model, const char* bytes, const uint64_t* offsets, size_t count,
                              uint32_t threads, double* scores, uint32_t* words, uint32_t* unknown_words) {
  return Guard([&] {
    hoshi::Texts texts;
    std::vector<char16_t> units;
    return Score(model, bytes, offsets, count, threads, scores, words, unknown_words, texts,
                 [&](std::size_t i, std::uint64_t start, std::uint64_t end) {
                   units.clear();
                   if (end > start) {
                     if (const auto bad = hoshi::AppendUtf8({bytes + start, end - start}, units)) {
                       return Fail(HOSHI_TEXT, "expected texts in UTF-8, received another byte at " +
                                                   std::to_string(*bad) + " of text " + std::to_string(i));
                     }
                   }
                   if (units.size() > kMaxUnits) return TooLong(i, units.size());
                   texts.Add({units.data(), units.size()});
                   return HOSHI_OK;
                 });
  });
}

double hoshi_map_sum(const hoshi_model* model, double sum) { return model->score_map->Score(sum); }

hoshi_status hoshi_contributions_load(const char* path, hoshi_contributions** contributions) {
  return Guard([&] {
    if (path == nullptr || contributions == nullptr)
      return Expected("a path and a place for the contributions", "NULL");
    auto tables = hoshi::Contributions::Load(path);
    if (!tables.ok()) return Fail(tables.error());
    *contributions = new hoshi_contributions{*tables};
    return HOSHI_OK;
  });
}

void hoshi_contributions_free(hoshi_contributions* contributions) { delete contributions; }

const char* hoshi_contributions_identity(const hoshi_contributions* contributions, size_t* size) {
  return contributions == nullptr ? nullptr : IdentityOf(contributions->tables->identity(), size);
}

hoshi_status hoshi_explain_utf16(const hoshi_model* model, const hoshi_contributions* contributions,
                                 const uint16_t* units, size_t size, hoshi_explanation** explanation) {
  return Guard([&] {
    if (model == nullptr || contributions == nullptr || explanation == nullptr)
      return Expected("a model, contributions and a place for the explanation", "NULL");
    if (const auto status = CheckText(units, size)) return *status;
    const auto& tables = *contributions->tables;
    if (tables.column_count() != model->vocabulary->column_count) {
      return Expected("contributions of " + std::to_string(model->vocabulary->column_count) + " columns",
                      std::to_string(tables.column_count()));
    }
    auto owned = std::make_unique<OwnedExplanation>();
    owned->content = hoshi::Explain(*model->extractor, tables, TextOf(units, size));
    const hoshi::Explanation& content = owned->content;
    static_cast<hoshi_explanation&>(*owned) = {content.totals.sum,     content.totals.base,
                                               content.totals.absent,  content.values.size(),
                                               content.terms.c_str(),  content.terms.size(),
                                               content.values.data(),  content.contributions.data(),
                                               content.offsets.data(), content.occurrence_ends.data()};
    *explanation = owned.release();
    return HOSHI_OK;
  });
}

void hoshi_explanation_free(hoshi_explanation* explanation) {
  delete static_cast<OwnedExplanation*>(explanation);
}

hoshi_status hoshi_tokenize_utf16(const hoshi_model* model, const uint16_t* units, size_t size,
                                  hoshi_tokens** tokens) {
  return Guard([&] {
    if (model == nullptr || tokens == nullptr) return Expected("a model and a place for the tokens", "NULL");
    if (const auto status = CheckText(units, size)) return *status;
    hoshi::Extractor::Scratch scratch(*model->extractor);
    const auto [text, found] = model->extractor->Tokenize(TextOf(units, size), scratch);
    const bool is_changed = scratch.normalizer.is_changed() && model->normalizer_tables != nullptr;
    auto owned = std::make_unique<OwnedTokens>();
    owned->normalized_text = text;
    std::uint32_t start = 0;
    for (std::size_t i = 0; i < found.ends.size(); ++i) {
      const std::uint32_t end = found.ends[i];
      owned->token_ends.push_back(end);
      owned->starts.push_back(is_changed ? scratch.normalizer.starts()[start] : start);
      owned->ends_in_text.push_back(is_changed ? scratch.normalizer.ends()[end - 1] : end);
      owned->kinds.push_back(static_cast<std::uint8_t>(model->dictionary->part_of_speech(found.words[i])));
      owned->bases += model->dictionary->base_form(found.words[i]);
      owned->base_form_ends.push_back(static_cast<std::uint32_t>(owned->bases.size()));
      start = end;
    }
    static_cast<hoshi_tokens&>(*owned) = {owned->token_ends.size(),      UnitsOf(owned->normalized_text),
                                          owned->normalized_text.size(), owned->token_ends.data(),
                                          owned->starts.data(),          owned->ends_in_text.data(),
                                          owned->kinds.data(),           UnitsOf(owned->bases),
                                          owned->base_form_ends.data()};
    *tokens = owned.release();
    return HOSHI_OK;
  });
}

void hoshi_tokens_free(hoshi_tokens* tokens) { delete static_cast<OwnedTokens*>(tokens); }

}  // extern "C"
