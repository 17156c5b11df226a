#include "vocabulary.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <utility>

namespace hoshi {
namespace {

constexpr std::array<std::uint8_t, 14> kElementBytes{4, 2, 4, 8, 8, 4, 8, 8, 28, 4, 4, 2, 1, 4};

static_assert(sizeof(Vocabulary::Unit) == kElementBytes[3] && sizeof(Vocabulary::Node) == kElementBytes[4] &&
              sizeof(Vocabulary::RuleWord) == kElementBytes[8]);

// The entries of section 1.
enum Number {
  kColumns,
  kWords,
  kShortestWord,
  kLongestTerm,
  kSublinear,
  kIdf,
  kNorm,
  kRules,  // a set of RuleFlag
  kScope,
  kNormOrder,    // 1: descending
  kNumbers = 12  // the rest is reserved
};
enum RuleFlag : std::uint32_t { kHasRules = 1, kHasClauses = 2, kHasLastSentence = 4, kHasSymbols = 8 };

// FNV-1a over 16-bit units (Fowler, Noll and Vo), as in model/compile/rule-tables.ts.
std::uint32_t HashOf(std::u16string_view text) {
  std::uint32_t hash = 0x811c9dc5;
  for (const char16_t unit : text) hash = (hash ^ unit) * 0x01000193;
  return hash;
}

std::uint64_t BitsOf(const Vocabulary::PhraseElement& element) {
  std::uint64_t bits = element.words.empty() ? ~std::uint64_t{0} : 0;
  for (const std::uint32_t word : element.words) bits |= std::uint64_t{1} << ((word + 1) % 64);
  return bits;
}

// Exception::first_before.
std::uint64_t FirstWords(std::span<const Vocabulary::PhraseElement> elements) {
  std::uint64_t bits = 0;
  for (const Vocabulary::PhraseElement& element : elements) {
    bits |= BitsOf(element);
    if (element.min > 0) return bits;
  }
  return ~std::uint64_t{0};
}

// Exception::needed_before: of the element with the fewest words.
std::uint64_t NeededWords(std::span<const Vocabulary::PhraseElement> elements) {
  std::uint64_t fewest = ~std::uint64_t{0};
  for (const Vocabulary::PhraseElement& element : elements)
    if (element.min > 0 && std::popcount(BitsOf(element)) < std::popcount(fewest)) fewest = BitsOf(element);
  return fewest;
}

}  // namespace

constexpr TableKind Vocabulary::kKind{"vocabulary", "VOCB", 5, kElementBytes};

Error Vocabulary::Refuse(const char* what, const std::string& expected, std::uint64_t found) const {
  return file_.Refuse(what, expected, std::to_string(found));
}

std::optional<Error> Vocabulary::Check() {
  if (std::optional<Error> error = CheckNumbers()) return error;
  if (std::optional<Error> error = CheckTrie()) return error;
  if (std::optional<Error> error = CheckNodes()) return error;
  if (std::optional<Error> error = CheckRules()) return error;
  return CheckTerms();
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
  if (numbers[kNormOrder] > 1) return Refuse("order of the norm", "0 or 1", numbers[kNormOrder]);
  sums_norm_backwards = numbers[kNormOrder] == 1;
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
  const Edge* wrong = nullptr;  // an edge with the column of another node
  for (const Edge& edge : std::span(edges_, slots)) {
    if (edge.child == kNone) {
      has_empty_slot = true;
      continue;
    }
    if (edge.child >= all_nodes.size())
      return Refuse("children", "below " + std::to_string(all_nodes.size()), edge.child);
    if (edge.column != all_nodes[edge.child].column) wrong = &edge;
  }
  // EdgeFor searches until it finds the edge or an empty slot.
  if (!has_empty_slot) return file_.Refuse("slots of the hash table", "an empty one", "none");
  if (wrong != nullptr) {
    return file_.Refuse("columns of children",
                        std::to_string(all_nodes[wrong->child].column) + " of the node",
                        std::to_string(wrong->column));
  }
  mask_ = static_cast<std::uint32_t>(slots - 1);
  nodes = all_nodes.data();
  return std::nullopt;
}

std::optional<Error> Vocabulary::CheckRules() {
  const auto numbers = file_.Section<std::uint32_t>(1);
  const std::uint32_t flags = numbers[kRules];
  has_rules = (flags & kHasRules) != 0;
  has_clauses = (flags & kHasClauses) != 0;
  has_last_sentence = (flags & kHasLastSentence) != 0;
  has_symbols = (flags & kHasSymbols) != 0;
  negation_scope = numbers[kScope];
  if (negation_scope > 64) return Refuse("scope of a negator", "at most 64", negation_scope);
  if (std::optional<Error> error = CheckRuleWords()) return error;
  if (std::optional<Error> error = CheckExceptions()) return error;
  return CheckSymbols();
}

std::optional<Error> Vocabulary::CheckRuleWords() {
  rule_words = file_.Section<RuleWord>(9);
  if (rule_words.size() > word_count)
    return Refuse("words with rules", "at most " + std::to_string(word_count), rule_words.size());
  for (const RuleWord& word : rule_words) {
    if (word.marked != kNone && word.marked >= word_count)
      return Refuse("marked words", "below " + std::to_string(word_count), word.marked);
    for (const std::int32_t* const columns : {word.before, word.after, word.last}) {
      for (const std::int32_t column : {columns[0], columns[1]}) {
        if (!IsColumn(column))
          return file_.Refuse("columns of words", "from -1 to " + std::to_string(column_count - 1),
                              std::to_string(column));
      }
    }
  }
  if (!has_rules) return std::nullopt;
  for (const Unit& unit : file_.Section<Unit>(4)) {
    if (unit.word() > rule_words.size())
      return Refuse("words of units", "at most " + std::to_string(rule_words.size()), unit.word());
  }
  return std::nullopt;
}

// A phrase is a u32 (elements before the negator, elements after it << 8, question << 16) and its elements.
// An element is a u32 (number of words, min << 8, max << 16) and its words.
std::optional<Error> Vocabulary::CheckExceptions() {
  auto rest = file_.Section<std::uint32_t>(10);
  while (!rest.empty()) {
    const std::uint32_t head = rest.front();
    rest = rest.subspan(1);
    Exception exception{{}, {}, head >> 16 != 0, 0, 0};
    if (std::optional<Error> error = ReadElements(rest, head & 0xff, exception.before)) return error;
    if (std::optional<Error> error = ReadElements(rest, head >> 8 & 0xff, exception.after)) return error;
    exception.first_before = FirstWords(exception.before);
    exception.needed_before = NeededWords(exception.before);
    exceptions.push_back(std::move(exception));
  }
  return std::nullopt;
}

// Takes `count` elements from the front of `rest`.
std::optional<Error> Vocabulary::ReadElements(std::span<const std::uint32_t>& rest, std::uint32_t count,
                                              std::vector<PhraseElement>& elements) const {
  std::uint32_t reach = 0;
  for (; count > 0; --count) {
    if (rest.empty()) return Refuse("elements of exceptions", std::to_string(count) + " more", 0);
    const std::uint32_t head = rest.front(), words = head & 0xff;
    rest = rest.subspan(1);
    if (words > rest.size()) return Refuse("words of exceptions", std::to_string(words), rest.size());
    const PhraseElement element{rest.first(words), head >> 8 & 0xff, head >> 16};
    rest = rest.subspan(words);
    for (const std::uint32_t word : element.words) {
      if (word >= rule_words.size())
        return Refuse("words of exceptions", "below " + std::to_string(rule_words.size()), word);
    }
    reach += element.max;
    if (element.max > kMaxPhraseReach || reach > kMaxPhraseReach)
      return Refuse("reach of exceptions", "at most " + std::to_string(kMaxPhraseReach), reach);
    elements.push_back(element);
  }
  return std::nullopt;
}

std::optional<Error> Vocabulary::CheckSymbols() {
  const auto slots = file_.Section<std::uint32_t>(11);
  symbol_units_ = file_.Section<char16_t>(12);
  constexpr std::size_t kWordsPerSymbol = sizeof(Symbol) / sizeof(std::uint32_t);
  const std::size_t count = slots.size() / kWordsPerSymbol;
  if (slots.size() % kWordsPerSymbol != 0 || !std::has_single_bit(count))
    return Refuse("slots of the symbols", "a power of two", count);
  symbols_ = {reinterpret_cast<const Symbol*>(slots.data()), count};
  bool has_empty_slot = false;
  for (const Symbol& symbol : symbols_) {
    has_empty_slot = has_empty_slot || symbol.column == -1;
    if (symbol.column == -1) continue;
    if (!IsColumn(symbol.column) || std::size_t{symbol.start} + symbol.length > symbol_units_.size())
      return file_.Refuse("symbols", "columns and texts inside the file", "others");
  }
  if (!has_empty_slot) return file_.Refuse("slots of the symbols", "an empty one", "none");
  return std::nullopt;
}

std::optional<Error> Vocabulary::CheckTerms() {
  term_bytes_ = file_.Section<std::uint8_t>(13);
  term_ends_ = file_.Section<std::uint32_t>(14);
  if (term_ends_.size() != column_count)
    return Refuse("terms", std::to_string(column_count), term_ends_.size());
  if (!std::is_sorted(term_ends_.begin(), term_ends_.end()) || term_ends_.back() != term_bytes_.size())
    return file_.Refuse("ends of terms", "offsets in ascending order up to the end", "others");
  return std::nullopt;
}

std::int32_t Vocabulary::SymbolColumn(std::u16string_view symbol) const {
  const std::size_t mask = symbols_.size() - 1;
  for (std::size_t slot = HashOf(symbol) & mask;; slot = (slot + 1) & mask) {
    const Symbol& found = symbols_[slot];
    if (found.column == -1 || symbol == std::u16string_view(symbol_units_.data() + found.start, found.length))
      return found.column;
  }
}

}  // namespace hoshi
