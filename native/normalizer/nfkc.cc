#include "nfkc.h"

#include <algorithm>
#include <array>

#include "code_points.h"

namespace hoshi {
namespace {

// Hangul syllables. kFinal is one before the first final consonant.
constexpr char32_t kLead = 0x1100, kVowel = 0x1161, kFinal = 0x11a7, kSyllable = 0xac00;
constexpr char32_t kLeads = 19, kVowels = 21, kFinals = 28;

// The result of a longer text gets its memory at once, because growing a large vector copies it and touches
// new pages.
constexpr std::size_t kLongText = 1 << 14;

void AddCodePoint(MappedText& out, char32_t code, std::uint32_t start, std::uint32_t end) {
  if (code < 0x10000) return out.Add(static_cast<char16_t>(code), start, end);
  out.Add(static_cast<char16_t>(0xd800 + ((code - 0x10000) >> 10)), start, end);
  out.Add(static_cast<char16_t>(0xdc00 + (code & 0x3ff)), start, end);
}

void Copy(const MappedText& from, std::size_t begin, std::size_t end, MappedText& to) {
  const auto append = [begin, end](const auto& source, auto& target) {
    target.insert(target.end(), source.begin() + static_cast<std::ptrdiff_t>(begin),
                  source.begin() + static_cast<std::ptrdiff_t>(end));
  };
  append(from.units, to.units);
  append(from.starts, to.starts);
  append(from.ends, to.ends);
}

// Marks that were sorted, or that stand inside a composed character, take the offsets of their neighbours
// too.
void MakeOffsetsMonotone(MappedText& text, std::size_t from) {
  for (std::size_t i = from + 1; i < text.size(); ++i)
    text.ends[i] = std::max(text.ends[i], text.ends[i - 1]);
  for (std::size_t i = text.size(); i > from + 1; --i)
    text.starts[i - 2] = std::min(text.starts[i - 2], text.starts[i - 1]);
}

}  // namespace

bool Nfkc::Normalize(MappedText& text, Scratch& scratch) const {
  const std::u16string_view units = text.text();
  MappedText& out = scratch.out_;
  out.Clear();
  if (units.size() > kLongText) out.Reserve(MaxUnits(units));
  std::size_t copied = 0, before = 0;  // the code point before i begins at `before`, if it is not yet copied
  for (std::size_t i = 0; i < units.size();) {
    CodePoint point = CodePointAt(units, i);
    if (IsInert(point.code)) {
      before = i;
      i += point.length;
      continue;
    }
    const std::size_t next = i + point.length;
    const std::u16string_view inert = InertDecomposition(point.code);
    if (!inert.empty() && (next == units.size() || BeginsChunk(CodePointAt(units, next).code))) {
      Copy(text, copied, i, out);
      out.AddAll(inert, text.starts[i], text.ends[next - 1]);
      copied = i = next;
      continue;
    }
    const bool takes_before = i > copied && !BeginsInert(point.code) &&
                              !IsProtected(tables_->character(CodePointAt(units, before).code));
    const std::size_t begin = takes_before ? before : i;
    Copy(text, copied, begin, out);
    std::vector<Piece>& pieces = scratch.pieces_;
    pieces.clear();
    if (takes_before) Decompose(text, before, i, pieces);
    do {
      Decompose(text, i, i + point.length, pieces);
      i += point.length;
      if (i < units.size()) point = CodePointAt(units, i);
    } while (i < units.size() && !BeginsChunk(point.code));
    copied = i;
    Sort(pieces, scratch.sorted_);
    Compose(pieces);
    const std::size_t from = out.size();
    Append(text, pieces, out);
    MakeOffsetsMonotone(out, from);
  }
  if (copied == 0) return false;
  Copy(text, copied, units.size(), out);
  std::swap(text, out);
  return true;
}

bool Nfkc::BeginsInert(char32_t code) const {
  const std::u16string_view decomposition = tables_->decomposition(tables_->character(code));
  return !decomposition.empty() && IsInert(CodePointAt(decomposition, 0).code);
}

// Returns the decomposition if nothing in it can be sorted or composed: all its code points are inert. Else
// returns an empty text.
std::u16string_view Nfkc::InertDecomposition(char32_t code) const {
  const std::u16string_view decomposition = tables_->decomposition(tables_->character(code));
  for (std::size_t i = 0; i < decomposition.size();) {
    const CodePoint part = CodePointAt(decomposition, i);
    if (!IsInert(part.code)) return {};
    i += part.length;
  }
  return decomposition;
}

std::size_t Nfkc::MaxUnits(std::u16string_view text) const {
  std::size_t units = 0;
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint point = CodePointAt(text, i);
    units += MaxUnits(point);
    i += point.length;
  }
  return units;
}

