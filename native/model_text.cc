#include "model_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

namespace hoshi {
namespace {

constexpr int kMaxLines = 22;  // per tree: LightGBM 4.7.0 src/io/tree.cpp, max_num_line
// LightGBM's SHAP contributions recurse once per level, and their memory grows with the square of the depth.
constexpr int kMaxDepth = 4096;
constexpr int kMaxLeaves = 1 << 24;  // per tree
constexpr std::array kObjectives{"regression", "regression_l1", "huber",         "fair",
                                 "poisson",    "quantile",      "mape",          "gamma",
                                 "tweedie",    "binary",        "cross_entropy", "cross_entropy_lambda",
                                 "lambdarank", "rank_xendcg",   "custom"};

// LightGBM 4.7.0 include/LightGBM/config.h, ParseObjectiveAlias. An alias stands alone, without options.
// model/reference/objectives.ts has the same list.
constexpr std::array kObjectiveAliases{"regression_l2",
                                       "mean_squared_error",
                                       "mse",
                                       "l2",
                                       "l2_root",
                                       "rmse",
                                       "mean_absolute_error",
                                       "l1",
                                       "mae",
                                       "root_mean_squared_error",
                                       "xendcg",
                                       "xe_ndcg",
                                       "xentropy",
                                       "xe_ndcg_mart",
                                       "mean_absolute_percentage_error",
                                       "xendcg_mart",
                                       "none",
                                       "xentlambda",
                                       "null",
                                       "na"};

// Thrown and caught in this file only. The checks are nested too deep to return each result to the caller.
struct Refusal {
  std::string message;
};

[[noreturn]] void Refuse(const std::string& where, const std::string& expected, std::string_view received) {
  constexpr std::size_t kMaxShown = 64;  // bytes
  std::string shown(received.substr(0, kMaxShown));
  if (received.size() > kMaxShown) shown += "…";
  throw Refusal{"model: " + where + ": expected " + expected + ", received " + shown};
}

template <class T>
T Number(std::string_view word, const std::string& where) {
  T value{};
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size()) Refuse(where, "a number", word);
  return value;
}

std::int64_t Integer(std::string_view word, std::int64_t lowest, std::int64_t highest,
                     const std::string& where) {
  const auto value = Number<std::int64_t>(word, where);
  if (value < lowest || value > highest) {
    Refuse(where, "an integer from " + std::to_string(lowest) + " to " + std::to_string(highest), word);
  }
  return value;
}

std::vector<std::string_view> WordsOf(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find(' ', start), text.size());
    if (end > start) words.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return words;
}

// The lines "name=value" of a header or a tree.
class Fields {
 public:
  explicit Fields(std::string where) : where_(std::move(where)) {}

  void Add(std::string_view line) {
    const std::size_t equals = std::min(line.find('='), line.size());
    // LightGBM skips leading "=" characters and reads the name after them.
    if (equals == 0) Refuse(where_, "a name before =", line);
    const std::string_view value = equals == line.size() ? "" : line.substr(equals + 1);
    if (!values_.emplace(line.substr(0, equals), value).second) Refuse(where_, "each name once", line);
  }

  bool Has(std::string_view name) const { return values_.contains(name); }

  std::string_view Get(std::string_view name) const {
    const auto found = values_.find(name);
    if (found == values_.end()) Refuse(where_, "a line " + std::string(name) + "=", "none");
    return found->second;
  }

  std::int64_t GetInteger(std::string_view name, std::int64_t lowest, std::int64_t highest) const {
    return Integer(Get(name), lowest, highest, At(name));
  }

  std::vector<std::string_view> GetWords(std::string_view name, std::int64_t count) const {
    std::vector<std::string_view> words = WordsOf(Get(name));
    if (static_cast<std::int64_t>(words.size()) != count) {
      Refuse(At(name), std::to_string(count) + " entries", std::to_string(words.size()));
    }
    return words;
  }

  std::vector<std::int64_t> GetIntegers(std::string_view name, std::int64_t count, std::int64_t lowest,
                                        std::int64_t highest) const {
    std::vector<std::int64_t> values;
    for (const std::string_view word : GetWords(name, count)) {
      values.push_back(Integer(word, lowest, highest, At(name, values.size())));
    }
    return values;
  }

