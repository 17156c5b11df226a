// Scores many texts on several threads. Each thread takes the next text that no other thread has taken.
//
// Any number of threads may call Score at the same time. Scratches are kept for the next call.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "scorer.h"

namespace hoshi {

// A list of texts in one piece of memory.
class Texts {
 public:
  void Add(std::u16string_view text) {
    units_.insert(units_.end(), text.begin(), text.end());
    ends_.push_back(units_.size());
  }
  std::size_t size() const { return ends_.size(); }
  std::u16string_view operator[](std::size_t i) const {
    const std::size_t start = i == 0 ? 0 : ends_[i - 1];
    return {units_.data() + start, ends_[i] - start};
  }

 private:
  std::vector<char16_t> units_;
  std::vector<std::size_t> ends_;
};

// A word is unknown if it alone is not a term of the vocabulary.
struct WordCounts {
  std::uint64_t words = 0, unknown_words = 0;
};

class ScorerPool {
 public:
  explicit ScorerPool(std::shared_ptr<const Scorer> scorer) : scorer_(std::move(scorer)) {}

  // Returns the scores in the order of the texts. Uses the calling thread and up to `threads` − 1 more
  // threads, or fewer if the system cannot start them. Throws std::bad_alloc if any of the threads runs out
  // of memory.
  std::vector<double> Score(const Texts& texts, unsigned threads);

  // Counts over all texts that Score has finished.
  WordCounts word_counts();

 private:
  std::unique_ptr<Scorer::Scratch> TakeScratch();
  void ReturnScratch(std::unique_ptr<Scorer::Scratch> scratch);

  std::shared_ptr<const Scorer> scorer_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Scorer::Scratch>> scratches_;
  WordCounts counts_;
};

}  // namespace hoshi
