// What starts where is looked up for a block of positions at once. The lattice is walked once, from left to
// right. At each position the words that END there are thinned out: what can never win is dropped. Then each
// word that STARTS there gets its best predecessor and goes to the cell of its end.
//
// Ties: kuromoji 0.1.2 ViterbiSearcher.js takes the first of equal paths (strict <). A cell keeps its words
// in kuromoji's order (by start; at one start dictionary words before unknown ones, each in the dictionary's
// order) and every choice below is the first of the smallest, so dropping words that are strictly worse
// changes nothing.
#include "analyzer.h"

#include <algorithm>
#include <cstring>
#include <limits>

#if defined(__SSE4_1__)
#include <smmintrin.h>
#endif

namespace hoshi {
namespace {

// What a word of some context pays least to follow one of the survivors; `cost` is above the cheapest
// survivor and stored (biased). Of equals the first.
struct Nearest {
  std::uint32_t cost, survivor;
};

// The words that end at the position and are not yet out: how much each costs above the cheapest, and its row
// of the connection costs. Padded to 4 or to a multiple of 8 by ones that never win.
struct Survivors {
  static constexpr std::uint32_t kRoom = 96;

  alignas(16) std::uint16_t above[kRoom];
  const std::uint16_t* row[kRoom];
  std::uint32_t count;

  void Pad() {
    if (count <= 1) return;
    const std::uint32_t most = count <= 4 ? 3 : 7;  // rather too many than a branch for each
    for (std::uint32_t i = count; i < count + most; ++i) {
      above[i] = 0xffff;
      row[i] = row[0];
    }
    count = count <= 4 ? 4 : (count + 7) & ~7U;
  }

#if defined(__SSE4_1__)
  // phminposuw is made for this: the smallest of eight and, of equals, the first. Sums saturate, so padding
  // stays the largest.
  static Nearest Smallest(__m128i costs) {
    const auto r = static_cast<std::uint32_t>(_mm_cvtsi128_si32(_mm_minpos_epu16(costs)));
    return {r & 0xffff, r >> 16};
  }
  static __m128i FourCosts(const std::uint16_t* const* r, std::uint32_t context) {
    __m128i v = _mm_cvtsi32_si128(r[0][context]);
    v = _mm_insert_epi16(v, r[1][context], 1);
    v = _mm_insert_epi16(v, r[2][context], 2);
    return _mm_insert_epi16(v, r[3][context], 3);
  }
  // Built of its parts: they were stored just now, and one load of all four would wait for the stores.
  __m128i FourAbove() const {
    return _mm_set_epi16(-1, -1, -1, -1, static_cast<short>(above[3]), static_cast<short>(above[2]),
                         static_cast<short>(above[1]), static_cast<short>(above[0]));
  }
  static Nearest OfFour(const std::uint16_t* const* rows, __m128i above_four, std::uint32_t context) {
    return Smallest(_mm_adds_epu16(FourCosts(rows, context), above_four));
  }
  Nearest OfMany(std::uint32_t context) const {
    Nearest best{0x10000, 0};
    for (std::uint32_t i = 0; i < count; i += 8) {
      const std::uint16_t* const* r = row + i;
      __m128i v = FourCosts(r, context);
      v = _mm_insert_epi16(v, r[4][context], 4);
      v = _mm_insert_epi16(v, r[5][context], 5);
      v = _mm_insert_epi16(v, r[6][context], 6);
      v = _mm_insert_epi16(v, r[7][context], 7);
      const __m128i a = _mm_load_si128(reinterpret_cast<const __m128i*>(above + i));
      const Nearest eight = Smallest(_mm_adds_epu16(v, a));
      if (eight.cost < best.cost) best = {eight.cost, eight.survivor + i};
    }
    return best;
  }
#else
  struct Four {};
  Four FourAbove() const { return {}; }
  Nearest OfFour(const std::uint16_t* const*, Four, std::uint32_t context) const { return OfMany(context); }
  Nearest OfMany(std::uint32_t context) const {
    Nearest best{std::uint32_t{above[0]} + row[0][context], 0};
    for (std::uint32_t i = 1; i < count; ++i) {
      const std::uint32_t cost = std::uint32_t{above[i]} + row[i][context];
      const bool is_less = cost < best.cost;  // two conditional moves, no branch
      best.cost = is_less ? cost : best.cost;
      best.survivor = is_less ? i : best.survivor;
    }
    return best;
  }
#endif
  Nearest Of(std::uint32_t context) const {
    if (count == 1) return {std::uint32_t{above[0]} + row[0][context], 0};
    return count == 4 ? OfFour(row, FourAbove(), context) : OfMany(context);
  }
};

}  // namespace

// A text on its way through the scratch, sentence by sentence. A position is an index into the codes.
class Lattice {
 public:
  Lattice(const Dictionary& dictionary, Analyzer::Scratch& scratch) : d_(dictionary), s_(scratch) {}

