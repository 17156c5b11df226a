#include "contributions.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hoshi {
namespace {

constexpr std::array<std::uint8_t, 14> kElementBytes{4, 8, 4, 4, 4, 48, 1, 8, 4, 8, 8, 8, 8, 1};

// The entries of section 1.
enum Number { kColumns, kTrees, kDivisor, kQuadratures, kNumbers };

// LightGBM 4.7.0 include/LightGBM/tree.h: bit 1 of a decision type, and the kinds of missing values in bits
// 2–3.
constexpr unsigned kDefaultLeft = 2, kMissingZero = 1, kMissingNaN = 2;
constexpr unsigned kMaxDecisionType = kMissingNaN << 2 | kDefaultLeft;

// LightGBM 4.7.0 include/LightGBM/tree.h NumericalDecision: whether a node sends a value to the left.
bool GoesLeft(unsigned decision_type, double threshold, double value) {
  const unsigned missing = decision_type >> 2;
  const double known = std::isnan(value) && missing != kMissingNaN ? 0 : value;
  const bool is_missing = (missing == kMissingZero && known >= -kZero && known <= kZero) || std::isnan(known);
  return is_missing ? (decision_type & kDefaultLeft) != 0 : known <= threshold;
}

bool IsShare(double number) { return number >= 0 && number <= 1; }

}  // namespace

constexpr TableKind Contributions::kKind{"file of contributions", "SHAP", 2, kElementBytes};

Error Contributions::Refuse(const char* what, const std::string& expected, std::uint64_t found) const {
  return file_.Refuse(what, expected, std::to_string(found));
}

std::optional<Error> Contributions::Check() {
  const auto numbers = file_.Section<std::uint32_t>(1);
  const auto means = file_.Section<double>(2);
  if (numbers.size() != kNumbers) return Refuse("numbers", std::to_string(kNumbers), numbers.size());
  if (means.size() != 1) return Refuse("means", "1", means.size());
  column_count_ = numbers[kColumns];
  tree_count_ = numbers[kTrees];
  if (column_count_ > std::numeric_limits<std::int32_t>::max())
    return Refuse("columns", "below 2^31", column_count_);
  if (numbers[kDivisor] == 0) return Refuse("divisor", "at least 1", 0);
  divisor_ = numbers[kDivisor];
  trees_mean_ = means.front();
  if (std::optional<Error> error = CheckQuadratures()) return error;
  if (std::optional<Error> error = CheckNodes()) return error;
  return linear_leaf_.Read(file_, 12, column_count_);
}

std::optional<Error> Contributions::CheckQuadratures() {
  const auto quadratures = file_.Section<std::uint32_t>(4);
  const auto first_points = file_.Section<std::uint32_t>(9);
  const auto points = file_.Section<double>(10);
  const auto weights = file_.Section<double>(11);
  const std::size_t count = file_.Section<std::uint32_t>(1)[kQuadratures];
  if (quadratures.size() != tree_count_)
    return Refuse("quadratures of trees", std::to_string(tree_count_), quadratures.size());
  for (const std::uint32_t quadrature : quadratures) {
    if (quadrature >= count)
      return Refuse("quadrature of a tree", "below " + std::to_string(count), quadrature);
  }
  if (first_points.size() != count + 1)
    return Refuse("quadratures", std::to_string(count), first_points.size());
  if (first_points.front() != 0 || !std::is_sorted(first_points.begin(), first_points.end()))
    return file_.Refuse("points of quadratures", "numbers from 0 in ascending order", "another order");
  if (first_points.back() != points.size())
    return Refuse("points", std::to_string(first_points.back()), points.size());
  if (weights.size() != points.size())
    return Refuse("weights", std::to_string(points.size()), weights.size());
  if (!std::all_of(points.begin(), points.end(), IsShare) ||
      !std::all_of(weights.begin(), weights.end(), IsShare))
    return file_.Refuse("points and weights", "numbers from 0 to 1", "others");
  quadrature_ = quadratures.data();
  first_point_ = first_points.data();
  points_ = points.data();
  weights_ = weights.data();
  return std::nullopt;
}

