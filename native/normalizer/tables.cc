#include "tables.h"

#include <algorithm>
#include <array>

#include "code_points.h"

namespace hoshi {
namespace {

constexpr std::array<std::uint8_t, 9> kElementBytes{2, 2, 6, 2, 12, 4, 4, 12, 2};

static_assert(sizeof(NormalizerTables::Character) == kElementBytes[2] &&
              sizeof(NormalizerTables::Replacement) == kElementBytes[5] &&
              sizeof(NormalizerTables::Run) == kElementBytes[7]);

constexpr std::uint32_t kCodePoints = 0x110000;
constexpr char16_t kZeroWidthJoiner = 0x200d;

bool IsTag(char32_t code) { return code >= 0xe0020 && code <= 0xe007f; }

bool IsRegionalIndicator(char32_t code) { return code >= 0x1f1e6 && code <= 0x1f1ff; }

}  // namespace

constexpr TableKind NormalizerTables::kKind{"normalizer", "NORM", 2, kElementBytes};

Error NormalizerTables::Refuse(const char* what, const std::string& expected, std::uint64_t found) const {
  return file_.Refuse(what, expected, std::to_string(found));
}

std::optional<Error> NormalizerTables::Check() {
  if (std::optional<Error> error = CheckCharacters()) return error;
  if (std::optional<Error> error = CheckCompositions()) return error;
  if (std::optional<Error> error = CheckReplacements()) return error;
  return CheckKaomoji();
}

std::optional<Error> NormalizerTables::CheckCharacters() {
  const auto pages = file_.Section<std::uint16_t>(1);
  const auto blocks = file_.Section<std::uint16_t>(2);
  const auto characters = file_.Section<Character>(3);
  const auto units = file_.Section<char16_t>(4);
  if (pages.size() != kCodePoints / kPage)
    return Refuse("pages", std::to_string(kCodePoints / kPage), pages.size());
  for (const std::uint16_t page : pages) {
    if ((page + std::size_t{1}) * kPage > blocks.size())
      return Refuse("blocks of pages", "below " + std::to_string(blocks.size() / kPage), page);
  }
  for (const std::uint16_t number : blocks) {
    if (number >= characters.size())
      return Refuse("characters of blocks", "below " + std::to_string(characters.size()), number);
  }
  for (const Character& character : characters) {
    const std::size_t end = std::size_t{character.start} + character.length;
    if (end > units.size())
      return Refuse("ends of decompositions", "at most " + std::to_string(units.size()), end);
  }
  pages_ = pages.data();
  blocks_ = blocks.data();
  characters_ = characters.data();
  decompositions_ = {units.data(), units.size()};
  return std::nullopt;
}

std::optional<Error> NormalizerTables::CheckCompositions() {
  compositions_ = file_.Section<Triple>(5);
  const auto is_after = [](const Triple& a, const Triple& b) {
    return a.first > b.first || (a.first == b.first && a.second >= b.second);
  };
  if (std::adjacent_find(compositions_.begin(), compositions_.end(), is_after) != compositions_.end())
    return file_.Refuse("compositions", "pairs in ascending order", "another order");
  for (const Triple& triple : compositions_) {
    if (triple.composed >= kCodePoints) return Refuse("compositions", "at most 1114111", triple.composed);
  }
  return std::nullopt;
}

std::optional<Error> NormalizerTables::CheckReplacements() {
  dashes = file_.Section<Replacement>(6);
  punctuation = file_.Section<Replacement>(7);
  runs = file_.Section<Run>(8);
  for (const auto& replacements : {dashes, punctuation}) {
    const auto is_after = [](const Replacement& a, const Replacement& b) { return a.unit >= b.unit; };
    if (std::adjacent_find(replacements.begin(), replacements.end(), is_after) != replacements.end())
      return file_.Refuse("replacements", "units in ascending order", "another order");
  }
  for (const Run& run : runs) {
    if (run.minimum < 2) return Refuse("shortest runs", "at least 2", run.minimum);
    if (run.length == 0 || run.length > std::size(run.units))
      return Refuse("lengths of replacements", "from 1 to 3", run.length);
  }
  return std::nullopt;
}

// The section is a text: for each kaomoji, the kaomoji, U+0009, its emoji, U+000A.
std::optional<Error> NormalizerTables::CheckKaomoji() {
  const auto units = file_.Section<char16_t>(9);
  for (std::u16string_view rest(units.data(), units.size()); !rest.empty();) {
    const std::size_t end = rest.find(u'\n');
    const std::size_t tab = rest.substr(0, end).find(u'\t');
    if (end == rest.npos || tab == rest.npos || tab == 0 || tab + 1 == end)
      return file_.Refuse("kaomoji", "a kaomoji, a tab, an emoji and a line feed", "another line");
    kaomoji.push_back({rest.substr(0, tab), rest.substr(tab + 1, end - tab - 1)});
    rest.remove_prefix(end + 1);
  }
  return std::nullopt;
}

char32_t NormalizerTables::Composition(char32_t first, char32_t second) const {
  const auto found =
      std::lower_bound(compositions_.begin(), compositions_.end(), Triple{first, second, 0},
                       [](const Triple& a, const Triple& b) {
                         return a.first < b.first || (a.first == b.first && a.second < b.second);
                       });
  const bool is_found = found != compositions_.end() && found->first == first && found->second == second;
  return is_found ? found->composed : 0;
}

char16_t NormalizerTables::Find(std::span<const Replacement> replacements, char16_t unit) {
  const auto found =
      std::lower_bound(replacements.begin(), replacements.end(), unit,
                       [](const Replacement& one, char16_t other) { return one.unit < other; });
  return found != replacements.end() && found->unit == unit ? found->by : u'\0';
}

// Returns the end of the emoji at text[i] and its tags, or i if there is no emoji.
std::size_t NormalizerTables::ElementEnd(std::u16string_view text, std::size_t i) const {
  if (i >= text.size()) return i;
  const CodePoint emoji = CodePointAt(text, i);
  if ((character(emoji.code).flags & kEmoji) == 0) return i;
  std::size_t end = i + emoji.length;
  while (end < text.size() && IsTag(CodePointAt(text, end).code)) end += 2;
  return end;
}

std::size_t NormalizerTables::EmojiLength(std::u16string_view text, std::size_t i) const {
  std::size_t end = ElementEnd(text, i);
  if (end == i) return 0;
  if (IsRegionalIndicator(CodePointAt(text, i).code) && end < text.size() &&
      IsRegionalIndicator(CodePointAt(text, end).code))
    return end + 2 - i;
  while (end < text.size() && text[end] == kZeroWidthJoiner) {
    const std::size_t next = ElementEnd(text, end + 1);
    if (next == end + 1) break;
    end = next;
  }
  return end - i;
}

}  // namespace hoshi
