#include "dictionary.h"

#include <algorithm>
#include <array>
#include <optional>

namespace hoshi {
namespace {

constexpr std::array<std::uint8_t, 8> kElementBytes{4, 2, 1, 4, 4, 2, 2, 8};
constexpr std::uint32_t kCategories = 15;

struct Numbers {
  std::uint32_t contexts, stride, words, units;
  std::int32_t bias;
  std::uint32_t most_ending, longest, reserved;
};
static_assert(sizeof(Numbers) == 8 * sizeof(std::uint32_t));

}  // namespace

constexpr TableKind Dictionary::kKind{"dictionary", "DICT", 1, kElementBytes};

// One pass over each table, without a branch that depends on its entries where there are many, in loops that
// the compiler vectorizes (std::max_element is none): 12 MB in about three milliseconds.
std::optional<Error> Dictionary::Check() {
  const auto refuse = [this](const char* what, const std::string& expected, std::uint64_t found) {
    return file_.Refuse(what, expected, std::to_string(found));
  };
  const auto numbers = file_.Section<std::uint32_t>(1);
  if (numbers.size() != 8) return refuse("numbers", "8", numbers.size());
  Numbers n;
  std::copy_n(reinterpret_cast<const std::byte*>(numbers.data()), sizeof n, reinterpret_cast<std::byte*>(&n));
  const auto codes = file_.Section<std::uint16_t>(2);
  const auto categories = file_.Section<std::uint8_t>(3);
  const auto unknowns = file_.Section<Unknown>(4);
  const auto word_entries = file_.Section<Word>(5);
  const auto costs = file_.Section<std::uint16_t>(6);
  const auto worse_entries = file_.Section<std::int16_t>(7);
  const auto units = file_.Section<Unit>(8);

  if (n.contexts == 0 || n.contexts > 2048) return refuse("contexts", "from 1 to 2048", n.contexts);
  if (n.stride < n.contexts || n.stride > 4096) return refuse("stride", "from contexts to 4096", n.stride);
  if (n.most_ending > kMaxEnding)
    return refuse("contexts that end at one position", "at most " + std::to_string(kMaxEnding),
                  n.most_ending);
  if (n.longest > kLongestSurface)
    return refuse("longest surface", "at most " + std::to_string(kLongestSurface), n.longest);
  if (n.bias < 0 || n.bias > static_cast<std::int32_t>(kHighestCost))
    return refuse("bias", "from 0 to 32767", static_cast<std::uint32_t>(n.bias));
  if (codes.size() != 65536) return refuse("codes", "65536", codes.size());
  if (unknowns.size() != 16) return refuse("unknown words", "16", unknowns.size());
  if (word_entries.size() != n.words) return refuse("words", std::to_string(n.words), word_entries.size());
  if (units.size() != n.units || units.empty()) return refuse("units", std::to_string(n.units), units.size());
  const std::size_t cells = std::size_t{n.contexts} * n.stride;
  if (costs.size() != cells) return refuse("costs", std::to_string(cells), costs.size());
  if (worse_entries.size() != cells)
    return refuse("bounds of costs", std::to_string(cells), worse_entries.size());

  const std::uint16_t last_code = *std::max_element(codes.begin(), codes.end());
  if (last_code >= categories.size())
    return refuse("codes", "below " + std::to_string(categories.size()), last_code);
  if (std::find(codes.begin(), codes.end(), kNoCharacter) != codes.end())
    return refuse("codes", "none for no character", kNoCharacter);
  if (categories.size() <= kNoCharacter) return refuse("categories", "more than 15", categories.size());
  for (std::size_t c = 0; c < categories.size(); ++c) {
    if (c != kNoCharacter && categories[c] >= kCategories)
      return refuse("categories", "below 15", categories[c]);
    // A run of unknown characters ends at the end of the sentence, whose category is nobody's.
    if (c == kNoCharacter && categories[c] != kNoCharacter)
      return refuse("category of no character", "15", categories[c]);
  }

  // A group counts down to 0, so whoever walks it stays within the table.
  std::uint32_t wrong_words = 0;
  for (std::size_t i = 0; i + 1 < word_entries.size(); ++i) {
    const std::uint32_t following = word_entries[i].following();
    wrong_words |=
        static_cast<std::uint32_t>(following != 0 && word_entries[i + 1].following() != following - 1);
    wrong_words |= static_cast<std::uint32_t>(word_entries[i].context() >= n.contexts);
  }
  if (word_entries.empty() || word_entries.back().following() != 0 ||
      word_entries.back().context() >= n.contexts || wrong_words != 0)
    return refuse("words", "groups that end, of known contexts", word_entries.size());
  std::array<bool, 16> is_used{};
  for (const std::uint16_t c : codes) is_used[categories[c]] = true;
  for (std::size_t c = 0; c < kCategories; ++c) {
    const std::uint32_t word = unknowns[c].word();
    if (word >= word_entries.size() || (is_used[c] && word == 0))
      return refuse("unknown words", "below " + std::to_string(word_entries.size()) + ", not 0", word);
    if (word_entries[word].following() >= kMaxUnknownWords)
      return refuse("unknown words of a category", "at most 16", word_entries[word].following() + 1);
  }

  std::uint16_t highest = 0;
  for (const std::uint16_t c : costs) highest = std::max(highest, c);
  if (highest > kHighestCost) return refuse("costs", "at most " + std::to_string(kHighestCost), highest);
  for (std::size_t c = 0; c < n.contexts; ++c) {
    if (worse_entries[c * n.stride + c] < 0) return refuse("bounds of costs", "the cheapest to stay", c);
  }

  std::uint32_t last_base = 0, last_word = 0, wrong_labels = 0;
  for (const Unit& unit : units) {
    last_base = std::max(last_base, unit.base());
    last_word = std::max(last_word, unit.word());
    wrong_labels |= static_cast<std::uint32_t>(unit.label() <= kNoCharacter);
  }
  const std::size_t last_child = std::size_t{last_base} + std::max(last_code, kNoCharacter);
  if (last_child >= units.size())
    return refuse("units", "more than the last base and code, " + std::to_string(last_child), units.size());
  if (last_word >= word_entries.size())
    return refuse("words of units", "below " + std::to_string(word_entries.size()), last_word);
  if (wrong_labels != 0) return refuse("labels of units", "codes from 16", 0);

  code = codes.data();
  category = categories.data();
  unknown = unknowns.data();
  words = word_entries.data();
  stride = n.stride;
  bias = n.bias;
  cost = costs.data();
  worse = worse_entries.data();
  trie = units.data();
  return std::nullopt;
}

}  // namespace hoshi
