// A sparse row → the score of LightGBM's trees, without walking them. The score has the same bits as that of
// LightGBM 4.7.0's LGBM_BoosterPredictForCSRSingleRowFast (test/golden/trees.json, test/golden/shipped.json).
//
// model/compile/forest.ts orders the children of each node so that the value 0 goes to the first child, and
// numbers the leaves from left to right. An empty row therefore ends at leaf 0. Let the first child of a node
// have the leaves [a, b). The node is then a jump from leaf a to leaf b, for rows that go to its second
// child. A column can take jumps only if the row lists it. If several jumps of a row start at one leaf, the
// farthest one counts, because its node is above the other nodes. Following the jumps from leaf 0 leads to
// the tree's leaf. (The idea to evaluate conditions by column, not tree by tree, is from QuickScorer,
// Lucchese et al. 2015.)
//
// A slot stores the farthest jump that the row takes from a leaf. Leaves from which no jump starts need none.
//
// The first tree may be a linear leaf (linear_leaf.h).
//
// The identity is the SHA-256 of the model text. A Forest is immutable and may be shared by threads. A
// Scratch belongs to one forest and has one owner at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "linear_leaf.h"
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
    // By slot: epoch << 16 | the farthest leaf to jump to. Each row has its own epoch, so that nothing needs
    // clearing. The last element stays 0; leaves without a slot refer to it.
    std::vector<std::uint32_t> farthest_;
    std::uint32_t epoch_ = 0;
  };

  std::uint32_t column_count() const { return column_count_; }

  // Returns the score of the row before the bundle's range is applied. NaN is a missing value.
  // REQUIRES: columns below column_count()
  double Predict(const SparseRow& row, Scratch& scratch) const;

 private:
  // A jump from the leaf of `slot` to `leaf`. Slots below tree_count_ belong to the trees' first leaves. The
  // others belong to further leaves from which a jump starts, tree by tree.
  struct Jump {
    double threshold;
    std::uint32_t slot;
    std::uint16_t leaf;  // number within its tree
    std::uint16_t flags;
    // NaN takes the jump.
    bool takes_missing() const { return (flags & 1) != 0; }
    // Values that LightGBM treats as zero do not take the jump.
    bool skips_zero() const { return (flags & 2) != 0; }
  };

  struct Leaf {
    double value;
    std::uint32_t slot;  // slot_count_ if no jump starts at this leaf
    std::uint32_t reserved;
  };

  friend class LoadedTables<Forest>;
  using LoadedTables::LoadedTables;
  static const TableKind kKind;
  std::optional<Error> Check();
  std::optional<Error> CheckSizes();
  std::optional<Error> CheckJumps();
  Error Refuse(const char* what, const std::string& expected, std::uint64_t found) const;
  double AddTrees(const SparseRow& row, double sum, Scratch& scratch) const;
  template <class Take>
  void TakeJumpsOfUnusualValue(std::size_t column, double value, Take take) const;

  std::uint32_t column_count_, tree_count_, slot_count_;  // tree_count_: without the linear leaf
  bool is_averaged_, is_squared_;
  LinearLeaf linear_leaf_;
  // Jumps that column c takes if its value > threshold: [starts_[2c], starts_[2c + 1]), thresholds ascending.
  // Jumps that it takes if its value <= threshold: [starts_[2c + 1], starts_[2c + 2]), descending.
  const std::uint32_t* starts_;
  const Jump* jumps_;
  const std::uint32_t* first_leaf_;  // first leaf of each tree; then the number of leaves
  const Leaf* leaves_;               // tree by tree
  std::vector<Leaf> first_leaves_;   // copies of each tree's leaf 0, close together
};

}  // namespace hoshi
