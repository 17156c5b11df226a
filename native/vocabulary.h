// The vocabulary that model/compile/vocabulary.ts compiles from a bundle's: what the vectorizer reads.
//
// A word that occurs in a term has a number; a term of one word is a node of that number, and a longer one a
// node that is reached from the term without its last word by that word. Every index is checked when it is
// loaded. Immutable; share it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

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

  // By UTF-16 unit: 0 if it is no word character, 1 if it is in no word of the vocabulary, else its code.
  // Whether a surrogate is (part of) a word character is told by `supplementary`.
  const std::uint16_t* code;
  std::span<const std::uint32_t> supplementary;  // word characters: first, last, first, last, …

  // A double array over codes, as the dictionary's; base 0 has no children.
  struct Unit {
    std::uint64_t bits;
    std::uint16_t label() const { return static_cast<std::uint16_t>(bits); }
    std::uint32_t word() const { return static_cast<std::uint32_t>(bits >> 16) & 0xffffff; }  // + 1; 0: none
    std::uint32_t base() const { return static_cast<std::uint32_t>(bits >> 40); }
  };
  const Unit* trie;

  struct Node {
    std::int32_t column;  // −1: no term of its own
    std::uint32_t flags;
    bool has_children() const { return (flags & 1) != 0; }
    bool is_child_word() const { return (flags & 2) != 0; }  // of a word: it continues a term
  };
  const Node* nodes;

  static constexpr std::uint32_t kNone = 0xffffffff;
  // The node reached from `node` by `word`, or kNone.
  std::uint32_t Child(std::uint32_t node, std::uint32_t word) const {
    for (std::uint32_t slot = Hash(node, word) & mask_;; slot = (slot + 1) & mask_) {
      const Edge& edge = edges_[slot];
      if (edge.child == kNone || (edge.node == node && edge.word == word)) return edge.child;
    }
  }

  // Asks for what `Child` will read first; for any numbers.
  void PrefetchChild(std::uint32_t node, std::uint32_t word) const {
    __builtin_prefetch(edges_ + (Hash(node, word) & mask_));
  }

  const double* idf;         // by column
  const double* logarithms;  // ln(0 … 1023); entry 0 is never read
  static constexpr std::uint32_t kLogarithms = 1024;

 private:
  struct Edge {
    std::uint32_t node, word, child;
  };
  static std::uint32_t Hash(std::uint32_t node, std::uint32_t word) {
    const std::uint32_t h = node * 0x9e3779b1U ^ word * 0x85ebca6bU;
    return h ^ h >> 16;
  }

  friend class LoadedTables<Vocabulary>;
  using LoadedTables::LoadedTables;
  static const TableKind kKind;
  std::optional<Error> Check();

  const Edge* edges_;  // a hash table with linear probing; never full
  std::uint32_t mask_;
};

}  // namespace hoshi