std::optional<Error> Contributions::CheckNodes() {
  static_assert(sizeof(Node) == kElementBytes[5]);
  const auto first_nodes = file_.Section<std::uint32_t>(3);
  split_columns_ = file_.Section<std::uint32_t>(5);
  const auto nodes = file_.Section<Node>(6);
  const auto decision_types = file_.Section<std::uint8_t>(7);
  const auto leaves = file_.Section<double>(8);
  if (first_nodes.size() != std::size_t{tree_count_} + 1)
    return Refuse("trees", std::to_string(tree_count_), first_nodes.size());
  if (first_nodes.front() != 0 || !std::is_sorted(first_nodes.begin(), first_nodes.end()))
    return file_.Refuse("nodes of trees", "numbers from 0 in ascending order", "another order");
  if (first_nodes.back() != nodes.size())
    return Refuse("nodes", std::to_string(first_nodes.back()), nodes.size());
  if (decision_types.size() != nodes.size())
    return Refuse("decision types", std::to_string(nodes.size()), decision_types.size());
  if (leaves.size() != nodes.size() + tree_count_)
    return Refuse("leaves", std::to_string(nodes.size() + tree_count_), leaves.size());
  for (std::size_t i = 0; i < split_columns_.size(); ++i) {
    if (split_columns_[i] >= column_count_ || (i > 0 && split_columns_[i] <= split_columns_[i - 1]))
      return Refuse("split columns", "numbers below " + std::to_string(column_count_) + " in ascending order",
                    split_columns_[i]);
  }
  first_node_ = first_nodes.data();
  nodes_ = nodes.data();
  decision_types_ = decision_types.data();
  leaves_ = leaves.data();
  for (std::size_t tree = 0; tree < tree_count_; ++tree) {
    if (std::optional<Error> error = CheckTree(TreeAt(tree))) return error;
    largest_node_count_ = std::max(largest_node_count_, TreeAt(tree).node_count);
  }
  return std::nullopt;
}

// Checks that each walk ends: a child is a later node or a leaf, and an edge above leads from an earlier
// node.
std::optional<Error> Contributions::CheckTree(const Tree& tree) const {
  // Numbers of edges, 2 · node + 1, are below 2^31.
  static constexpr std::uint32_t kMaxNodes = 1U << 30;
  if (tree.node_count > kMaxNodes)
    return Refuse("nodes of a tree", "at most " + std::to_string(kMaxNodes), tree.node_count);
  for (std::uint32_t i = 0; i < tree.node_count; ++i) {
    const Node& node = tree.nodes[i];
    for (const std::uint32_t child : {node.left, node.right}) {
      if (child <= i || child > 2 * tree.node_count)
        return Refuse("child of a node", "a later node or a leaf of its tree", child);
    }
    if (node.column >= split_columns_.size())
      return Refuse("column of a node", "below " + std::to_string(split_columns_.size()), node.column);
    if (node.edge_above < -1 || node.edge_above >= 2 * static_cast<std::int64_t>(i))
      return file_.Refuse("edge above a node", "an edge from an earlier node, or -1",
                          std::to_string(node.edge_above));
    if (!IsShare(node.left_share) || !IsShare(node.right_share) || !IsShare(node.share_above))
      return file_.Refuse("shares of training rows", "numbers from 0 to 1", "others");
    if (tree.decision_types[i] > kMaxDecisionType || (tree.decision_types[i] & 1) != 0)
      return Refuse("decision type", "a numerical decision", tree.decision_types[i]);
  }
  return std::nullopt;
}

Contributions::Tree Contributions::TreeAt(std::size_t tree) const {
  const std::uint32_t first = first_node_[tree];
  return {nodes_ + first, decision_types_ + first, leaves_ + first + tree, first_node_[tree + 1] - first,
          quadrature_[tree]};
}

Contributions::Scratch::Scratch(const Contributions& contributions)
    : cells_(contributions.split_columns_.size()) {
  const std::size_t nodes = contributions.largest_node_count_, slots = 2 * nodes + 1;
  children_.resize(nodes);
  passed_edge_.resize(nodes);
  cold_share_.resize(nodes);
  contributes_.resize(nodes);
  contributes_below_.resize(nodes + 1);  // one more, which stays 0, for all leaves
  cold_chance_.resize(nodes);
  contributes_above_.resize(slots);
  chance_.resize(slots);
  mean_.resize(slots);
  down_.resize(nodes);
  up_.resize(nodes);
}