  std::vector<double> GetNumbers(std::string_view name, std::int64_t count) const {
    std::vector<double> values;
    for (const std::string_view word : GetWords(name, count)) {
      values.push_back(Number<double>(word, At(name, values.size())));
      if (!std::isfinite(values.back())) Refuse(At(name, values.size() - 1), "a finite number", word);
    }
    return values;
  }

  // Checks the constants and coefficients of linear leaves. LightGBM 4.7.0 reads them by std::stod
  // (include/LightGBM/utils/common.h, Common::StringToArray), which throws on subnormal numbers.
  void CheckNormalNumbers(std::string_view name, std::int64_t count) const {
    const std::vector<std::string_view> words = GetWords(name, count);
    const std::vector<double> values = GetNumbers(name, count);
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (std::fpclassify(values[i]) == FP_SUBNORMAL)
        Refuse(At(name, i), "0 or a number that is not subnormal", words[i]);
    }
  }

  // LightGBM writes inf for a threshold that separates missing values from all others, and for a gain that is
  // too large for a float.
  std::vector<double> GetNumbersOrInf(std::string_view name, std::int64_t count) const {
    std::vector<double> values;
    for (const std::string_view word : GetWords(name, count)) {
      values.push_back(Number<double>(word, At(name, values.size())));
      if (std::isnan(values.back())) Refuse(At(name, values.size() - 1), "a number", word);
    }
    return values;
  }

  std::string At(std::string_view name) const { return where_ + ": " + std::string(name); }
  std::string At(std::string_view name, std::size_t i) const {
    return At(name) + "[" + std::to_string(i) + "]";
  }

 private:
  std::string where_;
  std::map<std::string_view, std::string_view> values_;
};

constexpr std::int64_t kInt32Max = std::numeric_limits<std::int32_t>::max();

// Checks that every leaf and every inner node except the root is the child of exactly one node. Also checks
// that all of them are below the root.
void CheckShape(const Fields& tree, const std::vector<std::int64_t>& left,
                const std::vector<std::int64_t>& right) {
  const std::size_t inner = left.size();
  std::vector<bool> is_child(2 * inner + 1);
  is_child[0] = true;
  const auto take = [&](const char* name, std::size_t node, std::int64_t child) {
    const std::size_t slot =
        child >= 0 ? static_cast<std::size_t>(child) : inner + static_cast<std::size_t>(-child - 1);
    if (is_child[slot])
      Refuse(tree.At(name, node), "a child that no other node has", std::to_string(child) + " again");
    is_child[slot] = true;
  };
  for (std::size_t node = 0; node < inner; ++node) {
    take("left_child", node, left[node]);
    take("right_child", node, right[node]);
  }
  std::vector<std::pair<std::size_t, int>> stack{{0, 1}};
  std::size_t reached = 0;
  while (!stack.empty()) {
    const auto [node, depth] = stack.back();
    stack.pop_back();
    if (depth > kMaxDepth) Refuse(tree.At("depth"), "at most " + std::to_string(kMaxDepth), "more");
    ++reached;
    for (const std::int64_t child : {left[node], right[node]}) {
      if (child >= 0) stack.emplace_back(static_cast<std::size_t>(child), depth + 1);
    }
  }
  if (reached != inner)
    Refuse(tree.At("nodes below the root"), std::to_string(inner), std::to_string(reached));
}

// The only leaf of the first tree. The engines native and js also evaluate it, if its columns ascend.
void CheckLinearLeaf(const Fields& tree, std::int64_t last_column) {
  for (const char* name : {"split_feature", "threshold", "left_child", "right_child"}) tree.GetWords(name, 0);
  tree.CheckNormalNumbers("leaf_const", 1);
  const std::int64_t count = tree.GetIntegers("num_features", 1, 0, last_column + 1)[0];
  const std::vector<std::int64_t> columns = tree.GetIntegers("leaf_features", count, 0, last_column);
  for (std::size_t i = 1; i < columns.size(); ++i) {
    if (columns[i] <= columns[i - 1]) {
      Refuse(tree.At("leaf_features", i), "a column above " + std::to_string(columns[i - 1]),
             std::to_string(columns[i]));
    }
  }
  tree.CheckNormalNumbers("leaf_coeff", count);
}

