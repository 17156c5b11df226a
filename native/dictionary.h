// The tables that the analyzer reads. model/compile/dictionary.ts compiles them from kuromoji's dictionary
// and describes the sections of the file.
//
// Every index is checked once, at load, so that the analyzer's loops need no checks. If a file passes, no
// index leads outside the tables, even if the content makes no sense. A Dictionary is immutable and may be
// shared by threads. Its identity is "kuromoji VERSION SHA256", and the SHA256 of its user dictionary, if it
// has one.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "table_file.h"

namespace hoshi {

// IPADIC's parts of speech, as far as hoshi tells them apart. parts-of-speech.ts has the same order.
enum class PartOfSpeech : std::uint8_t {
  kOther,
  kNoun,                 // 名詞
  kVerb,                 // 動詞
  kAdjective,            // 形容詞
  kAdverb,               // 副詞
  kAuxiliary,            // 助動詞
  kParticle,             // 助詞, without 接続助詞
  kConjunctiveParticle,  // 助詞 with the detail 接続助詞
  kSymbol,               // 記号
  kConjunction,          // 接続詞
  kAdnominal,            // 連体詞
  kPrefix,               // 接頭詞
  kInterjection,         // 感動詞
  kFiller,               // フィラー
};

class Dictionary : public LoadedTables<Dictionary> {
 public:
  // The limits that fix the sizes of the analyzer's arrays.
  static constexpr std::uint32_t kMaxSurfaceLength = 63;  // UTF-16 code units
  static constexpr std::uint32_t kMaxWordsPerSurface = 32;
  static constexpr std::uint32_t kMaxUnknownWords = 16;  // words of one category
  static constexpr std::uint32_t kMaxContextsPerPosition =
      37;                                                     // context ids of words that end at one position
  static constexpr std::uint32_t kMaxConnectionCost = 32767;  // stored with the bias
  static_assert(2 * kMaxConnectionCost < 0xffff,
                "a connection cost and a difference within a pruning margin add up within 16 bits");

  // Character codes. A code below 16 is in no surface and equals its category. kSentenceEnd is the code and
  // the category that the analyzer puts after each sentence.
  static constexpr std::uint16_t kSentenceEnd = 15;
  const std::uint16_t* code;     // by UTF-16 code unit
  const std::uint8_t* category;  // by code

  // The unknown words of a category.
  struct Unknown {
    std::uint32_t bits;
    std::uint32_t word() const { return bits & 0xffffff; }            // index of the first one
    bool is_always_invoked() const { return (bits >> 30 & 1) != 0; }  // even where a surface matches
    bool is_grouped() const { return bits >> 31 != 0; }               // spans the run of its category
  };
  const Unknown* unknown;  // by category

  // The words of one surface are adjacent; `following` is the number of words after this one. A context id
  // numbers a pair (left id, right id), frequent pairs first; 0 is the start and the end of a sentence. Words
  // of one surface with the same context id are merged. Index 0 means no word.
  struct Word {
    std::uint32_t bits;
    std::int32_t cost() const { return static_cast<std::int32_t>(bits) >> 16; }
    std::uint32_t following() const { return bits >> 11 & 31; }
    std::uint32_t context() const { return bits & 2047; }
    std::uint16_t lower_half() const { return static_cast<std::uint16_t>(bits); }  // following, context
  };
  const Word* words;
  std::uint32_t word_count;  // with index 0
  // The words before this one may be unknown words. Each word from here on is of one surface or segment, so
  // it tells the text of its token.
  std::uint32_t first_surface_word;

  std::uint32_t stride;                  // row length of the two matrices
  std::int32_t bias;                     // stored connection cost = connection cost + bias
  const std::uint16_t* connection_cost;  // [context before * stride + context after], stored
  // At [a * stride + b]: the maximum of cost(a, next) − cost(b, next) over all next contexts, shifted right
  // by kPruningMarginShift. Compare two nodes at one position, with contexts a and b. If the node of context
  // b costs more by d, and d >> kPruningMarginShift is above this margin, it is never on the best path.
  static constexpr int kPruningMarginShift = 8;
  static_assert((128 << kPruningMarginShift) - 1 <= kMaxConnectionCost,
                "the largest difference within a margin is at most a connection cost");
  const std::int8_t* pruning_margin;

  // A double array over character codes. The child of a unit for a code is at base + code, if its label is
  // that code.
  struct Unit {
    std::uint64_t bits;
    std::uint16_t label() const { return static_cast<std::uint16_t>(bits); }
    std::uint32_t word() const { return static_cast<std::uint32_t>(bits >> 16) & 0xffffff; }  // 0: none
    std::uint32_t base() const { return static_cast<std::uint32_t>(bits >> 40); }             // 0: no child
  };
  const Unit* trie;

  // The part of speech and the base form of a word. Words with the same features share one entry.
  struct Feature {
    std::uint32_t bits;
    PartOfSpeech part_of_speech() const { return static_cast<PartOfSpeech>(bits & 15); }
    std::uint32_t length() const { return bits >> 4 & 255; }  // of the base form, in UTF-16 code units
    std::uint32_t offset() const { return bits >> 12; }       // in base_forms
  };
  const std::uint16_t* feature_of;  // by word
  const Feature* features;
  const char16_t* base_forms;

  // A word of a user dictionary may become several tokens. Such words have numbers of features from
  // `plain_features` on, each its own.
  struct Segment {
    std::uint32_t bits;
    std::uint32_t length() const { return bits & 255; }  // in UTF-16 code units, at least 1
    std::uint32_t word() const { return bits >> 8; }
  };
  std::uint32_t plain_features;
  const std::uint32_t* segment_starts;  // by number of features − plain_features, with the end of the last
  const Segment* segments;
  bool has_segments;

  // REQUIRES: word < word_count
  bool is_segmented(std::uint32_t word) const { return feature_of[word] >= plain_features; }
  // Returns the segments of a word, at least one. REQUIRES: is_segmented(word)
  std::span<const Segment> segments_of(std::uint32_t word) const {
    const std::uint32_t* const start = segment_starts + (feature_of[word] - plain_features);
    return {segments + start[0], segments + start[1]};
  }

  // REQUIRES: word < word_count
  PartOfSpeech part_of_speech(std::uint32_t word) const {
    return features[feature_of[word]].part_of_speech();
  }
  // The base form of a word. Empty if it is the surface form, or if the dictionary has none.
  // REQUIRES: word < word_count
  std::u16string_view base_form(std::uint32_t word) const {
    const Feature feature = features[feature_of[word]];
    return {base_forms + feature.offset(), feature.length()};
  }

  // Returns the first word of a surface, or 0 if the text is not a surface. U+0000 and surrogates count as
  // U+E000.
  std::uint32_t Find(std::u16string_view surface) const;

 private:
  friend class LoadedTables<Dictionary>;
  using LoadedTables::LoadedTables;
  static const TableKind kKind;
  std::optional<Error> Check();
};

}  // namespace hoshi
