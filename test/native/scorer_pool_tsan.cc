// Scores batches and explains texts from many threads at once, under the thread sanitizer (`make tsan`).
// Batches on one pool must give the same scores as a single thread, and explanations the same sum as the
// first one of a text.
//
//   scorer_pool DICTIONARY NORMALIZER VOCABULARY FOREST CONTRIBUTIONS
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "explanation.h"
#include "loaded.h"
#include "scorer_pool.h"

namespace {

hoshi::Texts RandomTexts(std::uint32_t seed) {
  static constexpr std::u16string_view kPieces[] = {u"映画", u"とても", u"面白い", u"最悪",  u"でした", u"。",
                                                    u"、",   u"😀",     u"ー",     u"abc",   u"\xd800", u" ",
                                                    u"を",   u"見た",   u"ｽｺﾞー",  u"くない"};
  std::mt19937 random(seed);
  hoshi::Texts texts;
  for (std::uint32_t i = random() % 80; i > 0; --i) {
    std::u16string text;
    for (std::uint32_t k = random() % 60; k > 0; --k) text += kPieces[random() % std::size(kPieces)];
    texts.Add(text);
  }
  return texts;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fprintf(stderr, "usage: scorer_pool DICTIONARY NORMALIZER VOCABULARY FOREST CONTRIBUTIONS\n");
    return 2;
  }
  using enum hoshi::Normalizer::Step;
  static constexpr hoshi::Normalizer::Step kSteps[] = {kEmoji,   kDashes,     kNfkc,    kPunctuation,
                                                       kRepeats, kElongation, kSpelling};
  const auto dictionary = hoshi::Loaded(hoshi::Dictionary::Load(argv[1]));
  const auto normalizer = std::make_shared<const hoshi::Normalizer>(
      hoshi::Loaded(hoshi::NormalizerTables::Load(argv[2])), dictionary, kSteps);
  const auto extractor = std::make_shared<const hoshi::Extractor>(
      normalizer, hoshi::Analyzer(dictionary),
      hoshi::Vectorizer(hoshi::Loaded(hoshi::Vocabulary::Load(argv[3]))));
  const auto scorer = std::make_shared<const hoshi::Scorer>(
      extractor, hoshi::Loaded(hoshi::Forest::Load(argv[4])), hoshi::ScoreMap({1, 5}, {1, 5}, {}));
  const auto contributions = hoshi::Loaded(hoshi::Contributions::Load(argv[5]));
  const hoshi::Texts explained = RandomTexts(1);
  std::vector<double> sums;
  for (std::size_t i = 0; i < explained.size(); ++i)
    sums.push_back(hoshi::Explain(*extractor, *contributions, explained[i]).totals.sum);
  hoshi::ScorerPool pool(scorer);
  std::atomic<int> differences = 0;
  std::vector<std::jthread> callers;
  for (std::uint32_t caller = 0; caller < 8; ++caller) {
    callers.emplace_back([&, caller] {
      hoshi::Scorer::Scratch alone(*scorer);
      for (std::uint32_t batch = 0; batch < 30; ++batch) {
        const hoshi::Texts texts = RandomTexts(caller * 1000 + batch);
        const std::vector<double> scores = pool.Score(texts, 1 + batch % 5).scores;
        for (std::size_t i = 0; i < texts.size(); ++i)
          differences += static_cast<int>(scores[i] != scorer->Score(texts[i], alone));
      }
      for (std::size_t i = 0; i < explained.size(); ++i) {
        const hoshi::Explanation explanation = hoshi::Explain(*extractor, *contributions, explained[i]);
        differences += static_cast<int>(explanation.totals.sum != sums[i]);
      }
    });
  }
  callers.clear();  // joins
  std::printf("%d differences\n", differences.load());
  return differences == 0 ? 0 : 1;
}
