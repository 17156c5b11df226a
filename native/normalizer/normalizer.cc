#include "normalizer.h"

#include <algorithm>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "code_points.h"
#include "elongation.h"
#include "kana.h"
#include "spelling.h"

namespace hoshi {
namespace {

// The most units after the step nfkc. The step repeats adds at most half as many, so that the normalized text
// has fewer than 2^31 units, as the analyzer requires. A code point becomes at most 255 units
// (Character::length).
constexpr std::size_t kMaxUnits = std::size_t{1} << 30;
constexpr std::size_t kAlwaysShort =
    kMaxUnits / 256;  // no text of so few units becomes longer than kMaxUnits

unsigned BitsOf(std::span<const Normalizer::Step> steps) {
  unsigned bits = 0;
  for (const Normalizer::Step step : steps) bits |= 1U << static_cast<unsigned>(step);
  return bits;
}

}  // namespace

Normalizer::Normalizer(std::shared_ptr<const NormalizerTables> tables,
                       std::shared_ptr<const Dictionary> dictionary, std::span<const Step> steps)
    : tables_(std::move(tables)),
      dictionary_(std::move(dictionary)),
      steps_(BitsOf(steps)),
      nfkc_(*tables_, Has(Step::kEmoji)) {
  Classify();
  if (Has(Step::kEmoji)) kaomoji_ = NormalizedKaomoji();
  for (const auto& kaomoji : kaomoji_.kaomoji()) classes_[kaomoji.text.front()] |= kKaomoji;
}

void Normalizer::Classify() {
  const auto add = [this](char16_t unit, unsigned kind) {
    classes_[unit] = static_cast<std::uint16_t>(classes_[unit] | kind);
  };
  for (char32_t unit = 0; unit < classes_.size(); ++unit) {
    const bool is_surrogate = (unit & 0xf800) == 0xd800;
    if (is_surrogate) add(static_cast<char16_t>(unit), kSurrogate);
    if ((tables_->character(unit).flags & NormalizerTables::kEmoji) != 0)
      add(static_cast<char16_t>(unit), kEmoji);
    if (Changes(unit)) add(static_cast<char16_t>(unit), kChanges);
  }
  if (Has(Step::kSpelling)) {
    for (char16_t unit = u'ぁ'; unit <= u'ー'; ++unit) {
      if (IsKana(unit)) add(unit, MayBeginWrittenForm(unit) ? kKana | kWritten : kKana);
      if (IsKatakana(unit)) add(unit, kKatakana);
    }
  }
  if (Has(Step::kDashes)) {
    for (const auto& [unit, dash] : tables_->dashes) add(unit, unit == dash ? kPair : kDash);
  }
  if (Has(Step::kPunctuation)) {
    for (const auto& [unit, symbol] : tables_->punctuation) add(unit, kPunctuation);
  }
  if (Has(Step::kRepeats)) {
    for (const auto& run : tables_->runs) add(run.unit, run.minimum == 2 ? kPair : kTriple);
    add(kEllipsis, kPair | kChanges);  // a point beside it changes, too
  }
  if (Has(Step::kElongation)) {
    for (char16_t unit = u'ぁ'; unit <= u'お'; ++unit) add(unit, IsFullVowel(unit) ? kFullVowel : kMark);
    for (const char16_t unit : {u'〜', u'ー'}) add(unit, kMark);
  }
  ClassifyRestored();
}

// Takes the class kChanges from units that NFKC changes and a later step restores: ！ → ! → ！, … → ... → …
//
// If no unit of a text has the class kChanges, the text is the same with and without NFKC. NFKC decomposes
// such units into starters that join with nothing before them. Punctuation then maps each part on its own:
// only a "." or "," between two digits would stay, and these parts stand alone or beside each other. Where
// the parts are points, they join with other points as … does (JoinEllipses).
void Normalizer::ClassifyRestored() {
  if (!Has(Step::kNfkc) || !Has(Step::kPunctuation)) return;
  Scratch scratch;
  const auto check = [this, &scratch](char16_t unit) {
    const std::u16string_view parts = tables_->decomposition(tables_->character(unit));
    const bool is_inert = std::all_of(parts.begin(), parts.end(), [this](char16_t part) {
      return nfkc_.IsInert(part) && (classes_[part] & kPunctuation) != 0;
    });
    if (parts.empty() || !is_inert || parts == u"." || parts == u",") return;
    NormalizeCharacters({&unit, 1}, scratch);
    if (scratch.text_.text() == std::u16string_view(&unit, 1))
      classes_[unit] = static_cast<std::uint16_t>(classes_[unit] & ~kChanges);
  };
  for (const auto& replacement : tables_->punctuation) check(replacement.by);
  check(kEllipsis);
}

// Whether NFKC or the step emoji may change the code point, or the text before it.
bool Normalizer::Changes(char32_t code) const {
  const bool is_deleted =
      Has(Step::kEmoji) && (tables_->character(code).flags & NormalizerTables::kStyle) != 0;
  return is_deleted || (Has(Step::kNfkc) && !nfkc_.IsInert(code));
}

// Returns the kaomoji as they are after the other steps.
KaomojiFinder Normalizer::NormalizedKaomoji() const {
  std::vector<KaomojiFinder::Kaomoji> normalized;
  Scratch scratch;
  for (const auto& [text, emoji] : tables_->kaomoji) {
    NormalizeCharacters(text, scratch);
    if (scratch.text_.size() > 0)
      normalized.push_back({std::u16string(scratch.text_.text()), std::u16string(emoji)});
  }
  return KaomojiFinder(std::move(normalized));
}

std::u16string_view Normalizer::Normalize(std::u16string_view text, Scratch& scratch) const {
  if (text.size() > kAlwaysShort && MaxUnits(text) > kMaxUnits) throw std::bad_alloc();
  scratch.FreeIfLarge();
  scratch.is_changed_ = false;
  unsigned kinds = KindsOf(text);
  bool may_change = false;
  if ((kinds & kOfCharacters) != 0 && !IsNormalized(text)) {
    NormalizeCharacters(text, scratch);
    ReplaceKaomoji(scratch.text_, scratch.other_);
    kinds = KindsOf(scratch.text_.text());
    may_change = true;
  } else if (IsRespelled(text, kinds)) {
    CopyTo(scratch.text_, text);
    may_change = true;
  }
  scratch.may_have_emoji_ = Has(Step::kEmoji) && (kinds & (kEmoji | kSurrogate)) != 0;
  if (!may_change) return text;
  if ((kinds & kOfElongation) != 0) Elongate(*dictionary_, scratch.text_);
  if (Has(Step::kSpelling) && (kinds & (kOfSpelling | kOfElongation)) != 0)
    RespellKatakana(*dictionary_, scratch.text_);
  scratch.is_changed_ = scratch.text_.text() != text;
  return scratch.is_changed_ ? scratch.text_.text() : text;
}

// Returns the classes of all units. A class of runs counts where a unit repeats, kMark where the unit before
// is no katakana, and kWritten where the unit before is no kana.
unsigned Normalizer::KindsOf(std::u16string_view text) const {
  static_assert(kMark == kKatakana << 1 && kWritten == kKana >> 1);
  unsigned all = 0, repeated = 0, marks = 0, words = 0, kind_before = 0;
  char16_t unit_before = 0;
  for (const char16_t unit : text) {
    const unsigned kind = classes_[unit];
    all |= kind;
    repeated |= unit == unit_before ? kind : 0;
    marks |= kind & ~(kind_before << 1);
    words |= kind & ~(kind_before >> 1);
    kind_before = kind;
    unit_before = unit;
  }
  return (all & ~(kOfRuns | kMark | kWritten)) | (repeated & kOfRuns) | (marks & kMark) | (words & kWritten);
}

bool Normalizer::IsNormalized(std::u16string_view text) const {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((classes_[text[i]] & kOfCharacters) != 0 && !IsNormalizedAt(text, i)) return false;
  }
  return true;
}

