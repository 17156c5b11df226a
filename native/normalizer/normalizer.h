// The normalizer: a caller's text → the text that the analyzer reads, with offsets back to the caller's text.
// model/reference/normalizer.ts, the readable twin, describes the steps. Both give the same text and the same
// offsets for any text, lone surrogates included, in linear time.
//
// Most texts are normalized as they come. Normalize finds that out in one pass over the units, with a table
// of classes, and returns the caller's view. The table is made for the steps, so that a unit which one step
// changes and a later one restores (！ → ! → ！) has no class of a change. Only texts with certain classes
// are looked at again, for runs, marks of elongation and katakana words.
//
// A Normalizer is immutable and may be shared by threads. A Scratch has one owner at a time and is reused
// without allocation, except after a very long text.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "../dictionary.h"
#include "kaomoji.h"
#include "mapped_text.h"
#include "nfkc.h"
#include "tables.h"

namespace hoshi {

class Normalizer {
 public:
  // In the order in which they run; native/normalizer-steps.ts has the same.
  enum class Step : std::uint8_t { kEmoji, kDashes, kNfkc, kPunctuation, kRepeats, kElongation, kSpelling };

  class Scratch {
   public:
    bool is_changed() const { return is_changed_; }
    // The offsets [start, end) in the caller's text of each unit of the normalized text. Valid until the next
    // call. REQUIRES: is_changed()
    std::span<const std::uint32_t> starts() const { return text_.starts; }
    std::span<const std::uint32_t> ends() const { return text_.ends; }
    // False if NormalizerTables::EmojiLength finds no emoji in the normalized text, or the step emoji does
    // not run.
    bool may_have_emoji() const { return may_have_emoji_; }

   private:
    friend class Normalizer;
    // Frees the memory of a very long text, which may be 18 times as long when it is normalized.
    void FreeIfLarge() {
      constexpr std::size_t kUnitsKept = 1 << 20;
      if (std::max({text_.units.capacity(), other_.units.capacity(), nfkc_.capacity()}) > kUnitsKept)
        *this = Scratch();
    }

    bool is_changed_ = false, may_have_emoji_ = false;
    MappedText text_, other_;
    Nfkc::Scratch nfkc_;
  };

  // The steps elongation and spelling look words up in the dictionary.
  // REQUIRES: the steps are in order, each at most once
  Normalizer(std::shared_ptr<const NormalizerTables> tables, std::shared_ptr<const Dictionary> dictionary,
             std::span<const Step> steps);

  // Returns the normalized text: `text` itself if nothing changes, or a view of the scratch, which is valid
  // until the next call. Throws std::bad_alloc, also if the result could have 2^31 units or more.
  // REQUIRES: text.size() < 2^31
  std::u16string_view Normalize(std::u16string_view text, Scratch& scratch) const;

  // Returns the most units that the text may have after the step nfkc. The other steps make no text longer,
  // except that repeats makes www of ww. A unit that comes back as it is (… → ... → …) counts once.
  std::size_t MaxUnits(std::u16string_view text) const;

  const NormalizerTables& tables() const { return *tables_; }

  // False if no emoji begins with the unit.
  bool may_start_emoji(char16_t unit) const { return (classes_[unit] & (kEmoji | kSurrogate)) != 0; }

 private:
  // Classes of units. A unit without a class is the same after all steps, wherever it stands.
  enum Class : std::uint16_t {
    kChanges = 1,      // NFKC or the step emoji may change the unit, or the units before it
    kDash = 2,         // a group of dashes.tsv has the unit
    kPunctuation = 4,  // the step punctuation may change the unit
    kPair = 8,         // a run of two may change
    kTriple = 16,      // a run of three may change
    kKaomoji = 32,     // a kaomoji begins with the unit
    kSurrogate = 64,
    kEmoji = 128,       // an emoji begins with the unit; it has no other meaning than may_start_emoji
    kKatakana = 256,    // a katakana word may begin with the unit
    kMark = 512,        // a mark of elongation may begin with the unit, except after katakana
    kFullVowel = 1024,  // a mark may begin with two of the unit
    kWritten = 2048,    // an everyday word with another form may begin with the unit, except after kana
    kKana = 4096        // the unit is hiragana or ー
  };
  static constexpr unsigned kOfRuns = kPair | kTriple | kFullVowel;
  static constexpr unsigned kOfElongation = kMark | kFullVowel;
  static constexpr unsigned kOfSpelling = kKatakana | kWritten;
  static constexpr unsigned kOfCharacters =
      kChanges | kDash | kPunctuation | kPair | kTriple | kKaomoji | kSurrogate;

  static constexpr char16_t kEllipsis = u'…';

  bool Has(Step step) const { return (steps_ >> static_cast<unsigned>(step) & 1U) != 0; }
  void Classify();
  void ClassifyRestored();
  bool Changes(char32_t code) const;
  KaomojiFinder NormalizedKaomoji() const;

  static void CopyTo(MappedText& mapped, std::u16string_view text);
  unsigned KindsOf(std::u16string_view text) const;
  bool IsRespelled(std::u16string_view text, unsigned kinds) const;
  bool IsNormalized(std::u16string_view text) const;
  bool IsNormalizedAt(std::u16string_view text, std::size_t i) const;
  // Whether text[i] is the second or third unit of a run that may change.
  bool EndsRun(std::u16string_view text, std::size_t i) const {
    const unsigned kind = classes_[text[i]];
    const bool is_pair = (kind & (kPair | kTriple)) != 0 && i > 0 && text[i - 1] == text[i];
    return is_pair && ((kind & kPair) != 0 || (i > 1 && text[i - 2] == text[i]));
  }
  void NormalizeCharacters(std::u16string_view text, Scratch& scratch) const;

  // The steps, in steps.cc.
  void DeleteStyles(MappedText& text) const;
  void ReplaceDashes(MappedText& text) const;
  void ReplacePunctuation(MappedText& text) const;
  void ShortenRuns(MappedText& text, MappedText& out) const;
  static void JoinEllipses(MappedText& text);
  void ReplaceKaomoji(MappedText& text, MappedText& out) const;

  std::shared_ptr<const NormalizerTables> tables_;
  std::shared_ptr<const Dictionary> dictionary_;
  unsigned steps_ = 0;  // a bit for each step
  Nfkc nfkc_;
  std::array<std::uint16_t, 65536> classes_{};
  KaomojiFinder kaomoji_;
};

}  // namespace hoshi
