// The last step of a score: raw sum → score within the model's range. model/reference/score-range.ts is the
// twin; both give the same double for every raw sum.
//
// Immutable, so threads may share it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace hoshi {

class ScoreMap {
 public:
  // Between raw[i] and raw[i + 1] the score is scores[i] + (sum - raw[i]) * slopes[i]. Without slopes, a sum
  // between the ends is its own score: the map clamps.
  // REQUIRES: raw ascends and has at least two entries; scores has as many; slopes has one less, or none
  ScoreMap(std::vector<double> raw, std::vector<double> scores, std::vector<double> slopes)
      : raw_(std::move(raw)), scores_(std::move(scores)), slopes_(std::move(slopes)) {}

  // The score of a raw sum. NaN gives the lowest score.
  double Score(double sum) const {
    if (!(sum > raw_.front())) return scores_.front();
    if (sum >= raw_.back()) return scores_.back();
    if (slopes_.empty()) return sum;
    const auto after = std::upper_bound(raw_.begin(), raw_.end(), sum);
    const std::size_t i = static_cast<std::size_t>(after - raw_.begin()) - 1;
    return scores_[i] + (sum - raw_[i]) * slopes_[i];
  }

 private:
  std::vector<double> raw_, scores_, slopes_;
};

}  // namespace hoshi
