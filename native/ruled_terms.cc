#include "ruled_terms.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <utility>

#include "word_lookup.h"

namespace hoshi {
namespace {

constexpr std::size_t kMaxKept = 1 << 16;  // words of a sentence that the scratch keeps for the next text

// The node of the word without mark, which has its rules.
Vocabulary::Node NodeOf(const Vocabulary& vocabulary, const SentenceWord& word) {
  return word.word == 0 ? Vocabulary::Node{-1, 0} : vocabulary.nodes[word.word - 1];
}

bool IsMatch(const Vocabulary::PhraseElement& element, const SentenceWord& word) {
  if (element.words.empty()) return true;
  for (const std::uint32_t number : element.words)
    if (word.word == number + 1) return true;
  return false;
}

// Returns a bit for each distance from the negator, in words, at which a match of the elements may end. The
// first word of `words` is beside the negator; `step` is 1 or −1.
std::uint64_t MatchEnds(std::span<const Vocabulary::PhraseElement> elements, const SentenceWord* words,
                        std::ptrdiff_t step, std::size_t count) {
  std::uint64_t ends = 1;
  for (const Vocabulary::PhraseElement& element : elements) {
    std::uint64_t next = element.min == 0 ? ends : 0;
    for (std::uint32_t repeat = 0; repeat < element.max && ends != 0; ++repeat) {
      std::uint64_t after = 0;
      for (std::uint64_t rest = ends; rest != 0; rest &= rest - 1) {
        const auto distance = static_cast<std::size_t>(std::countr_zero(rest));
        if (distance >= count) break;
        if (IsMatch(element, words[static_cast<std::ptrdiff_t>(distance) * step]))
          after |= std::uint64_t{2} << distance;
      }
      ends = after;
      next |= after;
    }
    ends = next;
  }
  return ends;
}

bool IsException(const Vocabulary& vocabulary, std::span<const SentenceWord> segment, std::size_t negator,
                 bool ends_with_question) {
  const SentenceWord* const words = segment.data() + negator;
  const std::size_t rest = segment.size() - negator - 1;
  std::uint64_t words_before = 0;
  for (const SentenceWord& word :
       segment.first(negator).last(std::min<std::size_t>(negator, Vocabulary::kMaxPhraseReach)))
    words_before |= std::uint64_t{1} << (word.word % 64);
  for (const Vocabulary::Exception& phrase : vocabulary.exceptions) {
    if (negator != 0 && !phrase.may_follow(words[-1].word)) continue;  // most phrases
    if (negator != 0 && (phrase.needed_before & words_before) == 0) continue;
    if (MatchEnds(phrase.before, words - 1, -1, negator) == 0) continue;
    const std::uint64_t ends = MatchEnds(phrase.after, words + 1, 1, rest);
    const bool is_at_end = rest <= Vocabulary::kMaxPhraseReach && (ends >> rest & 1) != 0;
    if (phrase.ends_with_question ? ends_with_question && is_at_end : ends != 0) return true;
  }
  return false;
}

class RuledTerms {
 public:
  RuledTerms(const Vocabulary& vocabulary, std::u16string_view text, const Dictionary& dictionary,
             std::vector<std::uint32_t>& ngram_nodes, RuledTermsScratch& scratch, ColumnCounts& counts,
             std::vector<Occurrence>* occurrences)
      : v_(vocabulary),
        text_(text),
        dictionary_(dictionary),
        ngrams_(vocabulary, ngram_nodes),
        s_(scratch),
        counts_(counts),
        occurrences_(occurrences) {
    s_.sentence.clear();
    s_.last_sentence.clear();
    s_.cache.Use(dictionary);
  }

  WordCounts Count(const Tokens& tokens) {
    std::uint32_t start = 0;
    for (std::size_t i = 0; i < tokens.ends.size(); ++i) {
      s_.cache.Prefetch(tokens.words[std::min(i + kTokensAhead, tokens.words.size() - 1)]);
      AddToken(start, tokens.ends[i], tokens.words[i]);
      start = tokens.ends[i];
    }
    EndSegment(false);
    EndSentence();
    if (v_.has_last_sentence && sentence_count_ >= 2)
      for (const SentenceWord& word : s_.last_sentence) CountPrefixed(word, &Vocabulary::RuleWord::last);
    AddColumns();
    if (s_.sentence.capacity() > kMaxKept || s_.last_sentence.capacity() > kMaxKept) s_ = {};
    return totals_;
  }

 private:
  void AddToken(std::uint32_t start, std::uint32_t end, std::uint32_t dictionary_word);
  void LookUpToken(std::uint32_t start, std::uint32_t end, std::uint32_t dictionary_word);
  void AddParts(std::uint32_t first, std::uint32_t end, PartOfSpeech part);
  bool AddBaseForm(std::u16string_view base, std::uint32_t start, std::uint32_t end, PartOfSpeech part);
  void AddWord(std::uint32_t word, std::uint32_t start, std::uint32_t end, PartOfSpeech part);
  void AddSymbol(std::uint32_t start, std::uint32_t end);
  void EndSegment(bool ends_with_question);
  void EndSentence();
  std::uint32_t TermWord(const SentenceWord& word) const;
  void CountPrefixed(const SentenceWord& word, std::int32_t (Vocabulary::RuleWord::*columns)[2]);

