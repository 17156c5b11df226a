// Text → score: analyzer, vectorizer, forest and score map in one call.
//
// A Scorer is immutable and may be shared by threads. Each thread needs a Scratch of its own.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "analyzer.h"
#include "forest.h"
#include "score_map.h"
#include "vectorizer.h"

namespace hoshi {

class Scorer {
 public:
  struct Scratch {
    explicit Scratch(const Scorer& scorer)
        : analyzer(), vectorizer(scorer.vectorizer_.vocabulary()), forest(*scorer.forest_) {}
    Analyzer::Scratch analyzer;
    Vectorizer::Scratch vectorizer;
    Forest::Scratch forest;
  };

  // REQUIRES: the forest has as many columns as the vocabulary
  Scorer(Analyzer analyzer, Vectorizer vectorizer, std::shared_ptr<const Forest> forest, ScoreMap score_map)
      : analyzer_(std::move(analyzer)),
        vectorizer_(std::move(vectorizer)),
        forest_(std::move(forest)),
        score_map_(std::move(score_map)) {}

  // Returns the score. Throws std::bad_alloc.
  // REQUIRES: text.size() < 2^31
  double Score(std::u16string_view text, Scratch& scratch) const {
    const std::span<const std::uint32_t> ends = analyzer_.Analyze(text, scratch.analyzer);
    return score_map_.Score(
        forest_->Predict(vectorizer_.Row(text, ends, scratch.vectorizer), scratch.forest));
  }

 private:
  Analyzer analyzer_;
  Vectorizer vectorizer_;
  std::shared_ptr<const Forest> forest_;
  ScoreMap score_map_;
};

}  // namespace hoshi
