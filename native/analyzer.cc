// The Viterbi search. analyzer.h has the glossary.
//
// Surfaces are looked up for a block of positions at once. The lattice is searched in one pass from left to
// right. At each position the nodes that END there are pruned; those that remain are the candidates. Then
// each word that STARTS there gets its best predecessor among the candidates, and its node goes to the cell
// of its end.
//
// Ties: kuromoji 0.1.2 ViterbiSearcher.js takes the first of equal paths (strict <). A cell keeps its nodes
// in kuromoji's order: by start; at one start dictionary words before unknown words, each in the order of the
// dictionary. Every choice below takes the first of the smallest values. Pruning drops only nodes that lose
// by a strict comparison, so it changes no tie. test/oracle/viterbi.ts is the slow twin.
#include "analyzer.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>

#include "simd.h"

namespace hoshi {
namespace {

// The cheapest candidate before a given context; the first one if several are equal. `cost` is the
// candidate's relative cost + the stored connection cost.
struct BestPredecessor {
  std::uint32_t cost, candidate;
};

// The candidates of one position. Padded to 4 or to a multiple of 8 lanes with entries that never win.
struct Candidates {
  static constexpr std::uint32_t kCapacity = 96;
  static constexpr std::uint32_t kMaxPadding = 7;

  alignas(16) std::uint16_t relative_cost[kCapacity];  // cost above that of the cheapest candidate
  const std::uint16_t* cost_row[kCapacity];            // connection costs from its context
  std::uint32_t count;

  void Pad() {
    if (count <= 1) return;
    const std::uint32_t padding = count <= 4 ? 3 : kMaxPadding;  // more than needed, to save branches
    for (std::uint32_t i = count; i < count + padding; ++i) {
      relative_cost[i] = 0xffff;
      cost_row[i] = cost_row[0];
    }
    count = count <= 4 ? 4 : (count + kMaxPadding) & ~kMaxPadding;
  }

#if defined(HOSHI_SIMD)
  simd::Lanes FourRelativeCosts() const { return simd::FourStored(relative_cost); }
  static BestPredecessor BestOfFour(const std::uint16_t* const* rows, simd::Lanes relative_costs,
                                    std::uint32_t context) {
    const auto [cost, lane] = simd::SmallestSumOfFour(simd::FirstFour(rows, context), relative_costs);
    return {cost, lane};
  }
  BestPredecessor BestOfMany(std::uint32_t context) const {
    BestPredecessor best{0x10000, 0};
    for (std::uint32_t i = 0; i < count; i += 8) {
      const auto [cost, lane] =
          simd::SmallestSum(simd::AllEight(cost_row + i, context), simd::LoadEight(relative_cost + i));
      if (cost < best.cost) best = {cost, lane + i};
    }
    return best;
  }
#else
  struct Four {};
  Four FourRelativeCosts() const { return {}; }
  BestPredecessor BestOfFour(const std::uint16_t* const*, Four, std::uint32_t context) const {
    return BestOfMany(context);
  }
  BestPredecessor BestOfMany(std::uint32_t context) const {
    BestPredecessor best{std::uint32_t{relative_cost[0]} + cost_row[0][context], 0};
    for (std::uint32_t i = 1; i < count; ++i) {
      const std::uint32_t cost = std::uint32_t{relative_cost[i]} + cost_row[i][context];
      const bool is_less = cost < best.cost;  // two conditional moves, no branch
      best.cost = is_less ? cost : best.cost;
      best.candidate = is_less ? i : best.candidate;
    }
    return best;
  }
#endif
  BestPredecessor BestFor(std::uint32_t context) const {
    if (count == 1) return {std::uint32_t{relative_cost[0]} + cost_row[0][context], 0};
    return count == 4 ? BestOfFour(cost_row, FourRelativeCosts(), context) : BestOfMany(context);
  }
};

}  // namespace

// The search through one text, sentence by sentence. All memory is in the scratch. With kHasWords, it also
// finds the words of the tokens.
template <bool kHasWords>
class Lattice {
 public:
  Lattice(const Dictionary& dictionary, Analyzer::Scratch& scratch) : d_(dictionary), s_(scratch) {}