Contributions::Totals Contributions::Explain(const SparseRow& row, Scratch& scratch,
                                             std::span<double> contributions) const {
  // Calls use(cell, i) for each cell i of the row whose column a node splits on.
  const auto for_each_cell = [&](auto use) {
    auto from = split_columns_.begin();
    for (std::size_t i = 0; i < row.columns.size() && from != split_columns_.end(); ++i) {
      const auto column = static_cast<std::uint32_t>(row.columns[i]);
      from = std::lower_bound(from, split_columns_.end(), column);
      if (from != split_columns_.end() && *from == column)
        use(scratch.cells_[static_cast<std::size_t>(from - split_columns_.begin())], i);
    }
  };
  for_each_cell(
      [&](Scratch::Cell& cell, std::size_t i) { cell = {row.values[i], static_cast<std::uint32_t>(i + 1)}; });
  std::fill(contributions.begin(), contributions.end(), 0.0);
  double sum = 0, sum_of_trees = 0;
  if (linear_leaf_.exists()) sum += linear_leaf_.Output(row);
  for (std::size_t tree = 0; tree < tree_count_; ++tree) {
    const double value = Walk(TreeAt(tree), scratch, contributions);
    sum += value;
    sum_of_trees += value;
  }
  for_each_cell([](Scratch::Cell& cell, std::size_t) { cell = {}; });
  // Only the trees: what the row does not name adds nothing to the linear leaf.
  double absent = sum_of_trees / divisor_ - trees_mean_;
  for (double& contribution : contributions) {
    contribution /= divisor_;
    absent -= contribution;
  }
  if (linear_leaf_.exists()) AddLinearLeaf(row, contributions);
  return {sum / divisor_, trees_mean_ + linear_leaf_.constant() / divisor_, absent};
}

// Adds coefficient · value to each column. If listed columns are missing, the first of them explains the
// whole output.
void Contributions::AddLinearLeaf(const SparseRow& row, std::span<double> contributions) const {
  const std::size_t count = row.columns.size();
  std::size_t missing = 0;
  while (missing < count && !(std::isnan(row.values[missing]) && linear_leaf_.IsListed(row.columns[missing])))
    ++missing;
  for (std::size_t i = 0; i < count; ++i) {
    double value = 0;
    if (missing < count) {
      if (i == missing) value = linear_leaf_.value_if_missing() - linear_leaf_.constant();
    } else if (linear_leaf_.IsListed(row.columns[i])) {
      value = linear_leaf_.Coefficient(row.columns[i]) * row.values[i];
    }
    contributions[i] += value / divisor_;
  }
}

// Adds the contributions of the tree, and returns the value of the row's leaf.
double Contributions::Walk(const Tree& tree, Scratch& scratch, std::span<double> contributions) const {
  if (Decide(tree, scratch)) {
    SelectNodes(tree, scratch);
    const std::uint32_t end = first_point_[tree.quadrature + 1];
    for (std::uint32_t first = first_point_[tree.quadrature]; first < end; first += kBlock) {
      const std::size_t width = std::min<std::size_t>(kBlock, end - first);
      // Lanes after the last point are computed, but never added to a contribution.
      Lanes points{}, weights{};
      std::copy_n(points_ + first, width, points.begin());
      std::copy_n(weights_ + first, width, weights.begin());
      ChancesDown(tree, points, weights, scratch);
      MeansUp(tree, points, width, scratch, contributions);
    }
  }
  std::uint32_t slot = 0;
  while (slot < tree.node_count) slot = scratch.children_[slot].hot;
  return tree.leaves[slot - tree.node_count];
}

// Decides at each node where the row goes, and which nodes contribute. Returns false if none does.
bool Contributions::Decide(const Tree& tree, Scratch& scratch) const {
  std::uint8_t any = 0;
  scratch.contributes_above_[0] = 0;
  for (std::uint32_t i = 0; i < tree.node_count; ++i) {
    const Node& node = tree.nodes[i];
    const Scratch::Cell& cell = scratch.cells_[node.column];
    const bool is_left = GoesLeft(tree.decision_types[i], node.threshold, cell.value);
    scratch.children_[i] =
        is_left ? Scratch::Children{node.left, node.right} : Scratch::Children{node.right, node.left};
    const std::int32_t above = node.edge_above;
    const bool is_passed = above < 0 || scratch.passed_edge_[static_cast<std::size_t>(above >> 1)] == above;
    scratch.passed_edge_[i] = is_passed ? static_cast<std::int32_t>(2 * i + (is_left ? 0 : 1)) : -1;
    const double share = is_left ? node.right_share : node.left_share;
    scratch.cold_share_[i] = is_passed ? share * node.share_above : share;
    const auto contributes = static_cast<std::uint8_t>(is_passed && cell.position > 0);
    scratch.contributes_[i] = contributes;
    const auto above_children = static_cast<std::uint8_t>(scratch.contributes_above_[i] | contributes);
    scratch.contributes_above_[node.left] = scratch.contributes_above_[node.right] = above_children;
    any |= contributes;
  }
  return any != 0;
}