  void Walk(std::u16string_view text);

 private:
  using Scratch = Analyzer::Scratch;
  using Word = Scratch::Word;
  using Found = Scratch::Found;
  static constexpr std::uint32_t kRing = Scratch::kRing, kRoom = Scratch::kRoom, kBlock = Scratch::kBlock;
  static constexpr int kCostShift = 30, kContextShift = 14;
  static constexpr std::uint32_t kRecords = 1 << kContextShift;
  static_assert((kRing + 2) * Survivors::kRoom < kRecords);
  static constexpr std::int64_t kFar = std::int64_t{1} << 28;  // a Word has 34 bits for a cost

  static std::int64_t CostOf(Word word) { return word >> kCostShift; }
  static std::uint32_t ContextOf(Word word) {
    return static_cast<std::uint32_t>(word >> kContextShift) & 2047;
  }
  static Word WithCost(std::int64_t cost, Word rest) {
    return static_cast<Word>(static_cast<std::uint64_t>(cost) << kCostShift) + rest;
  }
  // The record of a word's predecessor. It is less than 2^14 before that of any position at which the word
  // ends.
  static std::uint32_t Before(std::uint32_t record, Word word) {
    return record - ((record - static_cast<std::uint32_t>(word)) & (kRecords - 1));
  }

  std::uint32_t ReadCodes(std::u16string_view text);
  std::uint32_t WalkSentence(std::uint32_t start);
  // Those that the loop of WalkSentence is made of are part of it: calls took 5 % of the time.
  [[gnu::always_inline]] bool Thin(std::uint32_t position);
  void ThinWithLongWords(std::uint32_t position);
  void FindSurfaces();
  [[gnu::always_inline]] std::span<const Found> WordsAt(std::uint32_t position);
  [[gnu::always_inline]] void Start(std::span<const Found> found);
  void StartLongWords(const Found& found);
  static void MakeRoom(Scratch::Cell& cell);
  void Rebase();
  void TraceBack(std::uint32_t record, std::uint32_t before);

