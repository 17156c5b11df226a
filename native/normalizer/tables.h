// The tables that the normalizer reads. model/compile/normalizer.ts compiles them from the files of
// model/reference/normalization/.
//
// Every index is checked once, at load. NormalizerTables are immutable and may be shared by threads.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "../table_file.h"

namespace hoshi {

class NormalizerTables : public LoadedTables<NormalizerTables> {
 public:
  enum Flag : std::uint8_t {
    kEmoji = 1,
    kStyle = 2,  // a variation selector, skin tone or keycap, which the step emoji deletes
    kNfkc = 4,   // NFKC may change the code point, or join it with those before it
  };

  struct Character {
    std::uint16_t start;  // of the decomposition
    std::uint8_t length;  // 0: the code point has no decomposition
    std::uint8_t combining_class;
    std::uint8_t flags, reserved;
  };
  // REQUIRES: code <= 0x10ffff
  const Character& character(char32_t code) const {
    return characters_[blocks_[pages_[code / kPage] * kPage + code % kPage]];
  }

  // The full compatibility decomposition. Empty if there is none, and for Hangul syllables.
  std::u16string_view decomposition(const Character& character) const {
    return decompositions_.substr(character.start, character.length);
  }

  // Returns the primary composition of two code points, or 0. Hangul syllables are not listed.
  char32_t Composition(char32_t first, char32_t second) const;

  struct Replacement {
    char16_t unit, by;
  };
  std::span<const Replacement> dashes, punctuation;
  // Returns the replacement of `unit`, or 0. REQUIRES: `replacements` is dashes or punctuation
  static char16_t Find(std::span<const Replacement> replacements, char16_t unit);

  struct Run {
    char16_t unit;
    std::uint16_t minimum;  // length of the shortest run that is replaced
    std::uint16_t length;   // of the replacement
    char16_t units[3];
    std::u16string_view replacement() const { return {units, length}; }
  };
  std::span<const Run> runs;

  struct Kaomoji {
    std::u16string_view text, emoji;
  };
  std::vector<Kaomoji> kaomoji;

  // Returns the length in units of the emoji sequence that begins at text[i], or 0. The text must be
  // normalized by the step emoji. The grammar is that of UTS #51 for a possible emoji, without the deleted
  // characters: a flag of two regional indicators, or elements with U+200D between them. An element is an
  // emoji, with tags or without.
  std::size_t EmojiLength(std::u16string_view text, std::size_t i) const;

 private:
  friend class LoadedTables<NormalizerTables>;
  using LoadedTables::LoadedTables;
  static const TableKind kKind;
  static constexpr std::uint32_t kPage = 128;
  struct Triple {
    std::uint32_t first, second, composed;
  };

  std::optional<Error> Check();
  std::optional<Error> CheckCharacters();
  std::optional<Error> CheckCompositions();
  std::optional<Error> CheckReplacements();
  std::optional<Error> CheckKaomoji();
  Error Refuse(const char* what, const std::string& expected, std::uint64_t found) const;
  std::size_t ElementEnd(std::u16string_view text, std::size_t i) const;

  const std::uint16_t* pages_;
  const std::uint16_t* blocks_;
  const Character* characters_;
  std::u16string_view decompositions_;
  std::span<const Triple> compositions_;
};

}  // namespace hoshi