// The leaves of any other linear tree.
void CheckLinearLeaves(const Fields& tree, std::int64_t leaves, std::int64_t last_column) {
  if (tree.Has("leaf_const")) tree.CheckNormalNumbers("leaf_const", leaves);
  if (!tree.Has("num_features")) return;
  std::int64_t total = 0;
  for (const std::int64_t count : tree.GetIntegers("num_features", leaves, 0, last_column + 1))
    total += count;
  if (tree.Has("leaf_features")) tree.GetIntegers("leaf_features", total, 0, last_column);
  if (tree.Has("leaf_coeff")) tree.CheckNormalNumbers("leaf_coeff", total);
  if (tree.Has("leaf_features") != tree.Has("leaf_coeff"))
    Refuse(tree.At("leaf_features"), "leaf_features and leaf_coeff together", "only one of them");
}

void CheckTree(const Fields& tree, bool is_first, std::int64_t last_column) {
  const std::int64_t leaves = tree.GetInteger("num_leaves", 1, kMaxLeaves), inner = leaves - 1;
  const std::int64_t categories = tree.GetInteger("num_cat", 0, inner);
  const bool is_linear = tree.Has("is_linear") && tree.GetInteger("is_linear", 0, 1) == 1;
  tree.GetNumbers("leaf_value", leaves);
  if (tree.Has("shrinkage")) tree.GetNumbers("shrinkage", 1);
  if (is_linear && is_first && leaves == 1) {
    CheckLinearLeaf(tree, last_column);
  } else if (is_linear) {
    CheckLinearLeaves(tree, leaves, last_column);
  }
  if (leaves == 1) return;

  tree.GetIntegers("split_feature", inner, 0, last_column);
  const std::vector<double> thresholds = tree.GetNumbersOrInf("threshold", inner);
  for (const char* name : {"leaf_count", "leaf_weight"}) {
    if (tree.Has(name)) tree.GetNumbers(name, leaves);
  }
  for (const char* name : {"internal_count", "internal_value", "internal_weight"}) {
    if (tree.Has(name)) tree.GetNumbers(name, inner);
  }
  if (tree.Has("split_gain")) tree.GetNumbersOrInf("split_gain", inner);
  CheckShape(tree, tree.GetIntegers("left_child", inner, -leaves, inner - 1),
             tree.GetIntegers("right_child", inner, -leaves, inner - 1));

  std::vector<std::int64_t> boundaries{0};
  if (categories > 0) {
    boundaries = tree.GetIntegers("cat_boundaries", categories + 1, 0, kInt32Max);
    if (boundaries[0] != 0) Refuse(tree.At("cat_boundaries", 0), "0", std::to_string(boundaries[0]));
    if (!std::is_sorted(boundaries.begin(), boundaries.end()))
      Refuse(tree.At("cat_boundaries"), "integers in ascending order", "another order");
    tree.GetIntegers("cat_threshold", boundaries.back(), 0, std::numeric_limits<std::uint32_t>::max());
  }
  if (!tree.Has("decision_type")) return;
  const std::vector<std::int64_t> decisions = tree.GetIntegers("decision_type", inner, 0, 11);
  for (std::size_t node = 0; node < decisions.size(); ++node) {
    const bool is_categorical = (decisions[node] & 1) != 0;
    const double threshold = thresholds[node];
    if (is_categorical && !(threshold >= 0 && threshold < static_cast<double>(categories) &&
                            threshold == std::floor(threshold))) {
      Refuse(tree.At("threshold", node), "the index of a category, below " + std::to_string(categories),
             std::to_string(threshold));
    }
  }
}

// Checks a whole text: its header, its trees one after the other, and its end.
class ModelCheck {
 public:
  explicit ModelCheck(std::string_view text) : text_(text) {}

  void Run() const {
    for (const char forbidden : {'\0', '\r'}) {
      if (text_.find(forbidden) != text_.npos)
        Refuse("text", "lines that end with a line feed, and no NUL",
               forbidden == '\0' ? "a NUL" : "a carriage return");
    }
    std::size_t start = 0;
    const Fields header = ReadHeader(start);
    const std::int64_t last_column = CheckHeader(header);
    CheckTrees(start, header, last_column);
  }

