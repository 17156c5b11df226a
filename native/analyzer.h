// Text → tokens, exactly as kuromoji 0.1.2 (with the fixes that model/README.md lists), in linear time.
// test/native/analyzer.test.ts compares it with test/golden/kuromoji.json.
//
// An Analyzer is immutable and may be shared by threads. A Scratch has one owner at a time. It grows to the
// size that the longest sentence needs. After that, calls reuse it without allocation.
//
// Glossary. The algorithm is a Viterbi search over a lattice, as in MeCab.
//   position           an index into the character codes of the text
//   surface            a string of the dictionary; one surface can have several words
//   match              a surface that starts at a given position
//   unknown word       a word that the dictionary gives to a character category, not to a surface
//   lattice            the graph of all words that can start at each position
//   node               one word in the lattice, with the lowest cost of a path from the sentence start to it
//   context id         stands for a word's (left id, right id); see dictionary.h
//   connection cost    the cost of one context id after another
//   cell               the nodes that end at one position
//   ring               the cells of the next kRing positions
//   pruning            dropping nodes that cannot be on the best path, for any words that follow
//   pruning margin     the most that a node may cost above the cheapest one; see dictionary.h
//   candidate          a node that pruning kept: a possible predecessor of the words that start here
//   backpointer        a candidate's end, word and predecessor, for the way back from the sentence end
//   group              the first word of a surface or of a category; its other words follow it
//   word half          the lower half of a Dictionary::Word: its context id and its place in the group
//   word of a token    the dictionary's word that the best path goes through
//   block              positions that are looked up in the dictionary together
//   lane               one of the eight 16-bit numbers in an SSE or NEON register
//   long node          a node of an unknown word that is too long for the ring
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <vector>

#include "dictionary.h"

namespace hoshi {

class Analyzer {
 public:
  class Scratch;

  explicit Analyzer(std::shared_ptr<const Dictionary> dictionary) : dictionary_(std::move(dictionary)) {}

  // Returns the end of each token as an offset into `text` in UTF-16 code units, in ascending order. A token
  // starts where the one before it ends; the last end is text.size(). The result is empty for an empty text,
  // and valid until the scratch is used again. Throws std::bad_alloc.
  // REQUIRES: text.size() < 2^31
  std::span<const std::uint32_t> Analyze(std::u16string_view text, Scratch& scratch) const;

  // As Analyze, with the word of each token: its index in Dictionary::words. It takes a little longer.
  struct Words {
    std::span<const std::uint32_t> ends, words;
  };
  Words AnalyzeWords(std::u16string_view text, Scratch& scratch) const;

  const Dictionary& dictionary() const { return *dictionary_; }
  const std::shared_ptr<const Dictionary>& shared_dictionary() const { return dictionary_; }

 private:
  template <bool kHasWords>
  void Search(std::u16string_view text, Scratch& scratch) const;
  void SplitSegments(Scratch& scratch) const;

  std::shared_ptr<const Dictionary> dictionary_;
};

class Analyzer::Scratch {
 public:
  Scratch();

 private:
  friend class Analyzer;
  template <bool kHasWords>
  friend class Lattice;

  // The nodes that a cell can hold after CompactCell, plus the words of one more surface.
  static constexpr std::uint32_t kCellCapacity = 70;
  static_assert(kCellCapacity >= Dictionary::kMaxContextsPerPosition + Dictionary::kMaxWordsPerSurface);
  // Every surface ends within the ring. Only runs of unknown characters can be longer.
  static constexpr std::uint32_t kRing = 64;
  static_assert(kRing > Dictionary::kMaxSurfaceLength);
  static constexpr std::uint32_t kBlock = 64;

  // A node of a cell in one number, so that one store writes it and one comparison finds the cheaper one.
  // The upper part is a Dictionary::Word with the node's cost instead of the word's.
  //   cost << 30 | following << 25 | context << 14 | index of the predecessor's backpointer % 2^14
  using Node = std::int64_t;
  static constexpr Node kNoNode = std::numeric_limits<Node>::max();
  void GrowBackpointers();

  // The group of a surface is written for so many nodes at once, even if the surface has fewer words.
  static constexpr std::uint32_t kGroupsTogether = 8, kGroups = 96;
  static_assert(kGroups >= kCellCapacity + kGroupsTogether);
  struct alignas(64) Cell {
    Node cheapest;  // any node with the lowest cost; kNoNode if there is no node
    std::uint32_t count, padding;
    Node nodes[kCellCapacity];
    std::uint32_t groups[kGroups];  // by node; only if words are wanted
  };
  static_assert(sizeof(Cell) % 128 == 64, "an odd number of cache lines spreads cells over the cache sets");

  // `node` has the lower bits of a Node. A long node's predecessor can be farther away than these bits tell;
  // then they have the distance 0, and the predecessor is in far_predecessors_.
  struct Backpointer {
    std::uint32_t node;
    std::uint32_t end;  // position
  };
  struct FarPredecessor {
    std::uint32_t backpointer, predecessor;  // indices of backpointers
  };
  struct LongNode {
    std::int64_t cost;
    std::uint32_t predecessor;
    std::uint32_t group;
    std::uint16_t word_half;
    std::uint32_t context() const { return Dictionary::Word{word_half}.context(); }
  };
  struct Match {
    std::uint32_t word;  // the surface's first word
    std::uint32_t end;   // position
  };

  Cell ring_[kRing];
  // An array that grows with realloc: for the backpointers of a very long sentence, that moves pages instead
  // of bytes. The new elements are not written.
  template <class T>
  class Growing {
   public:
    explicit Growing(std::size_t size) { Resize(size); }
    // Throws std::bad_alloc.
    void Resize(std::size_t size) {
      void* const grown = std::realloc(data_.get(), size * sizeof(T));
      if (grown == nullptr) throw std::bad_alloc();
      static_cast<void>(data_.release());  // realloc has freed it
      data_.reset(static_cast<T*>(grown));
      size_ = size;
    }
    std::size_t size() const { return size_; }
    T* data() { return data_.get(); }
    T& operator[](std::size_t i) { return data_.get()[i]; }

   private:
    struct Free {
      void operator()(T* data) const { std::free(data); }
    };
    std::unique_ptr<T, Free> data_;
    std::size_t size_ = 0;
  };
  static constexpr std::size_t kInitialBackpointers = 1 << 12;
  Growing<Backpointer> backpointers_;
  Growing<std::uint32_t> backpointer_groups_;     // by backpointer; only if words are wanted
  std::vector<FarPredecessor> far_predecessors_;  // of the sentence
  std::vector<std::uint16_t> codes_;              // codes of the text, with kSentenceEnd after each sentence
  // By position in the block. One element is for the unknown word, one is spare.
  Match matches_[kBlock][Dictionary::kMaxSurfaceLength + 2];
  Match* matches_end_[kBlock];
  std::vector<std::uint32_t> ends_, words_;  // by token; words_ only if words are wanted
  std::vector<std::uint32_t> split_ends_, split_words_;
  // Nodes of unknown words of kRing and more characters. Runs do not overlap, so all of them end at one
  // position.
  LongNode long_nodes_[Dictionary::kMaxUnknownWords];
  std::uint32_t long_node_count_ = 0, long_nodes_end_ = 0;
};

}  // namespace hoshi