  void Search(std::u16string_view text);

 private:
  using Scratch = Analyzer::Scratch;
  using Node = Scratch::Node;
  using Match = Scratch::Match;
  static constexpr std::uint32_t kRing = Scratch::kRing, kBlock = Scratch::kBlock;
  static constexpr std::uint32_t kCellCapacity = Scratch::kCellCapacity;
  static_assert(kCellCapacity + Dictionary::kMaxUnknownWords + Candidates::kMaxPadding <=
                Candidates::kCapacity);

  static constexpr int kContextShift = 14;
  static constexpr int kCostShift = kContextShift + 16;  // the lower half of a Dictionary::Word is 16 bits
  static constexpr std::uint32_t kBackpointerRange = 1 << kContextShift;
  static_assert((kRing + 2) * Candidates::kCapacity < kBackpointerRange);
  static constexpr std::int64_t kRebaseAt = std::int64_t{1} << 28;  // a Node has 34 bits for a cost

  static std::int64_t CostOf(Node node) { return node >> kCostShift; }
  static std::uint32_t ContextOf(Node node) {
    return static_cast<std::uint32_t>(node >> kContextShift) & 2047;
  }
  // Also takes the lower bits of a node, which a backpointer holds.
  static std::uint16_t WordHalfOf(Node node) { return static_cast<std::uint16_t>(node >> kContextShift); }
  static Node WithCost(std::int64_t cost, Node rest) {
    return static_cast<Node>(static_cast<std::uint64_t>(cost) << kCostShift) + rest;
  }
  static bool IsWithin(std::int8_t margin, std::int64_t relative_cost) {
    return relative_cost >> Dictionary::kPruningMarginShift <= margin;
  }
  // The index of a predecessor's backpointer is lower by less than kBackpointerRange, except for long nodes.
  std::uint32_t PredecessorOf(std::uint32_t backpointer);

  std::uint32_t ReadCodes(std::u16string_view text);
  std::uint32_t SearchSentence(std::uint32_t start);
  // The functions that SearchSentence calls at each position are inlined: calls took 5 % of the time.
  [[gnu::always_inline]] bool Prune(std::uint32_t position);
  void PruneWithLongNodes(std::uint32_t position);
  void FindSurfaces();
  [[gnu::always_inline]] std::span<const Match> MatchesAt(std::uint32_t position);
  [[gnu::always_inline]] void AddNodes(std::span<const Match> matches);
  void AddLongNodes(const Match& match);
  static void CompactCell(Scratch::Cell& cell);
  void Rebase();
  void TraceBack(std::uint32_t backpointer, std::uint32_t sentences_before);

