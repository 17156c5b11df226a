// Text → score: extractor, forest and score map in one call.
//
// A Scorer is immutable and may be shared by threads. Each thread needs a Scratch of its own.
#pragma once

#include <memory>
#include <string_view>

#include "extractor.h"
#include "forest.h"
#include "score_map.h"

namespace hoshi {

class Scorer {
 public:
  struct Scratch {
    explicit Scratch(const Scorer& scorer) : extractor(*scorer.extractor_), forest(*scorer.forest_) {}
    Extractor::Scratch extractor;
    Forest::Scratch forest;
  };

  // REQUIRES: the forest has as many columns as the vocabulary
  Scorer(std::shared_ptr<const Extractor> extractor, std::shared_ptr<const Forest> forest, ScoreMap score_map)
      : extractor_(std::move(extractor)), forest_(std::move(forest)), score_map_(std::move(score_map)) {}

  // Returns the score. Throws std::bad_alloc.
  // REQUIRES: text.size() < 2^31
  double Score(std::u16string_view text, Scratch& scratch) const {
    return score_map_.Score(forest_->Predict(extractor_->Row(text, scratch.extractor), scratch.forest));
  }

 private:
  std::shared_ptr<const Extractor> extractor_;
  std::shared_ptr<const Forest> forest_;
  ScoreMap score_map_;
};

}  // namespace hoshi
