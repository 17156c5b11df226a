// Checks a dictionary once, at load: one pass over each table. Loops over many entries have no branch that
// depends on an entry, so that the compiler vectorizes them. It does not vectorize std::max_element.
// Measured: 12 MB in about three milliseconds.
#include "dictionary.h"

#include <algorithm>
#include <array>
#include <optional>

namespace hoshi {
namespace {

using Feature = Dictionary::Feature;
using Segment = Dictionary::Segment;
using Unit = Dictionary::Unit;
using Unknown = Dictionary::Unknown;
using Word = Dictionary::Word;

constexpr std::array<std::uint8_t, 13> kElementBytes{4, 2, 1, 4, 4, 2, 1, 8, 2, 4, 2, 4, 4};
static_assert(sizeof(Unknown) == kElementBytes[3] && sizeof(Word) == kElementBytes[4] &&
              sizeof(Unit) == kElementBytes[7] && sizeof(Feature) == kElementBytes[9]);

constexpr std::uint32_t kCategories = Dictionary::kSentenceEnd;  // numbered from 0
constexpr std::uint32_t kMaxContexts = 2048;                     // 11 bits of a word
constexpr std::uint32_t kMaxStride = 4096;

struct Numbers {
  std::uint32_t contexts, stride, words, units;
  std::int32_t bias;
  std::uint32_t contexts_per_position, surface_length, plain_features;
};
static_assert(sizeof(Numbers) == 8 * sizeof(std::uint32_t));

// The sections of the file. Each check returns the first error.
struct Sections {
  const TableFile& file;
  std::span<const std::uint32_t> number_entries = file.Section<std::uint32_t>(1);
  std::span<const std::uint16_t> codes = file.Section<std::uint16_t>(2);
  std::span<const std::uint8_t> categories = file.Section<std::uint8_t>(3);
  std::span<const Unknown> unknowns = file.Section<Unknown>(4);
  std::span<const Word> words = file.Section<Word>(5);
  std::span<const std::uint16_t> costs = file.Section<std::uint16_t>(6);
  std::span<const std::int8_t> margins = file.Section<std::int8_t>(7);
  std::span<const Unit> units = file.Section<Unit>(8);
  std::span<const std::uint16_t> feature_of = file.Section<std::uint16_t>(9);
  std::span<const Feature> features = file.Section<Feature>(10);
  std::span<const char16_t> base_forms = file.Section<char16_t>(11);
  std::span<const std::uint32_t> segment_starts = file.Section<std::uint32_t>(12);
  std::span<const Segment> segments = file.Section<Segment>(13);
  Numbers n{};
  std::uint16_t last_code = 0;

  Error Refuse(const char* what, const std::string& expected, std::uint64_t found) const {
    return file.Refuse(what, expected, std::to_string(found));
  }