  const Dictionary& d_;
  Scratch& s_;
  std::uint32_t length_ = 0;       // number of codes
  std::uint32_t block_start_ = 0;  // positions of the block
  std::uint32_t block_end_ = 0;
  std::uint32_t run_end_ = 0;            // end of the last measured run of one category
  std::uint32_t backpointer_count_ = 1;  // index 0 stands for no predecessor
  std::uint32_t first_backpointer_ = 0;  // index of the first candidate's backpointer
  std::int64_t lowest_cost_ = 0;         // cost of the cheapest candidate
  Candidates candidates_;
};

template <bool kHasWords>
void Lattice<kHasWords>::Search(std::u16string_view text) {
  length_ = ReadCodes(text);
  std::uint32_t sentences = 0;
  for (std::uint32_t start = 0; start < length_; ++sentences) {
    const std::uint32_t end = SearchSentence(start);
    // The sentence end has context id 0.
    TraceBack(first_backpointer_ + candidates_.BestFor(0).candidate, sentences);
    start = end + 1;
  }
}

// Fills codes_, with kSentenceEnd after each 、 and 。 and after the text. Returns the number of codes
// without the last kSentenceEnd.
template <bool kHasWords>
std::uint32_t Lattice<kHasWords>::ReadCodes(std::u16string_view text) {
  // FindSurfaces reads one code after the last kSentenceEnd.
  if (s_.codes_.size() < 2 * text.size() + 2) s_.codes_.resize(2 * text.size() + 64);
  std::uint16_t* const codes = s_.codes_.data();
  std::uint32_t length = 0;
  for (const char16_t unit : text) {
    codes[length++] = d_.code[unit];
    codes[length] = Dictionary::kSentenceEnd;
    // kuromoji 0.1.2 Tokenizer.js splitByPunctuation
    length += static_cast<std::uint32_t>((unit == u'、') | (unit == u'。'));
  }
  return length;
}

// Returns the position of the sentence end.
template <bool kHasWords>
std::uint32_t Lattice<kHasWords>::SearchSentence(std::uint32_t start) {
  backpointer_count_ = 1;
  s_.far_predecessors_.clear();
  lowest_cost_ = 0;
  Scratch::Cell& sentence_start = s_.ring_[start % kRing];
  sentence_start.count = 1;
  sentence_start.cheapest = sentence_start.nodes[0] = 0;  // context id 0, cost 0
  sentence_start.groups[0] = 0;
  std::uint32_t position = start;
  for (; s_.codes_[position] != Dictionary::kSentenceEnd; ++position) {
    if (!Prune(position)) continue;  // no node ends here, so no path can go on from here
    AddNodes(MatchesAt(position));
  }
  Prune(position);
  return position;
}

// Turns the nodes that end at the position into candidates with backpointers, and empties the cell. Returns
// false if no node ends there.
template <bool kHasWords>
inline bool Lattice<kHasWords>::Prune(std::uint32_t position) {
  Scratch::Cell& cell = s_.ring_[position % kRing];
  const std::uint32_t count = cell.count;
  first_backpointer_ = backpointer_count_;
  // The indices of one position differ in their lower 14 bits only, so a candidate's number is simply added.
  if ((first_backpointer_ & (kBackpointerRange - 1)) > kBackpointerRange - Candidates::kCapacity) [[unlikely]]
    first_backpointer_ = (first_backpointer_ | (kBackpointerRange - 1)) + 1;
  if (s_.backpointers_.size() < first_backpointer_ + Candidates::kCapacity) [[unlikely]]
    s_.GrowBackpointers();
  if (s_.long_node_count_ != 0 && s_.long_nodes_end_ == position) [[unlikely]] {
    PruneWithLongNodes(position);
  } else {
    if (count == 0) return false;
    lowest_cost_ = CostOf(cell.cheapest);
    const std::int8_t* const margin = d_.pruning_margin + ContextOf(cell.cheapest) * d_.stride;
    Scratch::Backpointer* const backpointers = s_.backpointers_.data() + first_backpointer_;
    std::uint32_t* const groups = s_.backpointer_groups_.data() + first_backpointer_;
    std::uint32_t kept = 0;  // a node that is not kept is overwritten by the next one
    for (std::uint32_t i = 0; i < count; ++i) {
      const Node node = cell.nodes[i];
      const std::int64_t relative_cost = CostOf(node) - lowest_cost_;
      candidates_.relative_cost[kept] = static_cast<std::uint16_t>(relative_cost);
      candidates_.cost_row[kept] = d_.connection_cost + ContextOf(node) * d_.stride;
      backpointers[kept] = {static_cast<std::uint32_t>(node), position};
      if constexpr (kHasWords) groups[kept] = cell.groups[i];
      kept += static_cast<std::uint32_t>(IsWithin(margin[ContextOf(node)], relative_cost));
    }
    candidates_.count = kept;
  }
  cell.count = 0;
  cell.cheapest = Scratch::kNoNode;
  backpointer_count_ = first_backpointer_ + candidates_.count;
  candidates_.Pad();
  if (lowest_cost_ > kRebaseAt || lowest_cost_ < -kRebaseAt) [[unlikely]]
    Rebase();
  return true;
}

// Prune for a position where long nodes end, too. Long nodes started earlier, so they come first.
template <bool kHasWords>
[[gnu::noinline]] void Lattice<kHasWords>::PruneWithLongNodes(std::uint32_t position) {
  const Scratch::Cell& cell = s_.ring_[position % kRing];
  Scratch::LongNode all[Dictionary::kMaxUnknownWords + kCellCapacity];
  const std::uint32_t long_count = s_.long_node_count_;
  std::copy_n(s_.long_nodes_, long_count, all);
  s_.long_node_count_ = 0;
  std::uint32_t count = long_count;
  for (std::uint32_t i = 0; i < cell.count; ++i) {
    const Node node = cell.nodes[i];
    const std::uint32_t group = kHasWords ? cell.groups[i] : 0;
    all[count++] = {CostOf(node), static_cast<std::uint32_t>(node), group, WordHalfOf(node)};
  }
  const Scratch::LongNode cheapest =
      *std::min_element(all, all + count, [](const auto& a, const auto& b) { return a.cost < b.cost; });
  lowest_cost_ = cheapest.cost;
  const std::int8_t* const margin = d_.pruning_margin + cheapest.context() * d_.stride;
  candidates_.count = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (!IsWithin(margin[all[i].context()], all[i].cost - lowest_cost_)) continue;
    const std::uint32_t candidate = candidates_.count++;
    candidates_.relative_cost[candidate] = static_cast<std::uint16_t>(all[i].cost - lowest_cost_);
    candidates_.cost_row[candidate] = d_.connection_cost + all[i].context() * d_.stride;
    const std::uint32_t backpointer = first_backpointer_ + candidate;
    std::uint32_t predecessor = all[i].predecessor;
    if (i < long_count) {
      s_.far_predecessors_.push_back({backpointer, predecessor});
      predecessor = backpointer;
    }
    s_.backpointers_[backpointer] = {
        std::uint32_t{all[i].word_half} << kContextShift | (predecessor & (kBackpointerRange - 1)), position};
    s_.backpointer_groups_[backpointer] = all[i].group;
  }
}

