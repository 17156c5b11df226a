// The dictionary that model/compile/dictionary.ts compiles from kuromoji's: what the analyzer reads.
//
// Every index in it is checked when it is loaded, so that the analyzer's loops need no checks: whatever
// passes cannot lead outside the tables, even if it is not the dictionary that anybody meant. Immutable;
// share it. Its identity is "kuromoji VERSION SHA256".
#pragma once

#include <cstdint>
#include <optional>

#include "table_file.h"

namespace hoshi {

class Dictionary : public LoadedTables<Dictionary> {
 public:
  // Bounds that the analyzer's fixed arrays are laid out for.
  static constexpr std::uint32_t kLongestSurface = 63;
  static constexpr std::uint32_t kMaxWords = 32;         // of one surface
  static constexpr std::uint32_t kMaxUnknownWords = 16;  // of one category
  static constexpr std::uint32_t kMaxEnding = 37;        // contexts of the words that end at one position
  static constexpr std::uint32_t kHighestCost = 32767;   // biased, of a connection: two of them fit 16 bits

  // A character's code: below 16 it is in no surface, and the code is its category. 15 stands for no
  // character.
  static constexpr std::uint16_t kNoCharacter = 15;
  const std::uint16_t* code;     // by UTF-16 unit
  const std::uint8_t* category;  // by code

  // By category: where its words are, and whether it is tried beside dictionary words, and as a whole run.
  struct Unknown {
    std::uint32_t bits;
    std::uint32_t word() const { return bits & 0xffffff; }
    bool is_always_invoked() const { return (bits >> 30 & 1) != 0; }
    bool is_grouped() const { return bits >> 31 != 0; }
  };
  const Unknown* unknown;

  // Words of one surface lie one after the other, those with the same (left id, right id) merged; a context
  // is the number of such a pair, frequent ones first; 0 is that of the begin and the end of a sentence.
  struct Word {
    std::uint32_t bits;
    std::int32_t cost() const { return static_cast<std::int32_t>(bits) >> 16; }
    std::uint32_t following() const { return bits >> 11 & 31; }
    std::uint32_t context() const { return bits & 2047; }
  };
  const Word* words;

  std::uint32_t stride;       // of the two matrices
  std::int32_t bias;          // stored connection cost = connection cost + bias
  const std::uint16_t* cost;  // [context before * stride + context after], stored
  // [a * stride + b]: the most that a word of context a can lose on one of context b by what follows. Where b
  // costs more than that above a, it can never win, whatever comes.
  const std::int16_t* worse;

  // A double array over codes: the child of a unit by a code is at its base + code, if its label is the code.
  struct Unit {
    std::uint64_t bits;
    std::uint16_t label() const { return static_cast<std::uint16_t>(bits); }
    std::uint32_t word() const { return static_cast<std::uint32_t>(bits >> 16) & 0xffffff; }  // 0: none
    std::uint32_t base() const { return static_cast<std::uint32_t>(bits >> 40); }
  };
  const Unit* trie;

 private:
  friend class LoadedTables<Dictionary>;
  using LoadedTables::LoadedTables;
  static const TableKind kKind;
  std::optional<Error> Check();
};

}  // namespace hoshi