  std::optional<Error> CheckNumbers();
  std::optional<Error> CheckSizes() const;
  std::optional<Error> CheckCharacters();
  std::optional<Error> CheckWords() const;
  std::optional<Error> CheckCosts() const;
  std::optional<Error> CheckTrie() const;
  std::optional<Error> CheckFeatures() const;
  std::optional<Error> CheckSegments() const;
};

std::string AtMost(std::uint32_t limit) { return "at most " + std::to_string(limit); }

std::optional<Error> Sections::CheckNumbers() {
  if (number_entries.size_bytes() != sizeof n) return Refuse("numbers", "8", number_entries.size());
  std::copy_n(reinterpret_cast<const std::byte*>(number_entries.data()), sizeof n,
              reinterpret_cast<std::byte*>(&n));
  if (n.contexts == 0 || n.contexts > kMaxContexts)
    return Refuse("contexts", "from 1 to " + std::to_string(kMaxContexts), n.contexts);
  if (n.stride < n.contexts || n.stride > kMaxStride) {
    return Refuse("stride", "from " + std::to_string(n.contexts) + " to " + std::to_string(kMaxStride),
                  n.stride);
  }
  if (n.contexts_per_position > Dictionary::kMaxContextsPerPosition) {
    return Refuse("contexts that end at one position", AtMost(Dictionary::kMaxContextsPerPosition),
                  n.contexts_per_position);
  }
  if (n.surface_length > Dictionary::kMaxSurfaceLength)
    return Refuse("longest surface", AtMost(Dictionary::kMaxSurfaceLength), n.surface_length);
  if (n.bias < 0 || n.bias > static_cast<std::int32_t>(Dictionary::kMaxConnectionCost)) {
    return file.Refuse("bias", "from 0 to " + std::to_string(Dictionary::kMaxConnectionCost),
                       std::to_string(n.bias));
  }
  return std::nullopt;
}

std::optional<Error> Sections::CheckSizes() const {
  const auto check = [this](const char* what, std::size_t expected,
                            std::size_t found) -> std::optional<Error> {
    if (found == expected) return std::nullopt;
    return Refuse(what, std::to_string(expected), found);
  };
  const std::size_t cells = std::size_t{n.contexts} * n.stride;
  if (auto error = check("codes", 65536, codes.size())) return error;
  if (auto error = check("unknown words", 16, unknowns.size())) return error;
  if (auto error = check("words", n.words, words.size())) return error;
  if (units.empty()) return Refuse("units", "at least 1", 0);
  if (auto error = check("units", n.units, units.size())) return error;
  if (auto error = check("connection costs", cells, costs.size())) return error;
  if (auto error = check("pruning margins", cells, margins.size())) return error;
  return check("features of words", n.words, feature_of.size());
}

std::optional<Error> Sections::CheckCharacters() {
  last_code = *std::max_element(codes.begin(), codes.end());
  if (last_code >= categories.size())
    return Refuse("codes", "below " + std::to_string(categories.size()), last_code);
  if (std::find(codes.begin(), codes.end(), Dictionary::kSentenceEnd) != codes.end())
    return Refuse("codes", "no character with the code of a sentence end", Dictionary::kSentenceEnd);
  // Surrogates share a code with other characters, so a surface with it would not be one text.
  if (codes[0] > Dictionary::kSentenceEnd ||
      std::any_of(codes.begin() + 0xd800, codes.begin() + 0xe000,
                  [this](std::uint16_t code) { return code != codes[0]; })) {
    return file.Refuse("codes of U+0000 and surrogates", "the code of one category", "others");
  }
  if (categories.size() <= Dictionary::kSentenceEnd)
    return Refuse("categories", "more than 15", categories.size());
  for (std::size_t c = 0; c < categories.size(); ++c) {
    if (c != Dictionary::kSentenceEnd && categories[c] >= kCategories)
      return Refuse("categories", "below " + std::to_string(kCategories), categories[c]);
    // This category belongs to no character, so a run of unknown characters stops at the sentence end.
    if (c == Dictionary::kSentenceEnd && categories[c] != Dictionary::kSentenceEnd)
      return Refuse("category of the sentence end", "15", categories[c]);
  }
  return std::nullopt;
}

std::optional<Error> Sections::CheckWords() const {
  // `following` counts down to 0, so that a loop over a surface's words stays within the table. The product
  // is 0 if it counts down or is 0; a comparison takes more instructions.
  std::uint32_t is_wrong = 0, last_context = 0;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const std::uint32_t following = words[i].following();
    is_wrong |= following * (following ^ (words[i + 1].following() + 1));
    last_context = std::max(last_context, words[i].context());
  }
  if (words.empty() || words.back().following() != 0 || words.back().context() >= n.contexts ||
      last_context >= n.contexts || is_wrong != 0) {
    return file.Refuse("words",
                       "groups that count down to 0, of contexts below " + std::to_string(n.contexts),
                       "other groups among " + std::to_string(words.size()));
  }
  std::array<bool, 16> is_used{};
  for (const std::uint16_t code : codes) is_used[categories[code]] = true;
  for (std::size_t c = 0; c < kCategories; ++c) {
    const std::uint32_t word = unknowns[c].word();
    if (word >= words.size() || (is_used[c] && word == 0))
      return Refuse("unknown words", "from 1 to " + std::to_string(words.size() - 1), word);
    if (words[word].following() >= Dictionary::kMaxUnknownWords) {
      return Refuse("unknown words of a category", AtMost(Dictionary::kMaxUnknownWords),
                    words[word].following() + 1);
    }
  }
  return std::nullopt;
}

std::optional<Error> Sections::CheckCosts() const {
  std::uint16_t highest = 0;
  for (const std::uint16_t cost : costs) highest = std::max(highest, cost);
  if (highest > Dictionary::kMaxConnectionCost)
    return Refuse("connection costs", AtMost(Dictionary::kMaxConnectionCost), highest);
  // Pruning compares the cheapest node with itself, too, and must keep it.
  for (std::size_t c = 0; c < n.contexts; ++c) {
    const std::int8_t margin = margins[c * n.stride + c];
    if (margin < 0) {
      return file.Refuse("pruning margins", "at least 0 between a context and itself",
                         std::to_string(margin) + " for context " + std::to_string(c));
    }
  }
  return std::nullopt;
}

std::optional<Error> Sections::CheckTrie() const {
  std::uint32_t last_base = 0, last_word = 0, is_wrong = 0;
  for (const Unit& unit : units) {
    last_base = std::max(last_base, unit.base());
    last_word = std::max(last_word, unit.word());
    is_wrong |= static_cast<std::uint32_t>(unit.label() <= Dictionary::kSentenceEnd);
  }
  const std::size_t last_child = std::size_t{last_base} + std::max(last_code, Dictionary::kSentenceEnd);
  if (last_child >= units.size())
    return Refuse("units", "more than the last base + the last code, " + std::to_string(last_child),
                  units.size());
  if (last_word >= words.size())
    return Refuse("words of units", "below " + std::to_string(words.size()), last_word);
  if (is_wrong != 0) return file.Refuse("labels of units", "codes from 16", "a lower one");
  return std::nullopt;
}

std::optional<Error> Sections::CheckFeatures() const {
  std::uint16_t last = 0;
  for (const std::uint16_t feature : feature_of) last = std::max(last, feature);
  if (last >= features.size())
    return Refuse("features of words", "below " + std::to_string(features.size()), last);
  constexpr auto kLastPart = static_cast<std::uint32_t>(PartOfSpeech::kFiller);
  std::uint32_t last_part = 0, last_end = 0;
  for (const Feature feature : features) {
    last_part = std::max(last_part, static_cast<std::uint32_t>(feature.part_of_speech()));
    last_end = std::max(last_end, feature.offset() + feature.length());
  }
  if (last_part > kLastPart) return Refuse("parts of speech", AtMost(kLastPart), last_part);
  if (last_end > base_forms.size())
    return Refuse("ends of base forms", "at most " + std::to_string(base_forms.size()), last_end);
  return std::nullopt;
}

}  // namespace

