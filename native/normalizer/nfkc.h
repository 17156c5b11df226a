// Unicode normalization form NFKC, as unicodedata.normalize of Python 3.11 (Unicode 14.0.0) computes it.
// test/golden/nfkc.json pins it. Source: Unicode Standard Annex #15, and section 3.12 of the Unicode Standard
// for Hangul. The readable twin is model/reference/nfkc.ts.
//
// Most code points are inert: NFKC neither changes them nor joins them with those before. They are copied.
// The others are decomposed, sorted and composed in chunks. A chunk begins with an inert code point, or with
// one whose decomposition begins with an inert one. So a chunk is short, except for a long run of marks. The
// time is linear.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "code_points.h"
#include "mapped_text.h"
#include "tables.h"

namespace hoshi {

class Nfkc {
 public:
  class Scratch;

  // `keeps_emoji`: emoji stay as they are, and the text is normalized between them.
  Nfkc(const NormalizerTables& tables, bool keeps_emoji) : tables_(&tables), keeps_emoji_(keeps_emoji) {}

  // Normalizes `text` in place. Returns whether it has a code point that is not inert.
  bool Normalize(MappedText& text, Scratch& scratch) const;

  bool IsInert(char32_t code) const { return !IsActive(tables_->character(code)); }

  // The most units that a code point or a text may have after Normalize: NFKC without composition.
  std::size_t MaxUnits(const CodePoint& point) const;
  std::size_t MaxUnits(std::u16string_view text) const;

 private:
  struct Piece;

  bool IsProtected(const NormalizerTables::Character& character) const {
    return keeps_emoji_ && (character.flags & NormalizerTables::kEmoji) != 0;
  }
  bool IsActive(const NormalizerTables::Character& character) const {
    return (character.flags & NormalizerTables::kNfkc) != 0 && !IsProtected(character);
  }
  // Whether the code point has a decomposition that begins with an inert code point.
  bool BeginsInert(char32_t code) const;
  bool BeginsChunk(char32_t code) const { return IsInert(code) || BeginsInert(code); }
  std::u16string_view InertDecomposition(char32_t code) const;
  void Decompose(const MappedText& text, std::size_t from, std::size_t to, std::vector<Piece>& pieces) const;
  void Compose(std::vector<Piece>& pieces) const;
  char32_t Composition(char32_t first, char32_t second) const;
  static void Sort(std::vector<Piece>& pieces, std::vector<Piece>& sorted);
  static constexpr std::size_t kMany = SIZE_MAX;
  static void Append(const MappedText& text, const std::vector<Piece>& pieces, MappedText& out);

  const NormalizerTables* tables_;
  bool keeps_emoji_;
};

// A code point of the decomposed text.
struct Nfkc::Piece {
  char32_t code;
  std::uint8_t combining_class;
  bool is_inert;      // then it joins with nothing before it
  std::size_t index;  // of the code point in the text that it comes from; kMany if there are several
  std::uint32_t start, end;
};

class Nfkc::Scratch {
 public:
  // The units that the scratch has room for.
  std::size_t capacity() const {
    return std::max({out_.units.capacity(), pieces_.capacity(), sorted_.capacity()});
  }

 private:
  friend class Nfkc;
  MappedText out_;
  std::vector<Piece> pieces_, sorted_;
};

}  // namespace hoshi
