// A sparse row → the contribution of each of its columns to the score, without the model's text. The doubles
// are those of model/reference/contributions.ts, whose head explains the algorithm and its sources; each
// operation here has the same order.
//
// model/compile/contributions.ts compiles the tables. They are a file of their own, not sections of the
// forest: loading a file reads all of it, and scoring alone needs none of this. So nothing is mapped or
// checked before the first explanation. Then every index is checked, once.
//
// The inner nodes of a tree are in preorder, so parents come before their children. A slot is a node or leaf
// of a tree: the number of an inner node, or the number of inner nodes + the number of a leaf. The quadrature
// points are computed side by side in blocks of kBlock lanes.
//
// The identity is the SHA-256 of the model text. Contributions are immutable and may be shared by threads. A
// Scratch belongs to one object and has one owner at a time.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "linear_leaf.h"
#include "sparse_row.h"
#include "table_file.h"

namespace hoshi {

class Contributions : public LoadedTables<Contributions> {
 public:
  class Scratch;

  // All values are in stars.
  struct Totals {
    double sum = 0;  // to the bits of Forest::Predict: base + absent + the contributions of the row's columns
    double base = 0;    // the constant of the linear leaf, plus the mean of the trees over the training rows
    double absent = 0;  // the total contribution of the columns that the row does not name
  };

  std::uint32_t column_count() const { return column_count_; }

  // Explains one row. Writes the contribution of each of the row's columns, in their order. NaN is a missing
  // value.
  // REQUIRES: columns below column_count(); contributions.size() == row.columns.size()
  Totals Explain(const SparseRow& row, Scratch& scratch, std::span<double> contributions) const;

 private:
  static constexpr std::size_t kBlock = 8;
  using Lanes = std::array<double, kBlock>;

  struct Node {
    double threshold;
    double left_share, right_share;  // shares of the node's training rows that go to each child
    double share_above;         // share of training rows that pass all edges above of the same column, or 1
    std::uint32_t column;       // index in split_columns_
    std::uint32_t left, right;  // slots
    std::int32_t edge_above;    // nearest edge above of the same column: 2 · node + is right; -1 for none
  };

  struct Tree {
    const Node* nodes;
    const std::uint8_t* decision_types;
    const double* leaves;
    std::uint32_t node_count;
    std::uint32_t quadrature;
  };

  friend class LoadedTables<Contributions>;
  using LoadedTables::LoadedTables;
  static const TableKind kKind;
  std::optional<Error> Check();
  std::optional<Error> CheckNodes();
  std::optional<Error> CheckTree(const Tree& tree) const;
  std::optional<Error> CheckQuadratures();
  Error Refuse(const char* what, const std::string& expected, std::uint64_t found) const;

  Tree TreeAt(std::size_t tree) const;
  double Walk(const Tree& tree, Scratch& scratch, std::span<double> contributions) const;
  bool Decide(const Tree& tree, Scratch& scratch) const;
  void SelectNodes(const Tree& tree, Scratch& scratch) const;
  void ChancesDown(const Tree& tree, const Lanes& points, const Lanes& weights, Scratch& scratch) const;
  void MeansUp(const Tree& tree, const Lanes& points, std::size_t width, Scratch& scratch,
               std::span<double> contributions) const;
  void AddLinearLeaf(const SparseRow& row, std::span<double> contributions) const;

  std::uint32_t column_count_, tree_count_, largest_node_count_ = 0;
  double divisor_, trees_mean_;
  LinearLeaf linear_leaf_;
  std::span<const std::uint32_t> split_columns_;  // columns that a node splits on, ascending
  const std::uint32_t* first_node_;               // first inner node of each tree; then the number of nodes
  const std::uint32_t* quadrature_;               // by tree
  const Node* nodes_;                             // tree by tree
  const std::uint8_t* decision_types_;            // by node, as in LightGBM
  const double* leaves_;                          // tree by tree; a tree has one leaf more than inner nodes
  const std::uint32_t* first_point_;              // first point of each quadrature; then the number of points
  const double* points_;
  const double* weights_;
};

class Contributions::Scratch {
 public:
  explicit Scratch(const Contributions& contributions);

 private:
  friend class Contributions;
  struct Cell {
    double value = 0;
    std::uint32_t position = 0;  // in the row, + 1; 0 if the row does not name the column
  };
  struct Children {
    std::uint32_t hot, cold;  // slots: the child that the row goes to, and the other one
  };
  std::vector<Cell> cells_;  // by split column; all 0 between two rows
  // By inner node of the current tree.
  std::vector<Children> children_;
  std::vector<std::int32_t> passed_edge_;  // the edge to the hot child if all nodes above of the column pass
  std::vector<double> cold_share_;
  std::vector<std::uint8_t> contributes_, contributes_below_;
  std::vector<Lanes> cold_chance_;
  // By slot.
  std::vector<std::uint8_t> contributes_above_;
  std::vector<Lanes> chance_, mean_;
  // Inner nodes to walk, in the order of the walk. Only the last down_count_ of down_ count.
  std::vector<std::uint32_t> down_, up_;
  std::size_t down_count_ = 0, up_count_ = 0;
};

}  // namespace hoshi