constexpr TableKind Dictionary::kKind{"dictionary", "DICT", 5, kElementBytes};

std::optional<Error> Sections::CheckSegments() const {
  if (n.plain_features > features.size())
    return Refuse("plain features", AtMost(static_cast<std::uint32_t>(features.size())), n.plain_features);
  const std::size_t starts = features.size() - n.plain_features + 1;
  if (segment_starts.size() != starts)
    return Refuse("starts of segments", std::to_string(starts), segment_starts.size());
  if (segment_starts.front() != 0 || segment_starts.back() != segments.size())
    return Refuse("starts of segments", "from 0 to " + std::to_string(segments.size()),
                  segment_starts.back());
  for (std::size_t i = 0; i + 1 < segment_starts.size(); ++i) {
    if (segment_starts[i] >= segment_starts[i + 1])
      return Refuse("starts of segments", "ascending ones", segment_starts[i + 1]);
  }
  for (const Segment& segment : segments) {
    if (segment.length() == 0) return Refuse("lengths of segments", "at least 1", 0);
    if (segment.word() >= words.size())
      return Refuse("words of segments", "below " + std::to_string(words.size()), segment.word());
  }
  return std::nullopt;
}

std::optional<Error> Dictionary::Check() {
  Sections sections{file_};
  if (auto error = sections.CheckNumbers()) return error;
  if (auto error = sections.CheckSizes()) return error;
  if (auto error = sections.CheckCharacters()) return error;
  if (auto error = sections.CheckWords()) return error;
  if (auto error = sections.CheckCosts()) return error;
  if (auto error = sections.CheckTrie()) return error;
  if (auto error = sections.CheckFeatures()) return error;
  if (auto error = sections.CheckSegments()) return error;

  code = sections.codes.data();
  category = sections.categories.data();
  unknown = sections.unknowns.data();
  words = sections.words.data();
  word_count = sections.n.words;
  first_surface_word = 1;
  for (std::size_t c = 0; c < kCategories; ++c) {
    const std::uint32_t word = unknown[c].word();
    first_surface_word = std::max(first_surface_word, word + words[word].following() + 1);
  }
  stride = sections.n.stride;
  bias = sections.n.bias;
  connection_cost = sections.costs.data();
  pruning_margin = sections.margins.data();
  trie = sections.units.data();
  feature_of = sections.feature_of.data();
  features = sections.features.data();
  base_forms = sections.base_forms.data();
  plain_features = sections.n.plain_features;
  segment_starts = sections.segment_starts.data();
  segments = sections.segments.data();
  has_segments = !sections.segments.empty();
  return std::nullopt;
}

std::uint32_t Dictionary::Find(std::u16string_view surface) const {
  Unit unit = trie[0];
  for (const char16_t character : surface) {
    const std::uint32_t base = unit.base();
    unit = trie[base + code[character]];
    if (base == 0 || unit.label() != code[character]) return 0;
  }
  return surface.empty() ? 0 : unit.word();
}

}  // namespace hoshi
