#include "scorer_pool.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <system_error>
#include <thread>
#include <utility>

namespace hoshi {

ScorerPool::ScoredTexts ScorerPool::Score(const Texts& texts, unsigned threads) {
  ScoredTexts scored{std::vector<double>(texts.size()), WordCountsByText(texts.size())};
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::exception_ptr failure;
  const auto work = [&] {
    try {
      std::unique_ptr<Scorer::Scratch> scratch = TakeScratch();
      const WordTotals& totals = scratch->extractor.vectorizer.word_totals;
      for (std::size_t i; (i = next.fetch_add(1, std::memory_order_relaxed)) < texts.size();) {
        const WordCounts before = totals.words;
        scored.scores[i] = scorer_->Score(texts[i], *scratch);
        scored.counts.Set(i, totals.words - before);
      }
      ReturnScratch(std::move(scratch));
    } catch (...) {  // out of memory: an exception must not leave a thread
      const std::lock_guard lock(mutex);
      failure = std::current_exception();
    }
  };
  std::vector<std::jthread> others;
  try {
    for (std::size_t i = 1; i < std::min<std::size_t>(threads, texts.size()); ++i) others.emplace_back(work);
  } catch (const std::system_error&) {
    // The system cannot start another thread. The threads that run score all the texts.
  }
  work();
  others.clear();  // joins
  if (failure) std::rethrow_exception(failure);
  return scored;
}

std::unique_ptr<Scorer::Scratch> ScorerPool::TakeScratch() {
  {
    const std::lock_guard lock(mutex_);
    if (!scratches_.empty()) {
      std::unique_ptr<Scorer::Scratch> scratch = std::move(scratches_.back());
      scratches_.pop_back();
      return scratch;
    }
  }
  return std::make_unique<Scorer::Scratch>(*scorer_);
}

void ScorerPool::ReturnScratch(std::unique_ptr<Scorer::Scratch> scratch) {
  const std::lock_guard lock(mutex_);
  totals_ += std::exchange(scratch->extractor.vectorizer.word_totals, {});
  scratches_.push_back(std::move(scratch));
}

WordTotals ScorerPool::word_totals() {
  const std::lock_guard lock(mutex_);
  return totals_;
}

}  // namespace hoshi
