// Scores many texts on several threads. Each thread takes the next text that no other thread has taken.
//
// Any number of threads may call Score at the same time. Scratches are kept for the next call.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "scorer.h"
#include "texts.h"

namespace hoshi {

class ScorerPool {
 public:
  struct ScoredTexts {
    std::vector<double> scores;
    WordCountsByText counts;
  };

  explicit ScorerPool(std::shared_ptr<const Scorer> scorer) : scorer_(std::move(scorer)) {}

  // Returns the scores and the counts in the order of the texts. Uses the calling thread and up to
  // `threads` − 1 more threads, or fewer if the system cannot start them. Throws std::bad_alloc if any of the
  // threads runs out of memory.
  ScoredTexts Score(const Texts& texts, unsigned threads);

  // Counts over all texts that Score has finished.
  WordTotals word_totals();

 private:
  std::unique_ptr<Scorer::Scratch> TakeScratch();
  void ReturnScratch(std::unique_ptr<Scorer::Scratch> scratch);

  std::shared_ptr<const Scorer> scorer_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Scorer::Scratch>> scratches_;
  WordTotals totals_;
};

}  // namespace hoshi
