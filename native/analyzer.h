// Text → tokens, exactly kuromoji 0.1.2's (with the mends that model/README.md lists), in linear time.
//
// An Analyzer is immutable and shared; a Scratch has one owner at a time, grows to what the longest sentence
// needs, and is then reused without allocating.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "dictionary.h"

namespace hoshi {

class Analyzer {
 public:
  class Scratch;

  explicit Analyzer(std::shared_ptr<const Dictionary> dictionary) : dictionary_(std::move(dictionary)) {}

  // The end of each token as an offset into `text` in UTF-16 units, ascending; the last is its length. A
  // token begins where the one before it ends. Valid until the scratch is used again. REQUIRES: text.size() <
  // 2^31.
  std::span<const std::uint32_t> Analyze(std::u16string_view text, Scratch& scratch) const;

  const Dictionary& dictionary() const { return *dictionary_; }

 private:
  std::shared_ptr<const Dictionary> dictionary_;
};

class Analyzer::Scratch {
 public:
  Scratch();

 private:
  friend class Analyzer;
  friend class Lattice;

  // The room of a cell: what may be there before thinning, and the words of one more surface.
  static constexpr std::uint32_t kRoom = 70;
  // Positions whose words are at hand. A word shorter than this ends within the ring; only unknown runs are
  // longer.
  static constexpr std::uint32_t kRing = 64;
  // Positions that are looked up in the dictionary together.
  static constexpr std::uint32_t kBlock = 64;

  // A word that ends at a cell's position, in one number, so that one store and one comparison do. Its upper
  // part is a Dictionary::Word, whose `following` means nothing here:
  //   cost << 30 | following << 25 | context << 14 | record of its predecessor % 2^14
  using Word = std::int64_t;
  struct alignas(64) Cell {
    Word best;  // any of the cheapest
    std::uint32_t count, padding;
    Word word[kRoom];
  };
  static_assert(sizeof(Cell) % 128 == 64, "an odd number of cache lines: cells spread over the cache's sets");

  // A survivor, for the way back.
  struct Record {
    std::uint32_t before, end;
  };
  struct LongWord {
    std::int64_t cost;
    std::uint32_t context, before;
  };
  // A surface, by its first word and the position after it.
  struct Found {
    std::uint32_t word, end;
  };

  Cell ring_[kRing];
  std::vector<Record> records_;
  std::vector<std::uint16_t> codes_;  // of the text, kNoCharacter after each sentence
  // By position of the block: the surfaces that start there, and room for the unknown word.
  Found found_[kBlock][Dictionary::kLongestSurface + 2];
  Found* found_end_[kBlock];
  std::vector<std::uint32_t> ends_;
  // Unknown words of 64 characters and more. Runs follow one another, so at any time all end at one position.
  LongWord long_words_[Dictionary::kMaxUnknownWords];
  std::uint32_t long_word_count_ = 0, long_words_end_ = 0;
};

}  // namespace hoshi
