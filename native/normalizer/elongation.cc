// The step `elongation`. The head of model/reference/elongation.ts has the algorithm.
#include "elongation.h"

#include <algorithm>
#include <array>

#include "kana.h"
#include "spelling.h"
#include "surfaces.h"

namespace hoshi {
namespace {

constexpr std::size_t kMaxBefore = 8, kMaxMark = 8, kMaxPasses = 8;

// How a mark is spelled: as it is, or as one unit, or not at all.
struct Spelling {
  bool is_kept;
  char16_t unit = 0;  // 0: none
  std::size_t size() const { return unit != 0 ? 1 : 0; }
};
constexpr Spelling kAsWritten{true}, kNothing{false};

// The word that decides so far: a longer one wins, then the one of the higher rank.
enum Rank : std::size_t { kWeaklyKept, kVowel, kDeleted, kKept };
struct Decision {
  Spelling spelling;
  std::size_t strength = 0;

  void Propose(std::size_t length, Rank rank, Spelling proposed) {
    const std::size_t proposed_strength = length == 0 ? 0 : 4 * length + rank;
    if (proposed_strength <= strength) return;
    strength = proposed_strength;
    spelling = proposed;
  }
};

// One mark with the text around it.
class Mark {
 public:
  // `left` is what the mark follows, `after` the kana after it.
  Mark(const Dictionary& dictionary, std::u16string_view left, std::u16string_view mark,
       std::u16string_view after);

  Spelling Spelled() const;

 private:
  std::size_t VowelWord(SurfaceWalk walk, char16_t vowel, std::size_t from) const;
  bool EndsAdjective() const;
  void ProposeWritten(Decision& decision, SurfaceWalk walk, std::size_t from) const;
  void ProposeKatakana(Decision& decision, std::size_t from) const;
  std::size_t WordOfVowels() const;
  bool IsAtStart(std::size_t from) const { return has_start_ && from <= start_; }
  bool IsAlone() const { return has_start_ && start_ == 0; }

