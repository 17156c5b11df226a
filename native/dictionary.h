// The tables that the analyzer reads. model/compile/dictionary.ts compiles them from kuromoji's dictionary
// and describes the sections of the file.
//
// Every index is checked once, at load, so that the analyzer's loops need no checks. If a file passes, no
// index leads outside the tables, even if the content makes no sense. A Dictionary is immutable and may be
// shared by threads. Its identity is "kuromoji VERSION SHA256".
#pragma once

#include <cstdint>
#include <optional>

#include "table_file.h"

namespace hoshi {

class Dictionary : public LoadedTables<Dictionary> {
 public:
  // The limits that fix the sizes of the analyzer's arrays.
  static constexpr std::uint32_t kMaxSurfaceLength = 63;  // UTF-16 code units
  static constexpr std::uint32_t kMaxWordsPerSurface = 32;
  static constexpr std::uint32_t kMaxUnknownWords = 16;  // words of one category
  static constexpr std::uint32_t kMaxContextsPerPosition =
      37;                                                     // context ids of words that end at one position
  static constexpr std::uint32_t kMaxConnectionCost = 32767;  // stored with the bias
  static_assert(2 * kMaxConnectionCost < 0xffff,
                "a connection cost and a pruning margin add up within 16 bits");

  // Character codes. A code below 16 is in no surface and equals its category. kSentenceEnd is the code and
  // the category that the analyzer puts after each sentence.
  static constexpr std::uint16_t kSentenceEnd = 15;
  const std::uint16_t* code;     // by UTF-16 code unit
  const std::uint8_t* category;  // by code

  // The unknown words of a category.
  struct Unknown {
    std::uint32_t bits;
    std::uint32_t word() const { return bits & 0xffffff; }            // index of the first one
    bool is_always_invoked() const { return (bits >> 30 & 1) != 0; }  // even where a surface matches
    bool is_grouped() const { return bits >> 31 != 0; }               // spans the run of its category
  };
  const Unknown* unknown;  // by category

  // The words of one surface are adjacent; `following` is the number of words after this one. A context id
  // numbers a pair (left id, right id), frequent pairs first; 0 is the start and the end of a sentence. Words
  // of one surface with the same context id are merged.
  struct Word {
    std::uint32_t bits;
    std::int32_t cost() const { return static_cast<std::int32_t>(bits) >> 16; }
    std::uint32_t following() const { return bits >> 11 & 31; }
    std::uint32_t context() const { return bits & 2047; }
  };
  const Word* words;

  std::uint32_t stride;                  // row length of the two matrices
  std::int32_t bias;                     // stored connection cost = connection cost + bias
  const std::uint16_t* connection_cost;  // [context before * stride + context after], stored
  // At [a * stride + b]: the maximum of cost(a, next) − cost(b, next) over all next contexts. Compare two
  // nodes at one position, with contexts a and b. If the node of context b costs more by more than this
  // margin, it is never on the best path.
  const std::int16_t* pruning_margin;

  // A double array over character codes. The child of a unit for a code is at base + code, if its label is
  // that code.
  struct Unit {
    std::uint64_t bits;
    std::uint16_t label() const { return static_cast<std::uint16_t>(bits); }
    std::uint32_t word() const { return static_cast<std::uint32_t>(bits >> 16) & 0xffffff; }  // 0: none
    std::uint32_t base() const { return static_cast<std::uint32_t>(bits >> 40); }             // 0: no child
  };
  const Unit* trie;

 private:
  friend class LoadedTables<Dictionary>;
  using LoadedTables::LoadedTables;
  static const TableKind kKind;
  std::optional<Error> Check();
};

}  // namespace hoshi
