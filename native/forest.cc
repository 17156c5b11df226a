#include "forest.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace hoshi {
namespace {

constexpr std::array<std::uint8_t, 5> kElementBytes{4, 4, 16, 4, 16};
constexpr double kZero = 1e-35F;  // LightGBM 4.7.0 include/LightGBM/meta.h kZeroThreshold: a float constant

enum Number { kColumns, kTrees, kAveraged, kSquared, kSlots, kNumbers };

}  // namespace

constexpr TableKind Forest::kKind{"forest", "FRST", 1, kElementBytes};

std::optional<Error> Forest::Check() {
  const auto refuse = [this](const char* what, const std::string& expected, std::uint64_t found) {
    return file_.Refuse(what, expected, std::to_string(found));
  };
  const auto numbers = file_.Section<std::uint32_t>(1);
  const auto starts = file_.Section<std::uint32_t>(2);
  const auto jumps = file_.Section<Jump>(3);
  const auto first_leaves = file_.Section<std::uint32_t>(4);
  const auto leaves = file_.Section<Leaf>(5);

  if (numbers.size() != kNumbers) return refuse("numbers", "5", numbers.size());
  column_count_ = numbers[kColumns];
  tree_count_ = numbers[kTrees];
  slot_count_ = numbers[kSlots];
  is_averaged_ = numbers[kAveraged] != 0;
  is_squared_ = numbers[kSquared] != 0;
  if (starts.size() != 2 * std::size_t{column_count_} + 1)
    return refuse("starts of columns", std::to_string(2 * std::size_t{column_count_} + 1), starts.size());
  if (starts.front() != 0 || !std::is_sorted(starts.begin(), starts.end()) || starts.back() != jumps.size())
    return refuse("jumps", std::to_string(starts.back()), jumps.size());
  if (first_leaves.size() != std::size_t{tree_count_} + 1)
    return refuse("trees", std::to_string(tree_count_), first_leaves.size());
  if (slot_count_ < tree_count_ || slot_count_ - tree_count_ > leaves.size())
    return refuse("slots", "one per tree, and at most one per leaf", slot_count_);
  if (first_leaves.front() != 0 || first_leaves.back() != leaves.size())
    return refuse("leaves", std::to_string(first_leaves.back()), leaves.size());

  // By slot: its leaf, and the number of leaves of its tree.
  struct Range {
    std::uint32_t own = 0, end = 0;
  };
  std::vector<Range> ranges(slot_count_);
  for (std::uint32_t tree = 0; tree < tree_count_; ++tree) {
    const std::uint32_t first = first_leaves[tree], end = first_leaves[tree + 1];
    if (end <= first || end - first > 65536 || end > leaves.size())
      return refuse("leaves of a tree", "from 1 to 65536", std::uint64_t{end} - first);
    for (std::uint32_t leaf = 0; leaf < end - first; ++leaf) {
      const std::uint32_t slot = leaves[first + leaf].slot;
      if (leaf == 0 ? slot != tree : slot < tree_count_ || slot > slot_count_)
        return refuse("slot of a leaf",
                      leaf == 0
                          ? std::to_string(tree)
                          : "from " + std::to_string(tree_count_) + " to " + std::to_string(slot_count_),
                      slot);
      if (slot == slot_count_) continue;
      if (ranges[slot].end != 0) return refuse("slot of a leaf", "a slot that no other leaf has", slot);
      ranges[slot] = {leaf, end - first};
    }
    first_leaves_.push_back(leaves[first]);
  }
  // Each jump leads to a later leaf of its own tree, so following jumps always ends.
  for (const Jump& jump : jumps) {
    if (jump.slot >= slot_count_)
      return refuse("slot of a jump", "below " + std::to_string(slot_count_), jump.slot);
    if (jump.leaf <= ranges[jump.slot].own || jump.leaf >= ranges[jump.slot].end)
      return refuse("leaf of a jump", "a later leaf of its tree", jump.leaf);
  }
  starts_ = starts.data();
  jumps_ = jumps.data();
  first_leaf_ = first_leaves.data();
  leaves_ = leaves.data();
  return std::nullopt;
}

Forest::Scratch::Scratch(const Forest& forest) : farthest_(std::size_t{forest.slot_count_} + 1) {}

double Forest::Predict(const SparseRow& row, Scratch& scratch) const {
  std::uint32_t* const farthest = scratch.farthest_.data();
  if (++scratch.epoch_ > 0xffff) {
    std::fill(scratch.farthest_.begin(), scratch.farthest_.end(), 0);
    scratch.epoch_ = 1;
  }
  const std::uint32_t epoch = scratch.epoch_ << 16;
  const auto take = [&](const Jump& jump) {
    farthest[jump.slot] = std::max(farthest[jump.slot], epoch | jump.leaf);
  };
  // Prefetch the first entries of every column, so that the loads overlap.
  for (const std::int32_t column : row.columns)
    __builtin_prefetch(starts_ + 2 * static_cast<std::size_t>(column));
  for (const std::int32_t column : row.columns)
    __builtin_prefetch(jumps_ + starts_[2 * static_cast<std::size_t>(column)]);
  for (std::size_t i = 0; i < row.columns.size(); ++i) {
    const auto column = static_cast<std::size_t>(row.columns[i]);
    const double value = row.values[i];
    if (!(std::abs(value) > kZero)) [[unlikely]] {
      TakeJumpsOfUnusualValue(column, value, take);
      continue;
    }
    std::uint32_t at = starts_[2 * column];
    for (const std::uint32_t end = starts_[2 * column + 1]; at < end && jumps_[at].threshold < value; ++at)
      take(jumps_[at]);
    at = starts_[2 * column + 1];
    for (const std::uint32_t end = starts_[2 * column + 2]; at < end && jumps_[at].threshold >= value; ++at)
      take(jumps_[at]);
  }

  double sum = 0;
  for (std::size_t tree = 0; tree < tree_count_; ++tree) {
    const Leaf* const leaves = leaves_ + first_leaf_[tree];
    std::uint32_t next = farthest[tree];
    // Most trees end at their first leaf or after one jump. A conditional move chooses between the two.
    const Leaf* leaf = next >= epoch ? leaves + (next & 0xffff) : &first_leaves_[tree];
    while ((next = farthest[leaf->slot]) >= epoch) [[unlikely]]
      leaf = leaves + (next & 0xffff);
    sum += leaf->value;
  }
  if (is_averaged_) sum /= tree_count_;
  // LightGBM 4.7.0 src/objective/regression_objective.hpp, ConvertOutput with reg_sqrt: sign(x) · x · x
  return is_squared_ ? (static_cast<int>(sum > 0) - static_cast<int>(sum < 0)) * sum * sum : sum;
}

// For NaN, and for values that LightGBM treats as zero where zero is a missing value. Looks at every jump of
// the column.
template <class Take>
void Forest::TakeJumpsOfUnusualValue(std::size_t column, double value, Take take) const {
  const std::uint32_t middle = starts_[2 * column + 1];
  for (std::uint32_t at = starts_[2 * column]; at < starts_[2 * column + 2]; ++at) {
    const Jump& jump = jumps_[at];
    const bool is_taken = std::isnan(value)       ? jump.is_of_missing()
                          : jump.is_not_of_zero() ? false
                          : at < middle           ? value > jump.threshold
                                                  : value <= jump.threshold;
    if (is_taken) take(jump);
  }
}

}  // namespace hoshi
