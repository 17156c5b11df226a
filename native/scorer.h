// Text → score: analyzer, vectorizer and forest in one call. The score is clamped to the model's range.
//
// A Scorer is immutable and may be shared by threads. Each thread needs a Scratch of its own.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "analyzer.h"
#include "forest.h"
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

  // REQUIRES: the forest has as many columns as the vocabulary; lowest < highest
  Scorer(Analyzer analyzer, Vectorizer vectorizer, std::shared_ptr<const Forest> forest, double lowest,
         double highest)
      : analyzer_(std::move(analyzer)),
        vectorizer_(std::move(vectorizer)),
        forest_(std::move(forest)),
        lowest_(lowest),
        highest_(highest) {}

  // Returns the score, from lowest to highest. Throws std::bad_alloc.
  // REQUIRES: text.size() < 2^31
  double Score(std::u16string_view text, Scratch& scratch) const {
    const std::span<const std::uint32_t> ends = analyzer_.Analyze(text, scratch.analyzer);
    const double score = forest_->Predict(vectorizer_.Row(text, ends, scratch.vectorizer), scratch.forest);
    return score > lowest_ ? (score < highest_ ? score : highest_) : lowest_;
  }

 private:
  Analyzer analyzer_;
  Vectorizer vectorizer_;
  std::shared_ptr<const Forest> forest_;
  double lowest_, highest_;
};

}  // namespace hoshi