// Finds the surfaces that start at each position of the block, short ones first. All positions go down the
// trie together, level by level, so that their loads overlap and no branch is mispredicted where a
// surface ends. In a server, where the tables are not in the nearest caches, this saves a quarter of the
// analyzer's time, and the prefetch an eighth of the rest.
template <bool kHasWords>
void Lattice<kHasWords>::FindSurfaces() {
  struct Cursor {
    std::uint32_t base, position;
  };
  Cursor cursors[kBlock];
  const std::uint16_t* codes = s_.codes_.data() + block_start_;
  std::uint32_t count = block_end_ - block_start_;
  const std::uint32_t root = d_.trie[0].base();
  for (std::uint32_t i = 0; i < count; ++i) {
    cursors[i] = {root, i};
    s_.matches_end_[i] = s_.matches_[i];
  }
  for (std::uint32_t depth = 1; count != 0 && depth <= Dictionary::kMaxSurfaceLength; ++depth, ++codes) {
    std::uint32_t kept = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint32_t position = cursors[i].position;
      const std::uint16_t code = codes[position];
      Dictionary::Unit unit = d_.trie[cursors[i].base + code];
      unit.bits &= 0 - std::uint64_t{unit.label() == code};  // GCC makes a branch of `if`
      __builtin_prefetch(d_.words + unit.word());
      Match*& next = s_.matches_end_[position];
      *next = {unit.word(), block_start_ + position + depth};
      next += static_cast<std::uint32_t>(unit.word() != 0);
      __builtin_prefetch(d_.trie + unit.base() + codes[position + 1]);  // for the next level
      cursors[kept] = {unit.base(), position};
      kept += static_cast<std::uint32_t>(unit.base() != 0);
    }
    count = kept;
  }
}