  const Dictionary& d_;
  std::u16string_view before_, mark_, after_;
  char16_t base_;
  bool has_start_;        // whether the kana before the mark begin in before_
  std::size_t start_;     // where
  std::size_t everyday_;  // where an everyday word may begin: it is short and has no ー
  bool has_wave_;
};

Mark::Mark(const Dictionary& dictionary, std::u16string_view left, std::u16string_view mark,
           std::u16string_view after)
    : d_(dictionary), mark_(mark), after_(after) {
  left = left.substr(left.size() - std::min(left.size(), kMaxBefore + 1));
  std::size_t word = left.size();
  while (word > 0 && left.size() - word < kMaxBefore && (IsKana(left[word - 1]) || IsKanji(left[word - 1])))
    --word;
  std::size_t kana = left.size();
  while (kana > 0 && IsKana(left[kana - 1])) --kana;
  before_ = left.substr(word);
  base_ = left.back();
  has_start_ = kana >= word;
  start_ = has_start_ ? kana - word : 0;
  everyday_ = before_.rfind(u'ー') + 1;
  if (before_.size() >= kMaxEverydayWord)
    everyday_ = std::max(everyday_, before_.size() + 1 - kMaxEverydayWord);
  has_wave_ = std::any_of(mark.begin(), mark.end(), IsWave);
}

Spelling Mark::Spelled() const {
  if (base_ == u'ま' && mark_.front() == u'ぁ') return {false, u'ぁ'};
  Decision decision{std::all_of(mark_.begin(), mark_.end(), IsWave) ? kAsWritten : kNothing};
  const KanaRow row = RowOf(base_);
  for (std::size_t from = 0; from < before_.size(); ++from) {
    const std::size_t stem = before_.size() - from;
    SurfaceWalk walk(d_);
    const bool is_begun = walk.Step(before_.substr(from));
    if (is_begun) {
      const std::size_t rest = walk.Longest(after_);
      if (rest != 0 && (stem + rest >= 3 || IsKanji(before_[from])))
        decision.Propose(stem + rest, kDeleted, kNothing);
    }
    for (const char16_t vowel : row.long_vowels)
      decision.Propose(VowelWord(walk, vowel, from), kVowel, {false, vowel});
    if (mark_.size() > kMaxMark) continue;
    if (is_begun) ProposeWritten(decision, walk, from);
    if (!has_wave_ && !IsKanji(before_[from])) ProposeKatakana(decision, from);
  }
  if (mark_.front() == row.full && mark_.size() <= kMaxMark)
    decision.Propose(WordOfVowels(), kWeaklyKept, kAsWritten);
  return decision.spelling;
}

// Returns the length of the word at `from` in which the mark is the vowel, or 0. The walk has passed the
// units before the mark.
std::size_t Mark::VowelWord(SurfaceWalk walk, char16_t vowel, std::size_t from) const {
  const std::size_t word = before_.size() - from + 1;
  const bool is_begun = walk.Step(vowel);
  const std::size_t rest = is_begun ? walk.Longest(after_) : 0;
  if (rest != 0 && word + rest >= (IsAtStart(from) ? 3u : 4u)) return word + rest;
  std::array<char16_t, kMaxBefore + 1> units;
  *std::copy(before_.begin() + static_cast<std::ptrdiff_t>(from), before_.end(), units.begin()) = vowel;
  if (from >= everyday_ && IsEverydayWord({units.data(), word})) {
    const bool is_trusted = word > 2 || (IsAlone() && from == 0);
    const bool is_good = vowel == u'い' && base_ == u'い' && mark_.front() == u'い' && !EndsAdjective();
    return is_trusted || is_good ? word : 0;
  }
  if (word < 3 || !walk.is_surface()) return 0;
  const std::u16string_view stem = before_.substr(from);
  if (vowel == u'い' && RowOf(base_).full == u'い') return IsSurface(d_, stem, u"かっ") ? word : 0;
  return IsAtStart(from) && !IsSurface(d_, stem) && !IsSurface(d_, stem, u"い") ? word : 0;
}

// Returns whether an adjective or an everyday word ends before the mark. REQUIRES: い is before the mark
bool Mark::EndsAdjective() const {
  for (std::size_t from = 0; from + 1 < before_.size(); ++from) {
    const std::u16string_view word = before_.substr(from);
    if (IsEverydayWord(word) || IsSurface(d_, word.substr(0, word.size() - 1), u"かっ")) return true;
  }
  return false;
}

// Proposes the surface at `from` that covers the mark as written. The walk has passed the units before it.
void Mark::ProposeWritten(Decision& decision, SurfaceWalk walk, std::size_t from) const {
  for (const char16_t unit : mark_)
    if (!walk.Step(IsWave(unit) ? u'ー' : unit)) return;
  const std::size_t rest = walk.Longest(after_);
  if (rest == 0 && !walk.is_surface()) return;
  const Spelling kept = IsWave(mark_.front()) ? Spelling{false, u'ー'} : kAsWritten;
  const std::size_t length = before_.size() - from + mark_.size() + rest;
  const bool is_particle = length == 2 && (base_ == u'な' || base_ == u'ね' || base_ == u'ど') &&
                           (mark_.front() == u'ー' || IsWave(mark_.front()));
  if (IsAtStart(from) && !is_particle)
    decision.Propose(length, kKept, kept);
  else if (length >= (rest != 0 ? 3u : 4u))
    decision.Propose(length, kWeaklyKept, kept);
}

// Proposes the surface in katakana at `from` that covers the mark as written.
void Mark::ProposeKatakana(Decision& decision, std::size_t from) const {
  SurfaceWalk walk(d_);
  for (const std::u16string_view part : {before_.substr(from), mark_})
    for (const char16_t unit : part)
      if (!walk.Step(ToKatakana(unit))) return;
  const bool is_at_end = walk.is_surface();
  std::size_t rest = 0;
  for (std::size_t i = 0; i < after_.size() && walk.Step(ToKatakana(after_[i])); ++i)
    if (walk.is_surface()) rest = i + 1;
  const std::size_t length = before_.size() - from + mark_.size() + rest;
  const bool is_first = IsAlone() && from == 0;
  if (rest != 0 ? length >= (is_first ? 3u : 4u)
                : is_at_end && length >= 3 && is_first && !IsSurface(d_, before_.substr(from)))
    decision.Propose(length, kWeaklyKept, kAsWritten);
}

// Returns the length of the word that begins with the full vowels of the mark, or of the two that meet
// between them, or 0.
std::size_t Mark::WordOfVowels() const {
  if (mark_.size() == 2) {
    SurfaceWalk walk(d_);
    walk.Step(mark_[1]);
    const std::size_t second = 1 + walk.Longest(after_);
    if (second >= 3)
      for (std::size_t from = 0; from + 2 <= before_.size(); ++from)
        if (IsSurface(d_, before_.substr(from), mark_.substr(0, 1)))
          return before_.size() - from + 1 + second;
  }
  SurfaceWalk walk(d_);
  if (!walk.Step(mark_)) return 0;
  const std::size_t rest = walk.Longest(after_);
  if (rest == 0 && !walk.is_surface()) return 0;
  const std::size_t length = mark_.size() + rest;
  return length >= 3 || mark_ == u"いい" || mark_ == u"ええ" ? length : 0;
}

// Returns the end of the mark that begins at `start`, or `start` if none does. REQUIRES: MayBeginMark there
std::size_t EndOfMark(std::u16string_view text, std::size_t start, char16_t base) {
  if (!IsHiragana(base) && !IsKanji(base)) return start;
  const KanaRow row = RowOf(base);
  std::size_t end = start;
  if (row.full != 0)
    while (end < text.size() && text[end] == row.full) ++end;
  if (end == start + 1) return start;
  while (end < text.size() &&
         (text[end] == u'ー' || IsWave(text[end]) || (row.small != 0 && text[end] == row.small)))
    ++end;
  // Without the mark, a combining character after it, such as a dakuten, could join the unit before it.
  return end == text.size() || IsBaseCharacter(text[end]) ? end : start;
}

// A mark that changes, or the end of the text.
struct Change {
  std::size_t start, end;
  char16_t unit;  // 0: deleted
};

// Finds the next mark that changes, in `text` from `i` on. `keep` takes the units that stay, and returns the
// result so far.
template <class Keep>
Change NextChange(const Dictionary& dictionary, std::u16string_view text, std::size_t i, const Keep& keep) {
  std::u16string_view left = keep(i, i);
  while (i < text.size()) {
    std::size_t end = i;
    while (end < text.size() && !MayBeginMark(text, end)) ++end;
    if (end == i) {
      end = EndOfMark(text, i, left.empty() ? 0 : left.back());
      if (end > i) {
        const std::u16string_view mark = text.substr(i, end - i);
        const Spelling spelling = Mark(dictionary, left, mark, WordUnitsAfter(text.substr(end))).Spelled();
        const bool is_same = spelling.is_kept || (mark.size() == 1 && mark.front() == spelling.unit);
        if (!is_same) return {i, end, spelling.unit};
      }
      end = std::max(end, i + 1);
    }
    left = keep(i, end);
    i = end;
  }
  return {i, i, 0};
}

// Returns whether something changed.
bool ElongateOnce(const Dictionary& dictionary, MappedText& text) {
  std::size_t size = 0;  // of the result, which is never longer than what was read
  const auto keep = [&](std::size_t from, std::size_t to) -> std::u16string_view {
    if (from == size) size = from = to;  // nothing was deleted yet
    for (; from < to; ++from, ++size) {
      text.units[size] = text.units[from];
      text.starts[size] = text.starts[from];
      text.ends[size] = text.ends[from];
    }
    return text.text().substr(0, size);
  };
  bool is_changed = false;
  for (std::size_t i = 0; i < text.size();) {
    const Change change = NextChange(dictionary, text.text(), i, keep);
    i = change.end;
    if (change.start == change.end) break;
    is_changed = true;
    const std::uint32_t last = text.ends[change.end - 1];
    if (change.unit != 0) {
      text.starts[size] = text.starts[change.start];
      text.units[size++] = change.unit;
    }
    if (size > 0) text.ends[size - 1] = last;
  }
  text.units.resize(size);
  text.starts.resize(size);
  text.ends.resize(size);
  return is_changed;
}

}  // namespace

void Elongate(const Dictionary& dictionary, MappedText& text) {
  for (std::size_t pass = 0; pass < kMaxPasses && ElongateOnce(dictionary, text); ++pass) {
  }
}

bool HasElongation(const Dictionary& dictionary, std::u16string_view text) {
  const auto keep = [text](std::size_t, std::size_t to) { return text.substr(0, to); };
  return NextChange(dictionary, text, 0, keep).start != text.size();
}

}  // namespace hoshi
