#include "forest.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace hoshi {
namespace {

constexpr std::array<std::uint8_t, 8> kElementBytes{4, 4, 16, 4, 16, 8, 8, 1};

constexpr std::uint32_t kMaxLeaves = 65536;  // per tree: Jump::leaf has 16 bits

// The entries of section 1.
enum Number { kColumns, kTrees, kAveraged, kSquared, kSlots, kNumbers };

}  // namespace

constexpr TableKind Forest::kKind{"forest", "FRST", 3, kElementBytes};

Error Forest::Refuse(const char* what, const std::string& expected, std::uint64_t found) const {
  return file_.Refuse(what, expected, std::to_string(found));
}

std::optional<Error> Forest::Check() {
  if (std::optional<Error> error = CheckSizes()) return error;
  if (std::optional<Error> error = CheckJumps()) return error;
  return linear_leaf_.Read(file_, 6, column_count_);
}

std::optional<Error> Forest::CheckSizes() {
  static_assert(sizeof(Jump) == kElementBytes[2] && sizeof(Leaf) == kElementBytes[4]);
  const auto numbers = file_.Section<std::uint32_t>(1);
  const auto starts = file_.Section<std::uint32_t>(2);
  const auto jumps = file_.Section<Jump>(3);
  const auto first_leaves = file_.Section<std::uint32_t>(4);
  const auto leaves = file_.Section<Leaf>(5);

  if (numbers.size() != kNumbers) return Refuse("numbers", std::to_string(kNumbers), numbers.size());
  column_count_ = numbers[kColumns];
  tree_count_ = numbers[kTrees];
  slot_count_ = numbers[kSlots];
  is_averaged_ = numbers[kAveraged] != 0;
  is_squared_ = numbers[kSquared] != 0;
  const std::size_t start_count = 2 * std::size_t{column_count_} + 1;
  if (starts.size() != start_count)
    return Refuse("starts of columns", std::to_string(start_count), starts.size());
  if (starts.front() != 0 || !std::is_sorted(starts.begin(), starts.end()))
    return file_.Refuse("starts of columns", "numbers from 0 in ascending order", "another order");
  if (starts.back() != jumps.size()) return Refuse("jumps", std::to_string(starts.back()), jumps.size());
  if (first_leaves.size() != std::size_t{tree_count_} + 1)
    return Refuse("trees", std::to_string(tree_count_), first_leaves.size());
  if (slot_count_ < tree_count_ || slot_count_ - tree_count_ > leaves.size())
    return Refuse("slots", "one per tree, and at most one per leaf", slot_count_);
  if (first_leaves.front() != 0) return Refuse("first leaf of the first tree", "0", first_leaves.front());
  if (first_leaves.back() != leaves.size())
    return Refuse("leaves", std::to_string(first_leaves.back()), leaves.size());
  starts_ = starts.data();
  jumps_ = jumps.data();
  first_leaf_ = first_leaves.data();
  leaves_ = leaves.data();
  return std::nullopt;
}

// Checks that following jumps always ends: each jump leads to a later leaf of its own tree.
std::optional<Error> Forest::CheckJumps() {
  const std::uint32_t leaf_count = first_leaf_[tree_count_];
  struct SlotLeaf {
    std::uint32_t leaf = 0, leaves_of_tree = 0;
  };
  std::vector<SlotLeaf> slots(slot_count_);
  for (std::uint32_t tree = 0; tree < tree_count_; ++tree) {
    const std::uint32_t first = first_leaf_[tree], end = first_leaf_[tree + 1];
    if (end <= first || end - first > kMaxLeaves || end > leaf_count) {
      return file_.Refuse("leaves of a tree", "from 1 to " + std::to_string(kMaxLeaves),
                          std::to_string(std::int64_t{end} - first));
    }
    for (std::uint32_t leaf = 0; leaf < end - first; ++leaf) {
      const std::uint32_t slot = leaves_[first + leaf].slot;
      if (leaf == 0 && slot != tree) return Refuse("slot of a first leaf", std::to_string(tree), slot);
      if (leaf != 0 && (slot < tree_count_ || slot > slot_count_)) {
        return Refuse("slot of a leaf",
                      "from " + std::to_string(tree_count_) + " to " + std::to_string(slot_count_), slot);
      }
      if (slot == slot_count_) continue;
      if (slots[slot].leaves_of_tree != 0)
        return Refuse("slot of a leaf", "a slot that no other leaf has", slot);
      slots[slot] = {leaf, end - first};
    }
    first_leaves_.push_back(leaves_[first]);
  }
  for (const Jump& jump : file_.Section<Jump>(3)) {
    if (jump.slot >= slot_count_)
      return Refuse("slot of a jump", "below " + std::to_string(slot_count_), jump.slot);
    if (jump.leaf <= slots[jump.slot].leaf || jump.leaf >= slots[jump.slot].leaves_of_tree)
      return Refuse("leaf of a jump", "a later leaf of its tree", jump.leaf);
  }
  return std::nullopt;
}

Forest::Scratch::Scratch(const Forest& forest) : farthest_(std::size_t{forest.slot_count_} + 1) {}

double Forest::Predict(const SparseRow& row, Scratch& scratch) const {
  double sum = 0;
  if (linear_leaf_.exists()) sum += linear_leaf_.Output(row);
  if (tree_count_ != 0) sum = AddTrees(row, sum, scratch);
  if (is_averaged_) sum /= tree_count_ + (linear_leaf_.exists() ? 1.0 : 0.0);
  // LightGBM 4.7.0 src/objective/regression_objective.hpp, ConvertOutput with reg_sqrt: sign(x) · x · x
  return is_squared_ ? (static_cast<int>(sum > 0) - static_cast<int>(sum < 0)) * sum * sum : sum;
}

// Returns `sum` plus the output of each tree, added one after the other.
double Forest::AddTrees(const SparseRow& row, double sum, Scratch& scratch) const {
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

  for (std::size_t tree = 0; tree < tree_count_; ++tree) {
    const Leaf* const leaves = leaves_ + first_leaf_[tree];
    std::uint32_t next = farthest[tree];
    // Most trees end at their first leaf or after one jump. A conditional move chooses between the two.
    const Leaf* leaf = next >= epoch ? leaves + (next & 0xffff) : &first_leaves_[tree];
    while ((next = farthest[leaf->slot]) >= epoch) [[unlikely]]
      leaf = leaves + (next & 0xffff);
    sum += leaf->value;
  }
  return sum;
}

// Takes the jumps for NaN, and for values that LightGBM treats as zero where zero is a missing value. Checks
// every jump of the column.
template <class Take>
void Forest::TakeJumpsOfUnusualValue(std::size_t column, double value, Take take) const {
  const std::uint32_t middle = starts_[2 * column + 1];
  for (std::uint32_t at = starts_[2 * column]; at < starts_[2 * column + 2]; ++at) {
    const Jump& jump = jumps_[at];
    const bool is_taken = std::isnan(value)   ? jump.takes_missing()
                          : jump.skips_zero() ? false
                          : at < middle       ? value > jump.threshold
                                              : value <= jump.threshold;
    if (is_taken) take(jump);
  }
}

}  // namespace hoshi