std::size_t Nfkc::MaxUnits(const CodePoint& point) const {
  const NormalizerTables::Character& character = tables_->character(point.code);
  return IsActive(character) ? std::max<std::size_t>(point.length, character.length) : point.length;
}

// A Hangul syllable stays whole: NFKC would compose it again.
void Nfkc::Decompose(const MappedText& text, std::size_t from, std::size_t to,
                     std::vector<Piece>& pieces) const {
  const char32_t code = CodePointAt(text.text(), from).code;
  const std::uint32_t start = text.starts[from], end = text.ends[to - 1];
  const NormalizerTables::Character& character = tables_->character(code);
  const std::u16string_view decomposition = tables_->decomposition(character);
  const auto add = [&](char32_t part, const NormalizerTables::Character& its) {
    pieces.push_back({part, its.combining_class, !IsActive(its), from, start, end});
  };
  if (decomposition.empty()) return add(code, character);
  for (std::size_t i = 0; i < decomposition.size();) {
    const auto [part, length] = CodePointAt(decomposition, i);
    add(part, tables_->character(part));
    i += length;
  }
}

// Sorts each run of marks by combining class. The sort is stable: it counts the marks of each class.
void Nfkc::Sort(std::vector<Piece>& pieces, std::vector<Piece>& sorted) {
  const auto is_starter = [](const Piece& piece) { return piece.combining_class == 0; };
  const auto is_less = [](const Piece& a, const Piece& b) { return a.combining_class < b.combining_class; };
  for (auto begin = pieces.begin(); begin != pieces.end();) {
    begin = std::find_if_not(begin, pieces.end(), is_starter);
    const auto end = std::find_if(begin, pieces.end(), is_starter);
    if (!std::is_sorted(begin, end, is_less)) {
      std::array<std::size_t, 257> starts{};
      for (auto piece = begin; piece != end; ++piece) ++starts[piece->combining_class + 1U];
      for (std::size_t i = 1; i < starts.size(); ++i) starts[i] += starts[i - 1];
      sorted.assign(begin, end);
      for (const Piece& piece : sorted)
        begin[static_cast<std::ptrdiff_t>(starts[piece.combining_class]++)] = piece;
    }
    begin = end;
  }
}

// Joins each piece with the last starter, if they have a composition and no piece between them blocks it.
void Nfkc::Compose(std::vector<Piece>& pieces) const {
  std::size_t size = 0;
  Piece* starter = nullptr;
  for (const Piece& piece : pieces) {
    const Piece* const before = size == 0 ? nullptr : &pieces[size - 1];
    const bool is_blocked = before != starter && (before->combining_class == 0 ||
                                                  before->combining_class >= piece.combining_class);
    const bool can_join = starter != nullptr && !is_blocked && !piece.is_inert;
    const char32_t composed = can_join ? Composition(starter->code, piece.code) : 0;
    if (composed != 0) {
      starter->code = composed;
      starter->start = std::min(starter->start, piece.start);
      starter->end = std::max(starter->end, piece.end);
      if (starter->index != piece.index) starter->index = kMany;
      continue;
    }
    pieces[size] = piece;
    if (piece.combining_class == 0) starter = &pieces[size];
    ++size;
  }
  pieces.erase(pieces.begin() + static_cast<std::ptrdiff_t>(size), pieces.end());
}

// Returns the composition of two code points, or 0.
char32_t Nfkc::Composition(char32_t first, char32_t second) const {
  if (first - kLead < kLeads && second - kVowel < kVowels)
    return kSyllable + ((first - kLead) * kVowels + (second - kVowel)) * kFinals;
  const char32_t syllable = first - kSyllable;
  if (syllable < kLeads * kVowels * kFinals && syllable % kFinals == 0 && second - kFinal - 1 < kFinals - 1)
    return first + (second - kFinal);
  return tables_->Composition(first, second);
}

void Nfkc::Append(const MappedText& text, const std::vector<Piece>& pieces, MappedText& out) {
  for (const Piece& piece : pieces) {
    const CodePoint source = piece.index == kMany ? CodePoint{0, 0} : CodePointAt(text.text(), piece.index);
    if (source.length > 0 && source.code == piece.code) {
      Copy(text, piece.index, piece.index + source.length, out);
    } else {
      AddCodePoint(out, piece.code, piece.start, piece.end);
    }
  }
}

}  // namespace hoshi
