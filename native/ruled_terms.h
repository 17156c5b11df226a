// Tokens → occurrences of terms, by term rules. model/reference/term-rules.ts defines the rules and
// model/reference/ruled-terms.ts is the readable twin.
//
// The words of one sentence are kept until its end, because a negator marks words before it and a concessive
// particle decides about the words before it. Linear time: a negator marks at most `negation_scope` words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "column_counts.h"
#include "dictionary.h"
#include "texts.h"
#include "vocabulary.h"
#include "word_cache.h"

namespace hoshi {

// A term of the vocabulary at [start, end) of the text, in UTF-16 code units.
struct Occurrence {
  std::int32_t column;
  std::uint32_t start, end;
};

// A word of a sentence.
struct SentenceWord {
  std::uint32_t word;  // number of the word without mark + 1; 0: in no term
  std::uint32_t start, end;
  PartOfSpeech part_of_speech;
  bool is_negated;
};

// Memory of one text. One owner at a time.
struct RuledTermsScratch {
  std::vector<SentenceWord> sentence, last_sentence;
  std::vector<std::uint32_t> words;  // of a segment, with their marks: number + 1; 0: in no term
  WordCache cache;
};

// The tokens of a text. Token i ends at ends[i] and is the dictionary's word words[i]. Without term rules,
// `words` may be empty and `dictionary` null.
struct Tokens {
  std::span<const std::uint32_t> ends, words;
  const Dictionary* dictionary;
};

// The rules for one symbol, and for the words of one sentence. CountRuledTerms and the term counter
// (term_counter.h) use them.
bool IsContent(PartOfSpeech part);
bool EndsSentence(std::u16string_view symbol);
bool IsQuestion(std::u16string_view symbol);
bool IsPlainSymbol(std::u16string_view symbol);
// Marks the negated words of a segment.
void MarkNegations(const Vocabulary& vocabulary, std::span<SentenceWord> segment, bool ends_with_question);
// Returns the index of the concessive particle that divides the sentence, or 0. REQUIRES: not empty
std::size_t FindConcessive(const Vocabulary& vocabulary, std::span<const SentenceWord> sentence);

// Adds each term of the vocabulary in the text to `counts`, and to `occurrences` if it is not null. Throws
// std::bad_alloc.
// REQUIRES: vocabulary.has_rules; all counts are 0
WordCounts CountRuledTerms(const Vocabulary& vocabulary, std::u16string_view text, const Tokens& tokens,
                           std::vector<std::uint32_t>& ngram_nodes, RuledTermsScratch& scratch,
                           ColumnCounts& counts, std::vector<Occurrence>* occurrences);

}  // namespace hoshi