// Returns the surfaces that start at the position, then its unknown word if it has one. An unknown word that
// is too long for the ring is not returned; it becomes long nodes at once.
template <bool kHasWords>
inline auto Lattice<kHasWords>::MatchesAt(std::uint32_t position) -> std::span<const Match> {
  if (position >= block_end_) {
    block_start_ = position;
    block_end_ = std::min(position + kBlock, length_);
    FindSurfaces();
  }
  const std::uint16_t* const codes = s_.codes_.data();
  Match* const matches = s_.matches_[position - block_start_];
  Match* const matches_end = s_.matches_end_[position - block_start_];
  // kuromoji 0.1.2 ViterbiBuilder.js: an unknown word is tried only where no surface matches or the category
  // always invokes one, and only as the whole group.
  const std::uint32_t category = d_.category[codes[position]];
  const Dictionary::Unknown unknown = d_.unknown[category];
  if (matches_end != matches && !unknown.is_always_invoked()) return {matches, matches_end};
  std::uint32_t end = position + 1;
  if (unknown.is_grouped()) {
    if (run_end_ <= position) {  // each run is measured once, so long runs stay linear
      run_end_ = end;
      while (d_.category[codes[run_end_]] == category) ++run_end_;
    }
    end = run_end_;
  }
  *matches_end = {unknown.word(), end};
  if (end - position < kRing) [[likely]]
    return {matches, matches_end + 1};
  AddLongNodes(*matches_end);
  return {matches, matches_end};
}

// Gives each word of each match its best predecessor and appends its node to the cell of its end.
template <bool kHasWords>
inline void Lattice<kHasWords>::AddNodes(std::span<const Match> matches) {
  const Node start = WithCost(lowest_cost_ - d_.bias, first_backpointer_ & (kBackpointerRange - 1));
  const auto relative_costs = candidates_.FourRelativeCosts();
  for (const Match& match : matches) {
    const Dictionary::Word* next = d_.words + match.word;
    Scratch::Cell& cell = s_.ring_[match.end % kRing];
    if (cell.count > kCellCapacity - Dictionary::kMaxWordsPerSurface) [[unlikely]]
      CompactCell(cell);
    Node* node = cell.nodes + cell.count;
    Node cheapest = cell.cheapest;
    const auto for_each_word = [&](auto best_for) {
      Dictionary::Word word;
      do {
        word = *next++;
        const BestPredecessor best = best_for(word.context());
        const Node upper = static_cast<Node>(static_cast<std::int32_t>(word.bits)) * (1 << kContextShift);
        *node = start + WithCost(best.cost, upper + best.candidate);
        cheapest = std::min(cheapest, *node++);
      } while (word.following() != 0);
    };
    if (candidates_.count == 1) {  // about half of the positions have only one candidate
      const std::uint16_t* const row = candidates_.cost_row[0];
      for_each_word([row](std::uint32_t context) { return BestPredecessor{row[context], 0}; });
    } else if (candidates_.count == 4) {
      for_each_word([&](std::uint32_t context) {
        return candidates_.BestOfFour(candidates_.cost_row, relative_costs, context);
      });
    } else {
      for_each_word([&](std::uint32_t context) { return candidates_.BestOfMany(context); });
    }
    const auto count = static_cast<std::uint32_t>(node - cell.nodes);
    if constexpr (kHasWords) {
      std::uint32_t* group = cell.groups + cell.count;
      do {
        std::fill_n(group, Scratch::kGroupsTogether, match.word);
        group += Scratch::kGroupsTogether;
      } while (group < cell.groups + count);
    }
    cell.count = count;
    cell.cheapest = cheapest;
  }
}

