// Scores batches from many threads at once on one pool, under the thread sanitizer (`make tsan`). Each batch
// must give the same scores as a single thread.
//
//   scorer_pool DICTIONARY VOCABULARY FOREST
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "scorer_pool.h"

namespace {

template <class T>
T Loaded(hoshi::Result<T> result) {
  if (!result.ok()) {
    std::fprintf(stderr, "%s\n", result.error().message.c_str());
    std::exit(2);
  }
  return *result;
}

hoshi::Texts RandomTexts(std::uint32_t seed) {
  static constexpr std::u16string_view kPieces[] = {u"映画",   u"とても", u"面白い", u"最悪", u"でした",
                                                    u"。",     u"、",     u"😀",     u"ー",   u"abc",
                                                    u"\xd800", u" ",      u"を",     u"見た"};
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
  if (argc != 4) return 2;
  const auto scorer = std::make_shared<const hoshi::Scorer>(
      std::make_shared<const hoshi::Extractor>(nullptr,
                                               hoshi::Analyzer(Loaded(hoshi::Dictionary::Load(argv[1]))),
                                               hoshi::Vectorizer(Loaded(hoshi::Vocabulary::Load(argv[2])))),
      Loaded(hoshi::Forest::Load(argv[3])), hoshi::ScoreMap({1, 5}, {1, 5}, {}));
  hoshi::ScorerPool pool(scorer);
  std::atomic<int> differences = 0;
  std::vector<std::jthread> callers;
  for (std::uint32_t caller = 0; caller < 8; ++caller) {
    callers.emplace_back([&, caller] {
      hoshi::Scorer::Scratch alone(*scorer);
      for (std::uint32_t batch = 0; batch < 30; ++batch) {
        const hoshi::Texts texts = RandomTexts(caller * 1000 + batch);
        const std::vector<double> scores = pool.Score(texts, 1 + batch % 5);
        for (std::size_t i = 0; i < texts.size(); ++i)
          differences += static_cast<int>(scores[i] != scorer->Score(texts[i], alone));
      }
    });
  }
  callers.clear();  // joins
  std::printf("%d differences\n", differences.load());
  return differences == 0 ? 0 : 1;
}
