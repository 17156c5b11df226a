// The threads of a training, under the thread sanitizer (`make tsan`): ridge regression on a team of threads,
// and term counters that several threads use. Both must give what one thread gives.
//
//   training DICTIONARY NORMALIZER VOCABULARY
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "loaded.h"
#include "ridge.h"
#include "term_counter.h"

namespace {

void Check(bool is_right, const char* what) {
  if (is_right) return;
  std::fprintf(stderr, "expected the result of one thread, received another: %s\n", what);
  std::exit(1);
}

void CheckRidge() {
  constexpr std::size_t kRows = 6000, kColumns = 300, kProblems = 3;
  std::mt19937 random(1);
  std::vector<std::int32_t> starts{0}, columns;
  std::vector<double> values, labels;
  std::vector<std::vector<double>> weights(kProblems);
  for (std::size_t row = 0; row < kRows; ++row) {
    for (std::size_t column = random() % 7; column < kColumns; column += 1 + random() % 9) {
      columns.push_back(static_cast<std::int32_t>(column));
      values.push_back(static_cast<double>(1 + random() % 1000) / 1000);
    }
    starts.push_back(static_cast<std::int32_t>(columns.size()));
    labels.push_back(static_cast<double>(random() % 5));
    for (std::size_t i = 0; i < kProblems; ++i) weights[i].push_back(random() % 3 == i ? 0 : 1);
  }
  hoshi::TrainingRows rows{};
  rows.row_starts = starts;
  rows.columns = columns;
  rows.column_count = kColumns;
  rows.values = values;
  std::vector<hoshi::RidgeProblem> problems;
  for (const auto& sample_weights : weights) problems.push_back({sample_weights, {}});
  const auto one = hoshi::FitRidge(rows, labels, problems, {1, 1e-8, 30, 1});
  const auto four = hoshi::FitRidge(rows, labels, problems, {1, 1e-8, 30, 4});
  for (std::size_t i = 0; i < kProblems; ++i)
    Check(one[i].weights == four[i].weights && one[i].intercept == four[i].intercept, "ridge regression");
}

void CheckCounters(const std::string& dictionary, const std::string& normalizer,
                   const std::string& vocabulary) {
  static constexpr std::u16string_view kPieces[] = {u"映画", u"とても", u"面白く", u"ない", u"けど、", u"。",
                                                    u"😀",   u"綺麗",   u"最悪",   u"だ",   u"abc",    u"？"};
  const auto words = hoshi::Loaded(hoshi::Dictionary::Load(dictionary));
  static constexpr hoshi::Normalizer::Step kSteps[] = {hoshi::Normalizer::Step::kEmoji};
  const auto extractor = std::make_shared<const hoshi::Extractor>(
      std::make_shared<const hoshi::Normalizer>(hoshi::Loaded(hoshi::NormalizerTables::Load(normalizer)),
                                                words, kSteps),
      hoshi::Analyzer(words), hoshi::Vectorizer(hoshi::Loaded(hoshi::Vocabulary::Load(vocabulary))));
  const hoshi::TermCounter::Settings settings{1, 2, {{u"綺麗", u"きれい"}}};
  std::mt19937 random(2);
  std::vector<hoshi::Texts> batches(12);
  for (hoshi::Texts& batch : batches) {
    for (std::size_t i = 0; i < 40; ++i) {
      std::u16string text;
      for (std::uint32_t k = random() % 30; k > 0; --k) text += kPieces[random() % std::size(kPieces)];
      batch.Add(text);
    }
  }
  hoshi::TermCounters alone(extractor, settings), shared(extractor, settings);
  for (const hoshi::Texts& batch : batches) alone.Count(batch);
  std::vector<std::jthread> threads;
  for (std::size_t t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (std::size_t i = t; i < batches.size(); i += 4) shared.Count(batches[i]);
    });
  threads.clear();  // joins
  const hoshi::TermCounts one = alone.Kept(1), four = shared.Kept(1);
  Check(one.text_count == four.text_count && one.terms == four.terms && one.totals == four.totals &&
            one.texts == four.texts && !one.texts.empty(),
        "counts of terms");
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) {
    std::fprintf(stderr, "expected DICTIONARY NORMALIZER VOCABULARY, received %d arguments\n", count - 1);
    return 2;
  }
  CheckRidge();
  CheckCounters(arguments[1], arguments[2], arguments[3]);
  std::puts("ridge regression and term counters: the same results on four threads as on one");
}