// Adds the nodes of an unknown word that ends beyond the ring. Only the first of the cheapest nodes of each
// context can win, so only that one is kept.
template <bool kHasWords>
[[gnu::noinline]] void Lattice<kHasWords>::AddLongNodes(const Match& match) {
  s_.long_nodes_end_ = match.end;
  const Dictionary::Word* next = d_.words + match.word;
  Dictionary::Word word;
  do {
    word = *next++;
    const BestPredecessor best = candidates_.BestFor(word.context());
    const Scratch::LongNode node{lowest_cost_ - d_.bias + best.cost + word.cost(),
                                 first_backpointer_ + best.candidate, match.word, word.lower_half()};
    Scratch::LongNode* const all = s_.long_nodes_;
    std::uint32_t i = 0;
    while (i < s_.long_node_count_ && all[i].context() != node.context()) ++i;
    if (i == s_.long_node_count_) {
      all[s_.long_node_count_++] = node;
    } else if (node.cost < all[i].cost) {
      std::copy(all + i + 1, all + s_.long_node_count_, all + i);
      all[s_.long_node_count_ - 1] = node;
    }
  } while (word.following() != 0);
}

// Frees capacity in a full cell. Only the first of the cheapest nodes of each context can win, so only that
// one is kept. If the cell is still full, nodes are lost. That happens only with a dictionary that
// model/compile/dictionary.ts did not compile.
template <bool kHasWords>
[[gnu::noinline]] void Lattice<kHasWords>::CompactCell(Scratch::Cell& cell) {
  Node kept[kCellCapacity];
  std::uint32_t count = 0;
  for (std::uint32_t i = 0; i < cell.count && count < kCellCapacity - Dictionary::kMaxWordsPerSurface; ++i) {
    const Node node = cell.nodes[i];
    bool is_beaten = false;
    for (std::uint32_t k = 0; k < cell.count && !is_beaten; ++k) {
      const Node other = cell.nodes[k];
      is_beaten = ContextOf(other) == ContextOf(node) &&
                  (CostOf(other) < CostOf(node) || (CostOf(other) == CostOf(node) && k < i));
    }
    if (is_beaten) continue;
    if constexpr (kHasWords) cell.groups[count] = cell.groups[i];
    kept[count++] = node;
  }
  std::copy_n(kept, count, cell.nodes);
  cell.count = count;
  cell.cheapest = *std::min_element(kept, kept + count);
}

// Subtracts the lowest cost from all costs, before they need more bits than a Node has. A node whose cost
// difference does not fit can never win; it is clamped and stays the most expensive.
template <bool kHasWords>
[[gnu::noinline]] void Lattice<kHasWords>::Rebase() {
  constexpr std::int64_t kMax = (std::int64_t{1} << (63 - kCostShift)) - 1;
  const auto rebased = [&](Node node) {
    return WithCost(std::clamp(CostOf(node) - lowest_cost_, -kMax, kMax), node & ((1 << kCostShift) - 1));
  };
  for (Scratch::Cell& cell : s_.ring_) {
    if (cell.count != 0) cell.cheapest = rebased(cell.cheapest);
    for (std::uint32_t i = 0; i < cell.count; ++i) cell.nodes[i] = rebased(cell.nodes[i]);
  }
  for (std::uint32_t i = 0; i < s_.long_node_count_; ++i) s_.long_nodes_[i].cost -= lowest_cost_;
  lowest_cost_ = 0;
}

// Appends the ends of the sentence's tokens, and their words. Each sentence before it has one more code than
// code units.
template <bool kHasWords>
void Lattice<kHasWords>::TraceBack(std::uint32_t backpointer, std::uint32_t sentences_before) {
  const auto first = static_cast<std::ptrdiff_t>(s_.ends_.size());
  // Index 1 is the sentence start: the only candidate at its position.
  for (; backpointer != 1; backpointer = PredecessorOf(backpointer)) {
    const Scratch::Backpointer token = s_.backpointers_[backpointer];
    s_.ends_.push_back(token.end - sentences_before);
    if constexpr (kHasWords) {
      const std::uint32_t group = s_.backpointer_groups_[backpointer];
      const std::uint32_t following = Dictionary::Word{WordHalfOf(token.node)}.following();
      s_.words_.push_back(group + d_.words[group].following() - following);
    }
  }
  std::reverse(s_.ends_.begin() + first, s_.ends_.end());
  if constexpr (kHasWords) std::reverse(s_.words_.begin() + first, s_.words_.end());
}