  // Columns are gathered, then counted together, so that the loads overlap.
  void CountColumn(std::int32_t column, std::uint32_t start, std::uint32_t end) {
    const auto c = static_cast<std::uint32_t>(column);
    __builtin_prefetch(v_.idf + c);
    counts_.Prefetch(c);
    columns_[column_count_++] = c;
    if (column_count_ == kColumnsTogether) AddColumns();
    if (occurrences_ != nullptr) occurrences_->push_back({column, start, end});
  }
  void AddColumns() {
    for (std::uint32_t i = 0; i < column_count_; ++i) counts_.Add(columns_[i]);
    column_count_ = 0;
  }

  const Vocabulary& v_;
  const std::u16string_view text_;
  const Dictionary& dictionary_;
  Ngrams ngrams_;
  RuledTermsScratch& s_;
  ColumnCounts& counts_;
  std::vector<Occurrence>* const occurrences_;
  WordCounts totals_;
  std::size_t segment_start_ = 0;  // index in the sentence
  std::size_t sentence_count_ = 0;
  static constexpr std::size_t kTokensAhead = 16;
  static constexpr std::uint32_t kColumnsTogether = 64;
  std::uint32_t columns_[kColumnsTogether];
  std::uint32_t column_count_ = 0;
};

void RuledTerms::AddToken(std::uint32_t start, std::uint32_t end, std::uint32_t dictionary_word) {
  const WordCache::Entry& cached = s_.cache.At(dictionary_word);
  if (cached.dictionary_word == dictionary_word)
    return AddWord(cached.word(), start, end, cached.part_of_speech());
  const std::size_t count = s_.sentence.size();
  LookUpToken(start, end, dictionary_word);
  // The cache keeps a token if it is one word, and if its word of the dictionary tells its text.
  if (dictionary_word < dictionary_.first_surface_word || s_.sentence.size() != count + 1) return;
  const SentenceWord& word = s_.sentence.back();
  if (word.start == start && word.end == end) s_.cache.Set(dictionary_word, word.word, word.part_of_speech);
}

void RuledTerms::LookUpToken(std::uint32_t start, std::uint32_t end, std::uint32_t dictionary_word) {
  std::uint32_t first = start, length = 0;
  while (first < end && (length = WordCharacter(v_, text_, first, end)) == 0) ++first;
  if (first == end) return AddSymbol(start, end);
  const PartOfSpeech part = dictionary_.part_of_speech(dictionary_word);
  const std::u16string_view base = dictionary_.base_form(dictionary_word);
  if (base.empty()) return AddParts(first, end, part);
  std::uint32_t last = first + length;
  while (last < end && (length = WordCharacter(v_, text_, last, end)) != 0) last += length;
  std::uint32_t rest = last;
  while (rest < end && WordCharacter(v_, text_, rest, end) == 0) ++rest;
  const bool is_one_part = rest == end;
  if (is_one_part && AddBaseForm(base, first, last, part)) return;
  AddParts(first, end, part);
}

// Adds the words of a token.
inline void RuledTerms::AddParts(std::uint32_t first, std::uint32_t end, PartOfSpeech part) {
  ForEachWord(v_, text_, first, end, [&](const FoundWord& found, std::uint32_t at) {
    if (found.characters >= v_.shortest_word) AddWord(found.word, at, found.end, part);
  });
}

// Adds the base form of the word at [start, end). Returns false if it is not one word.
bool RuledTerms::AddBaseForm(std::u16string_view base, std::uint32_t start, std::uint32_t end,
                             PartOfSpeech part) {
  const auto size = static_cast<std::uint32_t>(base.size());
  const std::uint32_t length = WordCharacter(v_, base, 0, size);
  if (length == 0) return false;
  const FoundWord found = FindWord(v_, base, 0, size, length);
  if (found.end != size) return false;
  if (found.characters >= v_.shortest_word) AddWord(found.word, start, end, part);
  return true;
}

// Adds a word, by its number + 1 in the vocabulary.
inline void RuledTerms::AddWord(std::uint32_t word, std::uint32_t start, std::uint32_t end,
                                PartOfSpeech part) {
  if (word != 0) {
    __builtin_prefetch(v_.nodes + (word - 1));
    if (!s_.sentence.empty()) v_.PrefetchEdge(s_.sentence.back().word - 1, word - 1);
  }
  s_.sentence.push_back({word, start, end, part, false});
}

void RuledTerms::AddSymbol(std::uint32_t start, std::uint32_t end) {
  const std::u16string_view symbol = text_.substr(start, end - start);
  if (v_.has_symbols && !IsPlainSymbol(symbol)) {
    const std::int32_t column = v_.SymbolColumn(symbol);
    if (column >= 0) CountColumn(column, start, end);
  }
  EndSegment(IsQuestion(symbol));
  if (EndsSentence(symbol)) EndSentence();
}

void RuledTerms::EndSegment(bool ends_with_question) {
  const std::span<SentenceWord> segment = std::span(s_.sentence).subspan(segment_start_);
  segment_start_ = s_.sentence.size();
  if (segment.empty()) return;
  MarkNegations(v_, segment, ends_with_question);
  ngrams_.Restart();
  totals_.words += segment.size();
  s_.words.clear();
  for (const SentenceWord& word : segment) s_.words.push_back(TermWord(word));
  for (std::size_t i = 0; i < segment.size(); ++i) {
    const bool is_known = ngrams_.AddWord(s_.words[i], [&](std::int32_t column, std::uint32_t n) {
      CountColumn(column, segment[i + 1 - n].start, segment[i].end);
    });
    totals_.unknown_words += static_cast<std::uint64_t>(!is_known);
  }
}

void RuledTerms::EndSentence() {
  segment_start_ = 0;
  if (s_.sentence.empty()) return;
  ++sentence_count_;
  if (v_.has_clauses) {
    const std::size_t particle = FindConcessive(v_, s_.sentence);
    for (std::size_t i = 0; particle > 0 && i < s_.sentence.size(); ++i)
      CountPrefixed(s_.sentence[i],
                    i < particle ? &Vocabulary::RuleWord::before : &Vocabulary::RuleWord::after);
  }
  std::swap(s_.sentence, s_.last_sentence);
  s_.sentence.clear();
}

// Returns the number + 1 of the word with its mark, or 0 if that is in no term.
std::uint32_t RuledTerms::TermWord(const SentenceWord& word) const {
  // kNone + 1 is 0
  return word.is_negated && word.word != 0 ? v_.rule_words[word.word - 1].marked + 1 : word.word;
}

void RuledTerms::CountPrefixed(const SentenceWord& word, std::int32_t (Vocabulary::RuleWord::*columns)[2]) {
  if (!IsContent(word.part_of_speech) || !NodeOf(v_, word).has_prefixed_terms()) return;
  const std::int32_t column = (v_.rule_words[word.word - 1].*columns)[word.is_negated ? 1 : 0];
  if (column >= 0) CountColumn(column, word.start, word.end);
}

}  // namespace

bool IsContent(PartOfSpeech part) { return part >= PartOfSpeech::kNoun && part <= PartOfSpeech::kAuxiliary; }

bool EndsSentence(std::u16string_view symbol) {
  return std::any_of(symbol.begin(), symbol.end(), [](char16_t unit) {
    return unit == u'。' || unit == u'！' || unit == u'？' || unit == u'!' || unit == u'?' || unit == u'\n';
  });
}

bool IsQuestion(std::u16string_view symbol) {
  return std::any_of(symbol.begin(), symbol.end(),
                     [](char16_t unit) { return unit == u'？' || unit == u'?'; });
}

bool IsPlainSymbol(std::u16string_view symbol) {
  return symbol.size() == 1 &&
         (symbol[0] == u'。' || symbol[0] == u'、' || symbol[0] == u'.' || symbol[0] == u',');
}

void MarkNegations(const Vocabulary& vocabulary, std::span<SentenceWord> segment, bool ends_with_question) {
  if (vocabulary.negation_scope == 0) return;
  for (std::size_t i = 0; i < segment.size(); ++i) {
    const SentenceWord& negator = segment[i];
    if (!NodeOf(vocabulary, negator).negates_as(static_cast<std::uint8_t>(negator.part_of_speech))) continue;
    if (IsException(vocabulary, segment, i, ends_with_question)) continue;
    const std::size_t first = i - std::min<std::size_t>(i, vocabulary.negation_scope);
    for (std::size_t k = i; k-- > first;) {
      SentenceWord& word = segment[k];
      if (word.part_of_speech == PartOfSpeech::kConjunctiveParticle &&
          !(NodeOf(vocabulary, word).continues_scope() &&
            NodeOf(vocabulary, segment[k + 1]).is_passed_before()))
        break;
      word.is_negated = !word.is_negated;
    }
  }
}

std::size_t FindConcessive(const Vocabulary& vocabulary, std::span<const SentenceWord> sentence) {
  std::size_t particle = sentence.size() - 1;
  const auto is_concessive = [&](const SentenceWord& word) {
    return word.part_of_speech == PartOfSpeech::kConjunctiveParticle &&
           NodeOf(vocabulary, word).is_concessive();
  };
  while (particle > 0 && !is_concessive(sentence[particle])) --particle;
  return particle;
}

WordCounts CountRuledTerms(const Vocabulary& vocabulary, std::u16string_view text, const Tokens& tokens,
                           std::vector<std::uint32_t>& ngram_nodes, RuledTermsScratch& scratch,
                           ColumnCounts& counts, std::vector<Occurrence>* occurrences) {
  return RuledTerms(vocabulary, text, *tokens.dictionary, ngram_nodes, scratch, counts, occurrences)
      .Count(tokens);
}

}  // namespace hoshi
