// A row → a score by LightGBM's trees, to the same bits as its fast call for single rows, without walking
// them.
//
// model/compile/forest.ts numbers the leaves of each tree so that a 0 sends a row to the first child of every
// node, and an empty row to leaf 0. A node whose first child has the leaves [a, b) is then a jump from a to
// b, for the rows that it sends to its second child. Only columns that a row names can make jumps; of those
// from the same leaf the farthest counts (its node is above the others'); and a tree's leaf is found by
// following jumps from leaf 0. (The idea of evaluating conditions by column, not tree by tree, is
// QuickScorer's, Lucchese et al. 2015.)
//
// Its identity is the SHA-256 of the model text. A Forest is immutable and shared; a Scratch belongs to one
// forest and has one owner at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sparse_row.h"
#include "table_file.h"

namespace hoshi {

class Forest : public LoadedTables<Forest> {
 public:
  class Scratch {
   public:
    explicit Scratch(const Forest& forest);

   private:
    friend class Forest;
    // By slot: epoch << 16 | the farthest leaf to jump to. An epoch is one row, so nothing has to be cleared.
    // One slot more, for leaves from which no jump starts, stays 0.
    std::vector<std::uint32_t> farthest_;
    std::uint32_t epoch_ = 0;
  };

  std::uint32_t column_count() const { return column_count_; }

  // REQUIRES: columns below column_count(). NaN is a missing value.
  double Predict(const SparseRow& row, Scratch& scratch) const;

 private:
  // Where a jump starts and where it leads. The slots below tree_count_ are those of the trees' first leaves;
  // the others belong to further leaves from which a jump starts, tree by tree.
  struct Jump {
    double threshold;
    std::uint32_t slot;
    std::uint16_t leaf;  // within its tree
    std::uint16_t flags;
    bool is_of_missing() const { return (flags & 1) != 0; }   // NaN jumps
    bool is_not_of_zero() const { return (flags & 2) != 0; }  // what LightGBM takes for zero does not jump
  };

  struct Leaf {
    double value;
    std::uint32_t slot;  // slot_count_ if no jump starts here
    std::uint32_t reserved;
  };

  friend class LoadedTables<Forest>;
  using LoadedTables::LoadedTables;
  static const TableKind kKind;
  std::optional<Error> Check();
  template <class Take>
  void JumpsOfUnusual(std::size_t column, double value, Take take) const;

  std::uint32_t column_count_, tree_count_, slot_count_;
  bool is_averaged_, is_squared_;
  // For column c the jumps of values above a threshold are [starts[2c], starts[2c + 1]), thresholds
  // ascending; those of values up to a threshold end at starts[2c + 2], thresholds descending.
  const std::uint32_t* starts_;
  const Jump* jumps_;
  const std::uint32_t* first_leaf_;  // of each tree, and the number of leaves
  const Leaf* leaves_;               // tree by tree
  std::vector<Leaf> first_leaves_;   // leaf 0 of each tree, close together
};

}  // namespace hoshi
