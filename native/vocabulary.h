// The tables that the vectorizer reads. model/compile/vocabulary.ts compiles them from a bundle's vocabulary.
//
// A term is a sequence of words. Each word that occurs in a term has a number. Terms form a tree of nodes:
// the node of a one-word term has the word's number. The node of a longer term is the child, for its last
// word, of the term without that word. Every index is checked once, at load. A Vocabulary is immutable and
// may be shared by threads.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "table_file.h"

namespace hoshi {

class Vocabulary : public LoadedTables<Vocabulary> {
 public:
  enum class Norm : std::uint32_t { kNone, kL1, kL2 };
  std::uint32_t column_count;
  std::uint32_t word_count;
  std::uint32_t shortest_word;  // in characters
  std::uint32_t longest_term;   // in words
  bool has_sublinear_tf, uses_idf;
  Norm norm;
  bool sums_norm_backwards;  // from the last column to the first

  // By UTF-16 code unit. 0: not a word character. 1: a word character that is in no word of the vocabulary.
  // From 2: the unit's code. For surrogates, `supplementary` decides whether the pair is a word character.
  const std::uint16_t* code;
  std::span<const std::uint32_t> supplementary;  // ranges of word characters: first, last, first, last, …

  // A double array over codes, like Dictionary::Unit. Base 0 has no children.
  struct Unit {
    std::uint64_t bits;
    std::uint16_t label() const { return static_cast<std::uint16_t>(bits); }
    std::uint32_t word() const {
      return static_cast<std::uint32_t>(bits >> 16) & 0xffffff;
    }  // number + 1; 0: none
    std::uint32_t base() const { return static_cast<std::uint32_t>(bits >> 40); }
  };
  const Unit* trie;

  struct Node {
    std::int32_t column;  // −1: not a term of the vocabulary itself
    std::uint32_t flags;
    bool has_children() const { return (flags & 1) != 0; }
    bool is_child_word() const { return (flags & 2) != 0; }  // the word is the last of a longer term
    // The term rules, for words without mark.
    bool is_concessive() const { return (flags & 4) != 0; }
    // A conjunctive particle that passes a negation on, if a word with is_passed_before follows.
    bool continues_scope() const { return (flags & 8) != 0; }
    bool is_passed_before() const { return (flags & 16) != 0; }
    bool has_prefixed_terms() const { return (flags & 32) != 0; }  // a column of its RuleWord is not −1
    bool negates_as(std::uint8_t part_of_speech) const { return (flags >> 16 >> part_of_speech & 1) != 0; }
  };
  const Node* nodes;

  static constexpr std::uint32_t kNone = 0xffffffff;
  // An edge from a node to its child for a word. Four edges fill a cache line.
  struct Edge {
    std::uint32_t node, word, child;
    std::int32_t column;  // of the child
  };
  // Returns the edge from `node` for `word`. Its child is kNone if there is no such edge.
  const Edge& EdgeFor(std::uint32_t node, std::uint32_t word) const {
    for (std::uint32_t slot = Hash(node, word) & mask_;; slot = (slot + 1) & mask_) {
      const Edge& edge = edges_[slot];
      if (edge.child == kNone || (edge.node == node && edge.word == word)) return edge;
    }
  }

  // Prefetches the slot that EdgeFor reads first. Any numbers are allowed as arguments.
  void PrefetchEdge(std::uint32_t node, std::uint32_t word) const {
    __builtin_prefetch(edges_ + (Hash(node, word) & mask_));
  }

  // The term rules. All false and 0 without rules.
  bool has_rules, has_clauses, has_last_sentence, has_symbols;
  std::uint32_t negation_scope;  // in words; 0: no marks

  // By number of a word without mark.
  struct RuleWord {
    std::uint32_t marked;  // the number of the word with the mark; kNone: it is in no term
    // Columns of the terms with a prefix, without and with the mark; −1: not in the vocabulary.
    std::int32_t before[2], after[2], last[2];
  };
  std::span<const RuleWord> rule_words;

  // A phrase around a negator that does not negate. Both lists begin beside the negator.
  struct PhraseElement {
    std::span<const std::uint32_t> words;  // numbers of words, any of them; all words if it is empty
    std::uint32_t min, max;                // how often it occurs
  };
  struct Exception {
    std::vector<PhraseElement> before, after;
    bool ends_with_question;
    // Bit w % 64 of each word number + 1, w, that a match of `before` may begin with. All bits if the match
    // may be empty.
    std::uint64_t first_before;
    // The same bits of the words of one element that a match of `before` needs. All bits if it needs none.
    std::uint64_t needed_before;
    bool may_follow(std::uint32_t word) const { return (first_before >> (word % 64) & 1) != 0; }
  };
  static constexpr std::uint32_t kMaxPhraseReach = 63;  // words from the negator
  std::vector<Exception> exceptions;

  // Returns the column of a symbol's term, or −1.
  std::int32_t SymbolColumn(std::u16string_view symbol) const;

  // Returns the term of a column, in UTF-8. REQUIRES: column < column_count
  std::string_view Term(std::uint32_t column) const {
    const std::uint32_t start = column == 0 ? 0 : term_ends_[column - 1];
    return {reinterpret_cast<const char*>(term_bytes_.data()) + start, term_ends_[column] - start};
  }

  const double* idf;         // by column
  const double* logarithms;  // ln(0), ln(1), …; entry 0 is never read
  static constexpr std::uint32_t kLogarithmTableSize = 1024;

 private:
  static std::uint32_t Hash(std::uint32_t node, std::uint32_t word) {
    const std::uint32_t h = node * 0x9e3779b1U ^ word * 0x85ebca6bU;
    return h ^ h >> 16;
  }

  friend class LoadedTables<Vocabulary>;
  using LoadedTables::LoadedTables;
  static const TableKind kKind;
  std::optional<Error> Check();
  std::optional<Error> CheckNumbers();
  std::optional<Error> CheckTrie();
  std::optional<Error> CheckNodes();
  std::optional<Error> CheckRules();
  std::optional<Error> CheckRuleWords();
  std::optional<Error> CheckExceptions();
  std::optional<Error> ReadElements(std::span<const std::uint32_t>& rest, std::uint32_t count,
                                    std::vector<PhraseElement>& elements) const;
  std::optional<Error> CheckSymbols();
  std::optional<Error> CheckTerms();
  bool IsColumn(std::int64_t column) const { return column >= -1 && column < std::int64_t{column_count}; }
  Error Refuse(const char* what, const std::string& expected, std::uint64_t found) const;

  const Edge* edges_;  // a hash table with linear probing; at least one slot is empty
  std::uint32_t mask_;
  struct Symbol {
    std::uint32_t start, length;  // in symbol_units_
    std::int32_t column;          // −1: an empty slot
  };
  std::span<const Symbol> symbols_;  // a hash table like edges_
  std::span<const char16_t> symbol_units_;
  std::span<const std::uint8_t> term_bytes_;
  std::span<const std::uint32_t> term_ends_;  // by column
};

}  // namespace hoshi
