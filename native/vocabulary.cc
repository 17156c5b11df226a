#include "vocabulary.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace hoshi {
namespace {

constexpr std::array<std::uint8_t, 8> kElementBytes{4, 2, 4, 8, 8, 4, 8, 8};

static_assert(sizeof(Vocabulary::Unit) == kElementBytes[3] && sizeof(Vocabulary::Node) == kElementBytes[4]);

// The entries of section 1.
enum Number { kColumns, kWords, kShortestWord, kLongestTerm, kSublinear, kIdf, kNorm, kReserved, kNumbers };

}  // namespace

constexpr TableKind Vocabulary::kKind{"vocabulary", "VOCB", 1, kElementBytes};

Error Vocabulary::Refuse(const char* what, const std::string& expected, std::uint64_t found) const {
  return file_.Refuse(what, expected, std::to_string(found));
}

std::optional<Error> Vocabulary::Check() {
  if (std::optional<Error> error = CheckNumbers()) return error;
  if (std::optional<Error> error = CheckTrie()) return error;
  return CheckNodes();
}

std::optional<Error> Vocabulary::CheckNumbers() {
  const auto numbers = file_.Section<std::uint32_t>(1);
  const auto idfs = file_.Section<double>(7);
  const auto logs = file_.Section<double>(8);
  if (numbers.size() != kNumbers) return Refuse("numbers", std::to_string(kNumbers), numbers.size());
  column_count = numbers[kColumns];
  word_count = numbers[kWords];
  shortest_word = numbers[kShortestWord];
  longest_term = numbers[kLongestTerm];
  has_sublinear_tf = numbers[kSublinear] != 0;
  uses_idf = numbers[kIdf] != 0;
  if (column_count == 0 || column_count > 1U << 24) return Refuse("columns", "from 1 to 2^24", column_count);
  if (longest_term == 0 || longest_term > 64)
    return Refuse("words of the longest term", "from 1 to 64", longest_term);
  if (numbers[kNorm] > 2) return Refuse("norm", "0, 1 or 2", numbers[kNorm]);
  norm = static_cast<Norm>(numbers[kNorm]);
  if (idfs.size() != column_count) return Refuse("idf", std::to_string(column_count), idfs.size());
  if (logs.size() != kLogarithmTableSize)
    return Refuse("logarithms", std::to_string(kLogarithmTableSize), logs.size());
  const auto is_finite = [](double value) { return std::isfinite(value); };
  if (!std::all_of(idfs.begin(), idfs.end(), is_finite) || !std::all_of(logs.begin(), logs.end(), is_finite))
    return file_.Refuse("idf and logarithms", "finite numbers", "infinite ones or NaN");
  idf = idfs.data();
  logarithms = logs.data();
  return std::nullopt;
}

std::optional<Error> Vocabulary::CheckTrie() {
  const auto codes = file_.Section<std::uint16_t>(2);
  const auto ranges = file_.Section<std::uint32_t>(3);
  const auto units = file_.Section<Unit>(4);
  if (codes.size() != 65536) return Refuse("codes", "65536", codes.size());
  if (ranges.size() % 2 != 0 || !std::is_sorted(ranges.begin(), ranges.end()))
    return file_.Refuse("word characters", "ranges in ascending order", "another order");
  if (units.empty()) return Refuse("units", "at least 1", 0);
  const std::uint16_t last_code = *std::max_element(codes.begin(), codes.end());
  for (const Unit& unit : units) {
    if (std::size_t{unit.base()} + last_code >= units.size()) {
      return file_.Refuse("units", "more than each base + the last code, " + std::to_string(last_code),
                          "base " + std::to_string(unit.base()) + " in " + std::to_string(units.size()));
    }
    if (unit.word() > word_count)
      return Refuse("words of units", "at most " + std::to_string(word_count), unit.word());
    if (unit.label() < 2) return Refuse("labels of units", "codes from 2", unit.label());
  }
  code = codes.data();
  supplementary = ranges;
  trie = units.data();
  return std::nullopt;
}

std::optional<Error> Vocabulary::CheckNodes() {
  const auto all_nodes = file_.Section<Node>(5);
  const auto edge_words = file_.Section<std::uint32_t>(6);
  if (word_count > all_nodes.size())
    return Refuse("nodes", "at least " + std::to_string(word_count) + ", one per word", all_nodes.size());
  for (const Node& node : all_nodes) {
    if (node.column < -1 || node.column >= static_cast<std::int64_t>(column_count)) {
      return file_.Refuse("columns of nodes", "from -1 to " + std::to_string(column_count - 1),
                          std::to_string(node.column));
    }
  }
  constexpr std::size_t kWordsPerEdge = sizeof(Edge) / sizeof(std::uint32_t);
  const std::size_t slots = edge_words.size() / kWordsPerEdge;
  if (edge_words.size() % kWordsPerEdge != 0 || !std::has_single_bit(slots))
    return Refuse("slots of the hash table", "a power of two", slots);
  edges_ = reinterpret_cast<const Edge*>(edge_words.data());
  bool has_empty_slot = false;
  for (std::size_t i = 0; i < slots; ++i) {
    has_empty_slot = has_empty_slot || edges_[i].child == kNone;
    if (edges_[i].child != kNone && edges_[i].child >= all_nodes.size())
      return Refuse("children", "below " + std::to_string(all_nodes.size()), edges_[i].child);
  }
  // Child searches until it finds the edge or an empty slot.
  if (!has_empty_slot) return file_.Refuse("slots of the hash table", "an empty one", "none");
  mask_ = static_cast<std::uint32_t>(slots - 1);
  nodes = all_nodes.data();
  return std::nullopt;
}

}  // namespace hoshi