  const Dictionary& d_;
  Scratch& s_;
  std::uint32_t length_ = 0;        // of the codes
  std::uint32_t block_ = 0;         // first position of those that were looked up last
  std::uint32_t block_end_ = 0;     // and the first one after them
  std::uint32_t run_end_ = 0;       // of the characters of one category that were looked at last
  std::uint32_t record_count_ = 1;  // record 0 is before the beginning
  std::uint32_t first_ = 0;         // record of the first survivor
  std::int64_t cheapest_ = 0;       // cost of the cheapest survivor
  Survivors survivors_;
};

void Lattice::Walk(std::u16string_view text) {
  length_ = ReadCodes(text);
  std::uint32_t sentences = 0;
  for (std::uint32_t start = 0; start < length_; ++sentences) {
    const std::uint32_t end = WalkSentence(start);
    TraceBack(first_ + survivors_.Of(0).survivor, sentences);  // the end has context 0
    start = end + 1;
  }
}

// A sentence is cut after 、 and 。; how many codes there are.
std::uint32_t Lattice::ReadCodes(std::u16string_view text) {
  if (s_.codes_.size() < 2 * text.size() + 1) s_.codes_.resize(2 * text.size() + 64);
  std::uint16_t* const codes = s_.codes_.data();
  std::uint32_t length = 0;
  for (const char16_t unit : text) {
    codes[length++] = d_.code[unit];
    codes[length] = Dictionary::kNoCharacter;  // ends every walk
    // kuromoji 0.1.2 Tokenizer.js splitByPunctuation
    length += static_cast<std::uint32_t>((unit == u'、') | (unit == u'。'));
  }
  return length;
}

// Returns the position of its end.
std::uint32_t Lattice::WalkSentence(std::uint32_t start) {
  record_count_ = 1;
  cheapest_ = 0;
  Scratch::Cell& beginning = s_.ring_[start % kRing];
  beginning.count = 1;  // context 0, cost 0
  beginning.best = beginning.word[0] = 0;
  std::uint32_t position = start;
  for (; s_.codes_[position] != Dictionary::kNoCharacter; ++position) {
    if (!Thin(position)) continue;  // no word ends here: nothing that starts here can be reached
    Start(WordsAt(position));
  }
  Thin(position);
  return position;
}

// The survivors of the words that end at the position, each with a record; false if none ends there.
inline bool Lattice::Thin(std::uint32_t position) {
  Scratch::Cell& cell = s_.ring_[position % kRing];
  const std::uint32_t count = cell.count;
  first_ = record_count_;
  // Those of one position differ in their lower bits only, so that a survivor's number is simply added.
  if ((first_ & (kRecords - 1)) > kRecords - Survivors::kRoom) [[unlikely]]
    first_ = (first_ | (kRecords - 1)) + 1;
  if (s_.records_.size() < first_ + Survivors::kRoom) [[unlikely]]
    s_.records_.resize(s_.records_.size() * 2);
  if (s_.long_word_count_ != 0 && s_.long_words_end_ == position) [[unlikely]] {
    ThinWithLongWords(position);
  } else {
    if (count == 0) return false;
    cheapest_ = CostOf(cell.best);
    const std::int16_t* const worse = d_.worse + ContextOf(cell.best) * d_.stride;
    std::uint32_t kept = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
      const Word word = cell.word[i];
      cell.word[kept] = word;
      kept += static_cast<std::uint32_t>(CostOf(word) - cheapest_ <= worse[ContextOf(word)]);
    }
    Scratch::Record* const records = s_.records_.data() + first_;
    for (std::uint32_t i = 0; i < kept; ++i) {
      const Word word = cell.word[i];
      survivors_.above[i] = static_cast<std::uint16_t>(CostOf(word) - cheapest_);
      survivors_.row[i] = d_.cost + ContextOf(word) * d_.stride;
      records[i] = {Before(first_, word), position};
    }
    survivors_.count = kept;
  }
  cell.count = 0;
  record_count_ = first_ + survivors_.count;
  survivors_.Pad();
  if (cheapest_ > kFar || cheapest_ < -kFar) [[unlikely]]
    Rebase();
  return true;
}

// Longer words started earlier, so they come first.
[[gnu::noinline]] void Lattice::ThinWithLongWords(std::uint32_t position) {
  const Scratch::Cell& cell = s_.ring_[position % kRing];
  Scratch::LongWord all[Dictionary::kMaxUnknownWords + kRoom];
  std::uint32_t count = s_.long_word_count_;
  std::copy_n(s_.long_words_, count, all);
  s_.long_word_count_ = 0;
  for (std::uint32_t i = 0; i < cell.count; ++i) {
    const Word word = cell.word[i];
    all[count++] = {CostOf(word), ContextOf(word), Before(first_, word)};
  }
  const Scratch::LongWord best =
      *std::min_element(all, all + count, [](const auto& a, const auto& b) { return a.cost < b.cost; });
  cheapest_ = best.cost;
  const std::int16_t* const worse = d_.worse + best.context * d_.stride;
  survivors_.count = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (all[i].cost - cheapest_ > worse[all[i].context]) continue;
    const std::uint32_t survivor = survivors_.count++;
    survivors_.above[survivor] = static_cast<std::uint16_t>(all[i].cost - cheapest_);
    survivors_.row[survivor] = d_.cost + all[i].context * d_.stride;
    s_.records_[first_ + survivor] = {all[i].before, position};
  }
}