bool Normalizer::IsNormalizedAt(std::u16string_view text, std::size_t i) const {
  const unsigned kind = classes_[text[i]];
  if ((kind & (kChanges | kDash | kPunctuation)) != 0) return false;
  if (EndsRun(text, i)) return false;
  if ((kind & kSurrogate) != 0 && Changes(CodePointAt(text, i).code)) return false;
  return (kind & kKaomoji) == 0 || kaomoji_.Find(text, i) == nullptr;
}

void Normalizer::CopyTo(MappedText& mapped, std::u16string_view text) {
  mapped.units.assign(text.begin(), text.end());
  mapped.starts.resize(text.size());
  mapped.ends.resize(text.size());
  for (std::uint32_t i = 0; i < text.size(); ++i) {
    mapped.starts[i] = i;
    mapped.ends[i] = i + 1;
  }
}

// Whether elongation or spelling changes a text that the other steps do not change.
bool Normalizer::IsRespelled(std::u16string_view text, unsigned kinds) const {
  return ((kinds & kOfElongation) != 0 && HasElongation(*dictionary_, text)) ||
         ((kinds & kOfSpelling) != 0 && HasMisspelling(*dictionary_, text));
}

// Runs the steps up to repeats, except that kaomoji stay.
void Normalizer::NormalizeCharacters(std::u16string_view text, Scratch& scratch) const {
  MappedText& mapped = scratch.text_;
  CopyTo(mapped, text);
  unsigned kinds = 0;
  for (const char16_t unit : text) kinds |= classes_[unit];
  const bool has_changes = (kinds & (kChanges | kSurrogate)) != 0;
  if (Has(Step::kEmoji) && has_changes) DeleteStyles(mapped);
  if (Has(Step::kDashes) && (kinds & (kDash | kPair)) != 0) ReplaceDashes(mapped);
  if (Has(Step::kNfkc) && has_changes) {
    const bool is_changed = nfkc_.Normalize(mapped, scratch.nfkc_);
    if (Has(Step::kDashes) && is_changed) ReplaceDashes(mapped);
  }
  if (Has(Step::kPunctuation)) ReplacePunctuation(mapped);
  if (Has(Step::kRepeats)) {
    ShortenRuns(mapped, scratch.other_);
    JoinEllipses(mapped);
  }
}

std::size_t Normalizer::MaxUnits(std::u16string_view text) const {
  if (!Has(Step::kNfkc)) return text.size();
  std::size_t units = 0;
  for (std::size_t i = 0, length = 1; i < text.size(); i += length) {
    const bool may_grow = (classes_[text[i]] & (kChanges | kSurrogate)) != 0;
    const CodePoint point = may_grow ? CodePointAt(text, i) : CodePoint{text[i], 1};
    length = point.length;
    units += may_grow ? nfkc_.MaxUnits(point) : length;
  }
  return units;
}

}  // namespace hoshi