// Lists the nodes above and below nodes that contribute, and sets the means of their leaves.
void Contributions::SelectNodes(const Tree& tree, Scratch& scratch) const {
  const std::uint32_t node_count = tree.node_count;
  std::uint8_t* const below = scratch.contributes_below_.data();
  below[node_count] = 0;
  scratch.down_count_ = scratch.up_count_ = 0;
  for (std::uint32_t i = node_count; i-- > 0;) {
    const auto [hot, cold] = scratch.children_[i];
    below[i] = static_cast<std::uint8_t>(scratch.contributes_[i] | below[std::min(hot, node_count)] |
                                         below[std::min(cold, node_count)]);
    const std::uint8_t above = scratch.contributes_above_[i];
    if ((below[i] | above) != 0) scratch.down_[scratch.down_.size() - ++scratch.down_count_] = i;
    if ((scratch.contributes_[i] | above) == 0) continue;
    scratch.up_[scratch.up_count_++] = i;
    for (const std::uint32_t child : {hot, cold})
      if (child >= node_count) scratch.mean_[child].fill(tree.leaves[child - node_count]);
  }
}

// From the root down: the probability of each node, and that of its cold child given the node.
void Contributions::ChancesDown(const Tree& tree, const Lanes& points, const Lanes& weights,
                                Scratch& scratch) const {
  scratch.chance_[0] = weights;
  for (std::size_t at = scratch.down_.size() - scratch.down_count_; at < scratch.down_.size(); ++at) {
    const std::uint32_t i = scratch.down_[at];
    const double share = scratch.cold_share_[i], passed_share = tree.nodes[i].share_above;
    Lanes cold_chance;
    if (scratch.passed_edge_[i] < 0) {
      cold_chance.fill(share);
    } else if (passed_share == 1) {
      for (std::size_t k = 0; k < kBlock; ++k) cold_chance[k] = share * points[k];
    } else {
      for (std::size_t k = 0; k < kBlock; ++k)
        cold_chance[k] = (share * points[k]) / (1 - (1 - passed_share) * points[k]);
    }
    scratch.cold_chance_[i] = cold_chance;
    if (scratch.contributes_below_[i] == 0) continue;
    const auto [hot, cold] = scratch.children_[i];
    const Lanes all = scratch.chance_[i];
    Lanes to_cold, to_hot;
    for (std::size_t k = 0; k < kBlock; ++k) {
      to_cold[k] = all[k] * cold_chance[k];
      to_hot[k] = all[k] - to_cold[k];
    }
    scratch.chance_[cold] = to_cold;
    scratch.chance_[hot] = to_hot;
  }
}

// From the leaves up: the mean of each node; adds the contribution of each node to its column.
void Contributions::MeansUp(const Tree& tree, const Lanes& points, std::size_t width, Scratch& scratch,
                            std::span<double> contributions) const {
  for (std::size_t at = 0; at < scratch.up_count_; ++at) {
    const std::uint32_t i = scratch.up_[at];
    const auto [hot, cold] = scratch.children_[i];
    const Lanes &hot_mean = scratch.mean_[hot], &cold_mean = scratch.mean_[cold];
    if (scratch.contributes_above_[i] != 0) {
      const Lanes& cold_chance = scratch.cold_chance_[i];
      Lanes mean;
      for (std::size_t k = 0; k < kBlock; ++k)
        mean[k] = hot_mean[k] + cold_chance[k] * (cold_mean[k] - hot_mean[k]);
      scratch.mean_[i] = mean;
    }
    if (scratch.contributes_[i] == 0) continue;
    const Lanes& chance = scratch.chance_[i];
    const double passed_share = tree.nodes[i].share_above;
    Lanes terms;
    for (std::size_t k = 0; k < kBlock; ++k) terms[k] = chance[k] * (hot_mean[k] - cold_mean[k]);
    if (passed_share != 1) {  // otherwise the divisor is 1
      for (std::size_t k = 0; k < kBlock; ++k) {
        const double passed = 1 - (1 - passed_share) * points[k];
        terms[k] /= passed * passed;
      }
    }
    double integral = 0;
    for (std::size_t k = 0; k < width; ++k) integral += terms[k];
    contributions[scratch.cells_[tree.nodes[i].column].position - 1] += scratch.cold_share_[i] * integral;
  }
}

}  // namespace hoshi