// The surfaces that start at each position of the next block, short ones first. All are looked up together,
// level by level of the trie: no load waits for another one's, and no branch guesses where a surface ends.
// Where the tables are not in the nearest caches, as in a server, that takes a quarter off the analyzer's
// time.
void Lattice::FindSurfaces() {
  struct Way {
    std::uint32_t base, position;
  };
  Way ways[kBlock];
  const std::uint16_t* codes = s_.codes_.data() + block_;
  std::uint32_t count = block_end_ - block_;
  const std::uint32_t root = d_.trie[0].base();
  for (std::uint32_t i = 0; i < count; ++i) {
    ways[i] = {root, i};
    s_.found_end_[i] = s_.found_[i];
  }
  for (std::uint32_t depth = 1; count != 0 && depth <= Dictionary::kLongestSurface; ++depth, ++codes) {
    std::uint32_t kept = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint32_t position = ways[i].position;
      const std::uint16_t code = codes[position];
      Dictionary::Unit unit = d_.trie[ways[i].base + code];
      if (unit.label() != code) unit.bits = 0;
      __builtin_prefetch(d_.words + unit.word());
      Found*& next = s_.found_end_[position];
      *next = {unit.word(), block_ + position + depth};
      next += static_cast<std::uint32_t>(unit.word() != 0);
      ways[kept] = {unit.base(), position};
      kept += static_cast<std::uint32_t>(unit.base() != 0);
    }
    count = kept;
  }
}

// The surfaces that start at the position, then the unknown word.
inline std::span<const Lattice::Found> Lattice::WordsAt(std::uint32_t position) {
  if (position >= block_end_) {
    block_ = position;
    block_end_ = std::min(position + kBlock, length_);
    FindSurfaces();
  }
  const std::uint16_t* const codes = s_.codes_.data();
  Found* const found = s_.found_[position - block_];
  Found* const found_end = s_.found_end_[position - block_];
  // kuromoji 0.1.2 ViterbiBuilder.js: an unknown word only where the dictionary has none or the category
  // always invokes one, and only as the whole group.
  const std::uint32_t category = d_.category[codes[position]];
  const Dictionary::Unknown unknown = d_.unknown[category];
  if (found_end != found && !unknown.is_always_invoked()) return {found, found_end};
  std::uint32_t end = position + 1;
  if (unknown.is_grouped()) {
    if (run_end_ <= position) {  // measured once a run, so that long runs stay linear
      run_end_ = end;
      while (d_.category[codes[run_end_]] == category) ++run_end_;
    }
    end = run_end_;
  }
  *found_end = {unknown.word(), end};
  if (end - position < kRing) [[likely]]
    return {found, found_end + 1};
  StartLongWords(*found_end);
  return {found, found_end};
}

// Gives each word of each surface its best predecessor.
inline void Lattice::Start(std::span<const Found> found) {
  const Word start = WithCost(cheapest_ - d_.bias, first_ & (kRecords - 1));
  const auto above_four = survivors_.FourAbove();
  for (const Found& surface : found) {
    const Dictionary::Word* next = d_.words + surface.word;
    Scratch::Cell& cell = s_.ring_[surface.end % kRing];
    if (cell.count > kRoom - Dictionary::kMaxWords) [[unlikely]]
      MakeRoom(cell);
    Word* made = cell.word + cell.count;
    Word best = cell.count != 0 ? cell.best : std::numeric_limits<Word>::max();
    const auto each_word = [&](auto nearest_of) {
      Dictionary::Word word;
      do {
        word = *next++;
        const Nearest nearest = nearest_of(word.context());
        const Word upper = static_cast<Word>(static_cast<std::int32_t>(word.bits)) * (1 << kContextShift);
        *made = start + WithCost(nearest.cost, upper + nearest.survivor);
        best = std::min(best, *made++);
      } while (word.following() != 0);
    };
    if (survivors_.count == 1) {  // at every second position all ways so far go through one word
      const std::uint16_t* const row = survivors_.row[0];
      each_word([row](std::uint32_t context) { return Nearest{row[context], 0}; });
    } else if (survivors_.count == 4) {
      each_word(
          [&](std::uint32_t context) { return survivors_.OfFour(survivors_.row, above_four, context); });
    } else {
      each_word([&](std::uint32_t context) { return survivors_.OfMany(context); });
    }
    cell.count = static_cast<std::uint32_t>(made - cell.word);
    cell.best = best;
  }
}

