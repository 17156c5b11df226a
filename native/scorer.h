// Text → score: extractor and forest in one call. The score is clamped to the model's range.
//
// A Scorer is immutable and may be shared by threads. Each thread needs a Scratch of its own.
#pragma once

#include <memory>
#include <string_view>

#include "extractor.h"
#include "forest.h"

namespace hoshi {

class Scorer {
 public:
  struct Scratch {
    explicit Scratch(const Scorer& scorer) : extractor(scorer.extractor_), forest(*scorer.forest_) {}
    Extractor::Scratch extractor;
    Forest::Scratch forest;
  };

  // REQUIRES: the forest has as many columns as the vocabulary; lowest < highest
  Scorer(Extractor extractor, std::shared_ptr<const Forest> forest, double lowest, double highest)
      : extractor_(std::move(extractor)),
        forest_(std::move(forest)),
        lowest_(lowest),
        highest_(highest) {}

  // Returns the score, from lowest to highest. Throws std::bad_alloc.
  // REQUIRES: text.size() < 2^31
  double Score(std::u16string_view text, Scratch& scratch) const {
    const double score = forest_->Predict(extractor_.Row(text, scratch.extractor), scratch.forest);
    return score > lowest_ ? (score < highest_ ? score : highest_) : lowest_;
  }

 private:
  Extractor extractor_;
  std::shared_ptr<const Forest> forest_;
  double lowest_, highest_;
};

}  // namespace hoshi