 private:
  // Reads the header at `start` and moves `start` to the first tree.
  Fields ReadHeader(std::size_t& start) const {
    // If there is no tree, LightGBM reads all lines up to the end of the text as the header.
    Fields header("header");
    while (start < text_.size() && !StartsAt("Tree=", start)) {
      const std::string_view line = TakeLine(start);
      if (!line.empty()) header.Add(line);
    }
    return header;
  }

  // Returns the highest column.
  static std::int64_t CheckHeader(const Fields& header) {
    for (const char* name : {"num_class", "num_tree_per_iteration"}) header.GetInteger(name, 1, 1);
    header.GetInteger("label_index", 0, kInt32Max);
    const std::int64_t last_column = header.GetInteger("max_feature_idx", 0, kInt32Max - 1);
    header.GetWords("feature_names", last_column + 1);
    header.GetWords("feature_infos", last_column + 1);
    if (header.Has("monotone_constraints"))
      header.GetIntegers("monotone_constraints", last_column + 1, -1, 1);
    if (header.Has("objective")) CheckObjective(header.Get("objective"));
    return last_column;
  }

  void CheckTrees(std::size_t start, const Fields& header, std::int64_t last_column) const {
    std::size_t number = 0;
    for (const std::string_view word : WordsOf(header.Get("tree_sizes"))) {
      const std::string where = "tree " + std::to_string(number);
      const auto size =
          static_cast<std::size_t>(Integer(word, 1, kInt32Max, header.At("tree_sizes", number)));
      if (size > text_.size() - start)
        Refuse(where, std::to_string(size) + " bytes (tree_sizes)",
               std::to_string(text_.size() - start) + " (the text is cut off)");
      if (!StartsAt("Tree=" + std::to_string(number) + "\n", start))
        Refuse(where, "a line Tree=" + std::to_string(number), text_.substr(start, 16));
      CheckTreeAt(start, start + size, number, last_column);
      start += size;
      ++number;
    }
    const bool has_end =
        number == 0 ? header.Has("end of trees") && start == text_.size() : StartsAt("end of trees\n", start);
    if (!has_end)
      Refuse("after " + std::to_string(number) + " trees", "a line \"end of trees\"",
             text_.substr(start, 16));
  }

  static void CheckObjective(std::string_view text) {
    if (std::find(kObjectiveAliases.begin(), kObjectiveAliases.end(), text) != kObjectiveAliases.end())
      return;
    const std::vector<std::string_view> words = WordsOf(text);
    if (words.empty() || std::find(kObjectives.begin(), kObjectives.end(), words[0]) == kObjectives.end()) {
      Refuse("header: objective", "a LightGBM objective with one output", text);
    }
  }

  void CheckTreeAt(std::size_t start, std::size_t end, std::size_t number, std::int64_t last_column) const {
    const std::string where = "tree " + std::to_string(number);
    Fields tree(where);
    TakeLine(start);
    int lines = 0;
    for (; start < end && text_[start] != '\n'; ++lines) {
      const std::string_view line = TakeLine(start);
      if (line.find('=') == line.npos) Refuse(where, "lines name=value", line);
      tree.Add(line);
    }
    if (lines > kMaxLines)
      Refuse(where, "at most " + std::to_string(kMaxLines) + " lines", std::to_string(lines));
    // LightGBM's reader stops at a blank line. Only blank lines may follow, up to the next tree.
    if (start >= end || text_.substr(start, end - start).find_first_not_of('\n') != text_.npos) {
      Refuse(where, "a blank line at the end that tree_sizes gives", "something else");
    }
    CheckTree(tree, number == 0, last_column);
  }

  bool StartsAt(std::string_view prefix, std::size_t start) const {
    return text_.substr(std::min(start, text_.size())).starts_with(prefix);
  }

  // Returns the line at `start` and moves `start` to the next line.
  std::string_view TakeLine(std::size_t& start) const {
    const std::size_t end = std::min(text_.find('\n', start), text_.size());
    const std::string_view line = text_.substr(start, end - start);
    start = std::min(end + 1, text_.size());
    return line;
  }

  std::string_view text_;
};

}  // namespace

std::optional<Error> CheckModelText(std::string_view text) {
  try {
    ModelCheck(text).Run();
    return std::nullopt;
  } catch (Refusal& refusal) {
    return Error{Error::Code::kModel, std::move(refusal.message)};
  }
}

}  // namespace hoshi