// Unknown words that end beyond the ring: of each context only the first cheapest can win.
[[gnu::noinline]] void Lattice::StartLongWords(const Found& found) {
  s_.long_words_end_ = found.end;
  const Dictionary::Word* next = d_.words + found.word;
  Dictionary::Word word;
  do {
    word = *next++;
    const Nearest nearest = survivors_.Of(word.context());
    const Scratch::LongWord made{cheapest_ - d_.bias + nearest.cost + word.cost(), word.context(),
                                 first_ + nearest.survivor};
    Scratch::LongWord* const all = s_.long_words_;
    std::uint32_t i = 0;
    while (i < s_.long_word_count_ && all[i].context != made.context) ++i;
    if (i == s_.long_word_count_) {
      all[s_.long_word_count_++] = made;
    } else if (made.cost < all[i].cost) {
      std::copy(all + i + 1, all + s_.long_word_count_, all + i);
      all[s_.long_word_count_ - 1] = made;
    }
  } while (word.following() != 0);
}

// A full cell: of each context only the first cheapest can win. A dictionary whose cells do not fit even then
// is not one that the compiler made, and loses words.
[[gnu::noinline]] void Lattice::MakeRoom(Scratch::Cell& cell) {
  Word kept[kRoom];
  std::uint32_t count = 0;
  for (std::uint32_t i = 0; i < cell.count && count < kRoom - Dictionary::kMaxWords; ++i) {
    const Word word = cell.word[i];
    bool is_out = false;
    for (std::uint32_t k = 0; k < cell.count && !is_out; ++k) {
      const Word other = cell.word[k];
      is_out = ContextOf(other) == ContextOf(word) &&
               (CostOf(other) < CostOf(word) || (CostOf(other) == CostOf(word) && k < i));
    }
    if (!is_out) kept[count++] = word;
  }
  std::copy_n(kept, count, cell.word);
  cell.count = count;
  cell.best = *std::min_element(kept, kept + count);
}

// Costs are counted anew from the cheapest survivor, before they outgrow their bits. A word that costs so
// much more than it that the difference has no room can never win, and stays the largest.
[[gnu::noinline]] void Lattice::Rebase() {
  constexpr std::int64_t kMax = (std::int64_t{1} << (63 - kCostShift)) - 1;
  const auto moved = [&](Word word) {
    return WithCost(std::clamp(CostOf(word) - cheapest_, -kMax, kMax), word & ((1 << kCostShift) - 1));
  };
  for (Scratch::Cell& cell : s_.ring_) {
    cell.best = moved(cell.best);
    for (std::uint32_t i = 0; i < cell.count; ++i) cell.word[i] = moved(cell.word[i]);
  }
  for (std::uint32_t i = 0; i < s_.long_word_count_; ++i) s_.long_words_[i].cost -= cheapest_;
  cheapest_ = 0;
}

// Appends the ends of the tokens; `before` is the number of sentences before this one.
void Lattice::TraceBack(std::uint32_t record, std::uint32_t before) {
  const std::size_t first = s_.ends_.size();
  // The beginning is record 1: the one survivor at its position.
  for (; record != 1; record = s_.records_[record].before)
    s_.ends_.push_back(s_.records_[record].end - before);
  std::reverse(s_.ends_.begin() + static_cast<std::ptrdiff_t>(first), s_.ends_.end());
}

Analyzer::Scratch::Scratch() : records_(1 << 12) {
  for (Cell& cell : ring_) cell.count = 0;
}

std::span<const std::uint32_t> Analyzer::Analyze(std::u16string_view text, Scratch& scratch) const {
  constexpr std::size_t kKept = 1 << 18;  // after a text that needed more, the memory goes back
  scratch.ends_.clear();
  Lattice(*dictionary_, scratch).Walk(text);
  if (scratch.records_.size() > kKept || scratch.codes_.size() > kKept) [[unlikely]] {
    scratch.records_ = std::vector<Scratch::Record>(1 << 12);
    scratch.codes_ = {};
  }
  return scratch.ends_;
}

}  // namespace hoshi
