// The stages of the native engine without Node, for `npm run bench -- gate`, which runs this program under
// callgrind. The program checks every score before it counts an instruction.
//
//   stages DICTIONARY NORMALIZER VOCABULARY FOREST INPUT
//
// INPUT, little-endian: the model's score map (raw, scores and slopes, each as u32 length and f64 values);
// the steps of its normalizer (u32 length, and a byte for each Normalizer::Step); u32 number of groups; for
// each group its name (u32 bytes, UTF-8) and u32 number of texts; for each text its expected score (f64) and
// its characters (u32 UTF-16 units, the units). The first group is counted at every stage, the others at the
// whole score, as the stage `score, NAME`.
//
// callgrind writes one dump for each stage, with the stage as its trigger. One thread.
#include <bit>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#if !__has_include(<valgrind/callgrind.h>)
#error "expected valgrind/callgrind.h: install valgrind with its headers (apt-get install valgrind)"
#endif
#include <valgrind/callgrind.h>

#include "scorer.h"

namespace {

using hoshi::Analyzer;
using hoshi::Dictionary;
using hoshi::Extractor;
using hoshi::Forest;
using hoshi::Normalizer;
using hoshi::NormalizerTables;
using hoshi::ScoreMap;
using hoshi::Scorer;
using hoshi::SparseRow;
using hoshi::Tokens;
using hoshi::Vectorizer;
using hoshi::Vocabulary;

// ------------------------------------------------------------------------------------------------- input

struct Text {
  std::u16string units;
  double score;
};

struct Group {
  std::string name;
  std::vector<Text> texts;
};

struct Input {
  std::vector<double> raw, scores, slopes;
  std::vector<Normalizer::Step> steps;
  std::vector<Group> groups;
};

template <class T>
T ReadNumber(std::istream& stream) {
  static_assert(std::endian::native == std::endian::little);
  T value{};
  stream.read(reinterpret_cast<char*>(&value), sizeof(value));
  return value;
}

template <class String>
String ReadString(std::istream& stream) {
  String string(ReadNumber<std::uint32_t>(stream), 0);
  stream.read(reinterpret_cast<char*>(string.data()),
              static_cast<std::streamsize>(string.size() * sizeof(string[0])));
  return string;
}

Input ReadInput(const char* path) {
  std::ifstream stream(path, std::ios::binary);
  stream.exceptions(std::ios::failbit | std::ios::badbit | std::ios::eofbit);
  Input input{};
  for (auto* table : {&input.raw, &input.scores, &input.slopes}) {
    table->resize(ReadNumber<std::uint32_t>(stream));
    for (double& value : *table) value = ReadNumber<double>(stream);
  }
  input.steps.resize(ReadNumber<std::uint32_t>(stream));
  for (Normalizer::Step& step : input.steps) step = Normalizer::Step{ReadNumber<std::uint8_t>(stream)};
  input.groups.resize(ReadNumber<std::uint32_t>(stream));
  for (Group& group : input.groups) {
    group.name = ReadString<std::string>(stream);
    group.texts.resize(ReadNumber<std::uint32_t>(stream));
    for (Text& text : group.texts) {
      text.score = ReadNumber<double>(stream);
      text.units = ReadString<std::u16string>(stream);
    }
  }
  return input;
}

// ------------------------------------------------------------------------------------------------ tables

struct Paths {
  const char *dictionary, *normalizer, *vocabulary, *forest;
};

struct Tables {
  std::shared_ptr<const Dictionary> dictionary;
  std::shared_ptr<const Normalizer> normalizer;  // null if the model has no steps
  std::shared_ptr<const Vocabulary> vocabulary;
  std::shared_ptr<const Forest> forest;
};

template <class Table>
std::shared_ptr<const Table> LoadTable(const char* path) {
  auto table = Table::Load(path);
  if (table.ok()) return *table;
  std::fprintf(stderr, "%s\n", table.error().message.c_str());
  std::exit(EXIT_FAILURE);
}

Tables LoadTables(const Paths& paths, const std::vector<Normalizer::Step>& steps) {
  const auto dictionary = LoadTable<Dictionary>(paths.dictionary);
  std::shared_ptr<const Normalizer> normalizer;
  if (!steps.empty())
    normalizer =
        std::make_shared<const Normalizer>(LoadTable<NormalizerTables>(paths.normalizer), dictionary, steps);
  return {dictionary, normalizer, LoadTable<Vocabulary>(paths.vocabulary), LoadTable<Forest>(paths.forest)};
}

// ------------------------------------------------------------------------------------------------- counts

// Counts the instructions of `work` alone, as the stage `name`.
template <class Work>
void Count(const std::string& name, Work work) {
  CALLGRIND_START_INSTRUMENTATION;
  CALLGRIND_ZERO_STATS;
  work();
  CALLGRIND_DUMP_STATS_AT(name.c_str());
}

void ExpectScore(const Group& group, std::size_t i, double score) {
  const double expected = group.texts[i].score;
  if (std::bit_cast<std::uint64_t>(score) == std::bit_cast<std::uint64_t>(expected)) return;
  std::fprintf(stderr, "expected the score %.17g for text %zu of %s, the C++ core gave %.17g\n", expected, i,
               group.name.c_str(), score);
  std::exit(EXIT_FAILURE);
}

// Checks every score of the input. After this pass, the scratch is large enough for all texts.
void CheckScores(const Input& input, const Scorer& scorer, Scorer::Scratch& scratch) {
  for (const Group& group : input.groups)
    for (std::size_t i = 0; i < group.texts.size(); ++i)
      ExpectScore(group, i, scorer.Score(group.texts[i].units, scratch));
}

// The result of each stage for one text. It is the input of the next stage.
struct Stages {
  std::u16string normalized;
  std::vector<std::uint32_t> ends, words;
  std::vector<std::int32_t> columns;
  std::vector<double> values;
  SparseRow row() const { return {columns, values}; }
};

std::u16string_view Normalized(const Tables& tables, std::u16string_view text, Scorer::Scratch& scratch) {
  return tables.normalizer == nullptr ? text
                                      : tables.normalizer->Normalize(text, scratch.extractor.normalizer);
}

// The ordinary texts have no emoji, so that no token is split at one.
void CountStages(const Group& group, const Tables& tables, Scorer::Scratch& scratch) {
  const Analyzer analyzer(tables.dictionary);
  const Vectorizer vectorizer(tables.vocabulary);
  Vectorizer::Scratch& of_rows = scratch.extractor.vectorizer;
  const auto tokens_of = [&](const Stages& each) {
    return Tokens{each.ends, each.words, tables.dictionary.get()};
  };
  std::deque<Stages> stages;
  for (const Text& text : group.texts) {
    Stages& each = stages.emplace_back();
    each.normalized = Normalized(tables, text.units, scratch);
    const auto [ends, words] = analyzer.AnalyzeWords(each.normalized, scratch.extractor.analyzer);
    each.ends.assign(ends.begin(), ends.end());
    each.words.assign(words.begin(), words.end());
    const SparseRow row = vectorizer.Row(each.normalized, tokens_of(each), of_rows);
    each.columns.assign(row.columns.begin(), row.columns.end());
    each.values.assign(row.values.begin(), row.values.end());
  }
  Count("normalize", [&] {
    for (const Text& text : group.texts) Normalized(tables, text.units, scratch);
  });
  Count("tokenize", [&] {
    for (const Stages& each : stages) analyzer.Analyze(each.normalized, scratch.extractor.analyzer);
  });
  Count("words", [&] {
    for (const Stages& each : stages) analyzer.AnalyzeWords(each.normalized, scratch.extractor.analyzer);
  });
  Count("vectorize", [&] {
    for (const Stages& each : stages) vectorizer.Row(each.normalized, tokens_of(each), of_rows);
  });
  Count("predict", [&] {
    for (const Stages& each : stages) tables.forest->Predict(each.row(), scratch.forest);
  });
}

void CountScore(const std::string& name, const Group& group, const Scorer& scorer, Scorer::Scratch& scratch) {
  Count(name, [&] {
    for (const Text& text : group.texts) scorer.Score(text.units, scratch);
  });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fprintf(stderr, "usage: stages DICTIONARY NORMALIZER VOCABULARY FOREST INPUT\n");
    return EXIT_FAILURE;
  }
  const Paths paths{argv[1], argv[2], argv[3], argv[4]};
  const Input input = ReadInput(argv[5]);
  const Tables tables = LoadTables(paths, input.steps);
  const auto extractor = std::make_shared<const Extractor>(tables.normalizer, Analyzer(tables.dictionary),
                                                           Vectorizer(tables.vocabulary));
  const Scorer scorer(extractor, tables.forest, ScoreMap(input.raw, input.scores, input.slopes));
  Scorer::Scratch scratch(scorer);
  CheckScores(input, scorer, scratch);
  Count("load", [&] { LoadTables(paths, input.steps); });
  CountStages(input.groups[0], tables, scratch);
  CountScore("score", input.groups[0], scorer, scratch);
  for (std::size_t i = 1; i < input.groups.size(); ++i)
    CountScore("score, " + input.groups[i].name, input.groups[i], scorer, scratch);
}