// REQUIRES: the indices of calls within a sentence descend
template <bool kHasWords>
inline std::uint32_t Lattice<kHasWords>::PredecessorOf(std::uint32_t backpointer) {
  const std::uint32_t distance = (backpointer - s_.backpointers_[backpointer].node) & (kBackpointerRange - 1);
  if (distance != 0) [[likely]]
    return backpointer - distance;
  std::vector<Scratch::FarPredecessor>& far = s_.far_predecessors_;
  while (far.back().backpointer != backpointer) far.pop_back();
  return far.back().predecessor;
}

namespace {
constexpr std::size_t kMaxKept = 1 << 18;  // elements of a vector that the scratch keeps for the next text

}  // namespace

Analyzer::Scratch::Scratch()
    : backpointers_(kInitialBackpointers), backpointer_groups_(kInitialBackpointers) {
  for (Cell& cell : ring_) {
    cell.count = 0;
    cell.cheapest = kNoNode;
  }
}

void Analyzer::Scratch::GrowBackpointers() {
  const std::size_t size = backpointers_.size() * 2;
  backpointers_.Resize(size);
  backpointer_groups_.Resize(size);
}

std::span<const std::uint32_t> Analyzer::Analyze(std::u16string_view text, Scratch& scratch) const {
  if (dictionary_->has_segments) return AnalyzeWords(text, scratch).ends;
  Search<false>(text, scratch);
  return scratch.ends_;
}

Analyzer::Words Analyzer::AnalyzeWords(std::u16string_view text, Scratch& scratch) const {
  Search<true>(text, scratch);
  if (dictionary_->has_segments) SplitSegments(scratch);
  return {scratch.ends_, scratch.words_};
}

template <bool kHasWords>
void Analyzer::Search(std::u16string_view text, Scratch& scratch) const {
  scratch.ends_.clear();
  scratch.words_.clear();
  Lattice<kHasWords>(*dictionary_, scratch).Search(text);
  if (scratch.backpointers_.size() > kMaxKept || scratch.codes_.size() > kMaxKept) [[unlikely]] {
    scratch.backpointers_ = Scratch::Growing<Scratch::Backpointer>(Scratch::kInitialBackpointers);
    scratch.backpointer_groups_ = Scratch::Growing<std::uint32_t>(Scratch::kInitialBackpointers);
    scratch.codes_ = {};
  }
}

// Splits the tokens whose words have segments.
void Analyzer::SplitSegments(Scratch& scratch) const {
  const Dictionary& d = *dictionary_;
  const auto is_segmented = [&](std::uint32_t word) { return d.is_segmented(word); };
  if (std::none_of(scratch.words_.begin(), scratch.words_.end(), is_segmented)) return;
  scratch.split_ends_.clear();
  scratch.split_words_.clear();
  std::uint32_t start = 0;
  for (std::size_t i = 0; i < scratch.ends_.size(); ++i) {
    const std::uint32_t end = scratch.ends_[i], word = scratch.words_[i];
    if (d.is_segmented(word)) {
      for (const Dictionary::Segment& segment : d.segments_of(word)) {
        // The segments of a sound dictionary end with the token.
        if (start == end) break;
        start = std::min(start + segment.length(), end);
        scratch.split_ends_.push_back(start);
        scratch.split_words_.push_back(segment.word());
      }
      scratch.split_ends_.back() = end;
    } else {
      scratch.split_ends_.push_back(end);
      scratch.split_words_.push_back(word);
    }
    start = end;
  }
  scratch.ends_.swap(scratch.split_ends_);
  scratch.words_.swap(scratch.split_words_);
}

}  // namespace hoshi
