// The steps of the normalizer that need no memory of their own. The readable twins are in
// model/reference/emoji.ts and punctuation.ts.
#include <algorithm>

#include "code_points.h"
#include "normalizer.h"

namespace hoshi {
namespace {

// Moves unit `from` to `to`, as `unit`. REQUIRES: to <= from
void Move(MappedText& text, std::size_t from, std::size_t to, char16_t unit) {
  text.units[to] = unit;
  text.starts[to] = text.starts[from];
  text.ends[to] = text.ends[from];
}

void Truncate(MappedText& text, std::size_t size) {
  text.units.resize(size);
  text.starts.resize(size);
  text.ends.resize(size);
}

bool IsDigit(char16_t unit) { return (unit >= u'0' && unit <= u'9') || (unit >= u'０' && unit <= u'９'); }

bool IsInNumber(std::u16string_view text, std::size_t i) {
  return (text[i] == u'.' || text[i] == u',') && i > 0 && i + 1 < text.size() && IsDigit(text[i - 1]) &&
         IsDigit(text[i + 1]);
}

// Whether text[before - 1] and text[after] would be a surrogate pair.
bool IsSplitPair(std::u16string_view text, std::size_t before, std::size_t after) {
  return before > 0 && after < text.size() && (text[before - 1] & 0xfc00) == 0xd800 &&
         (text[after] & 0xfc00) == 0xdc00;
}

// Whether text[begin, end), a run of one unit, is a part of a word in Latin letters.
bool IsInWord(std::u16string_view text, std::size_t begin, std::size_t end) {
  return IsLatinLetter(text[begin]) &&
         ((begin > 0 && IsLatinLetter(text[begin - 1])) || (end < text.size() && IsLatinLetter(text[end])));
}

}  // namespace

// Deletes variation selectors, skin tones and keycaps. One between two lone surrogates stays, because these
// would become a pair.
void Normalizer::DeleteStyles(MappedText& text) const {
  std::size_t size = 0;
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint point = CodePointAt(text.text(), i);
    const std::size_t next = i + point.length;
    const bool is_style = (classes_[text.units[i]] & (kChanges | kSurrogate)) != 0 &&
                          (tables_->character(point.code).flags & NormalizerTables::kStyle) != 0;
    if (is_style && !IsSplitPair(text.text(), size, next)) {
      if (size > 0) text.ends[size - 1] = std::max(text.ends[size - 1], text.ends[next - 1]);
      i = next;
    } else {
      for (; i < next; ++i) Move(text, i, size++, text.units[i]);
    }
  }
  Truncate(text, size);
}

// Replaces each character of a group by the dash of the group, and deletes it after that dash.
void Normalizer::ReplaceDashes(MappedText& text) const {
  const auto may_be_dash = [this](char16_t unit) { return (classes_[unit] & (kDash | kPair)) != 0; };
  const auto first = std::find_if(text.units.begin(), text.units.end(), may_be_dash);
  auto size = static_cast<std::size_t>(first - text.units.begin());
  for (std::size_t i = size; i < text.size(); ++i) {
    const char16_t unit = text.units[i];
    const char16_t dash = may_be_dash(unit) ? NormalizerTables::Find(tables_->dashes, unit) : u'\0';
    if (dash != u'\0' && size > 0 && text.units[size - 1] == dash) {
      text.ends[size - 1] = std::max(text.ends[size - 1], text.ends[i]);
    } else {
      Move(text, i, size++, dash == u'\0' ? unit : dash);
    }
  }
  Truncate(text, size);
}

// Replaces ASCII punctuation by the form that kuromoji knows. "." and "," between two digits stay.
void Normalizer::ReplacePunctuation(MappedText& text) const {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((classes_[text.units[i]] & kPunctuation) != 0 && !IsInNumber(text.text(), i))
      text.units[i] = NormalizerTables::Find(tables_->punctuation, text.units[i]);
  }
}

// Shortens runs of one unit. A run of Latin letters stays if it is a part of a word.
void Normalizer::ShortenRuns(MappedText& text, MappedText& out) const {
  const std::u16string_view units = text.text();
  std::size_t first = 0;
  while (first < units.size() && !EndsRun(units, first)) ++first;
  if (first == units.size()) return;
  out.Clear();
  for (std::size_t i = 0, end = 0; i < units.size(); i = end) {
    end = std::min(units.find_first_not_of(units[i], i), units.size());
    const auto run = std::find_if(tables_->runs.begin(), tables_->runs.end(),
                                  [&](const auto& one) { return end - i >= 2 && one.unit == units[i]; });
    if (run == tables_->runs.end() || end - i < run->minimum || IsInWord(units, i, end) ||
        units.substr(i, end - i) == run->replacement()) {
      for (std::size_t k = i; k < end; ++k) out.AddFrom(text, k);
    } else {
      out.AddAll(run->replacement(), text.starts[i], text.ends[end - 1]);
    }
  }
  std::swap(text, out);
}

// Joins … with the points and the … beside it. NFKC makes three points of …, so they are one run when the
// text is normalized again.
void Normalizer::JoinEllipses(MappedText& text) {
  constexpr std::u16string_view kPoints = u".．…";
  const std::u16string_view units = text.text();
  if (units.find(kEllipsis) == units.npos) return;
  std::size_t size = 0;
  for (std::size_t i = 0, end = 0; i < units.size(); i = end) {
    end = i;
    bool has_ellipsis = false;
    for (; end < units.size() && kPoints.find(units[end]) != kPoints.npos; ++end)
      has_ellipsis = has_ellipsis || units[end] == kEllipsis;
    if (has_ellipsis && end - i >= 2) {
      const std::uint32_t last = text.ends[end - 1];
      Move(text, i, size, kEllipsis);
      text.ends[size++] = last;
    } else {
      end = std::max(end, i + 1);
      for (std::size_t k = i; k < end; ++k) Move(text, k, size++, units[k]);
    }
  }
  Truncate(text, size);
}

// Replaces each kaomoji by its emoji, from left to right, the longest first.
void Normalizer::ReplaceKaomoji(MappedText& text, MappedText& out) const {
  const std::u16string_view units = text.text();
  const auto find = [this, units](std::size_t i) {
    return (classes_[units[i]] & kKaomoji) == 0 ? nullptr : kaomoji_.Find(units, i);
  };
  std::size_t first = 0;
  while (first < units.size() && find(first) == nullptr) ++first;
  if (first == units.size()) return;
  out.Clear();
  for (std::size_t i = 0; i < units.size();) {
    const KaomojiFinder::Kaomoji* const kaomoji = i < first ? nullptr : find(i);
    if (kaomoji == nullptr) {
      out.AddFrom(text, i++);
    } else {
      const std::size_t end = i + kaomoji->text.size();
      out.AddAll(kaomoji->emoji, text.starts[i], text.ends[end - 1]);
      i = end;
    }
  }
  std::swap(text, out);
}

}  // namespace hoshi
