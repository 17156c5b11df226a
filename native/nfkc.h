// Unicode normalization form NFKC, as unicodedata.normalize of Python 3.11 (Unicode 14.0.0) computes it.
// test/golden/nfkc.json pins it. Source: Unicode Standard Annex #15, and section 3.12 of the Unicode Standard
// for Hangul. The readable twin is model/reference/nfkc.ts.
//
// Most code points are inert: NFKC neither changes them nor joins them with those before. The text is copied
// up to the last inert code point before one that is not. From there, a chunk of code points that are not
// inert is decomposed, sorted and composed. The time is linear.
#pragma once

#include <cstdint>
#include <vector>

#include "mapped_text.h"
#include "normalizer_tables.h"

namespace hoshi {

class Nfkc {
 public:
  class Scratch;

  // `keeps_emoji`: emoji stay as they are, and the text is normalized between them.
  Nfkc(const NormalizerTables& tables, bool keeps_emoji) : tables_(&tables), keeps_emoji_(keeps_emoji) {}

  // Normalizes `text` in place.
  void Normalize(MappedText& text, Scratch& scratch) const;

  bool IsInert(char32_t code) const { return !IsActive(tables_->character(code)); }

 private:
  struct Piece;

  bool IsProtected(const NormalizerTables::Character& character) const {
    return keeps_emoji_ && (character.flags & NormalizerTables::kEmoji) != 0;
  }
  bool IsActive(const NormalizerTables::Character& character) const {
    return (character.flags & NormalizerTables::kNfkc) != 0 && !IsProtected(character);
  }
  void Decompose(const MappedText& text, std::size_t from, std::size_t to, std::vector<Piece>& pieces) const;
  void Compose(std::vector<Piece>& pieces) const;
  char32_t Composition(char32_t first, char32_t second) const;
  static void Sort(std::vector<Piece>& pieces, std::vector<Piece>& sorted);
  static void Append(const MappedText& text, const std::vector<Piece>& pieces, MappedText& out);

  const NormalizerTables* tables_;
  bool keeps_emoji_;
};

// A code point of the decomposed text.
struct Nfkc::Piece {
  char32_t code;
  std::uint8_t combining_class;
  bool is_unchanged;  // the code point is at text[index] as it is
  std::size_t index;
  std::uint32_t start, end;
};

class Nfkc::Scratch {
  friend class Nfkc;
  MappedText out_;
  std::vector<Piece> pieces_, sorted_;
};

}  // namespace hoshi
