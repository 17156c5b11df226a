// Counts the terms of texts to fit a vectorizer: the total count of each term, and the number of texts that
// contain it. model/training/term-counter.ts is the readable twin.
//
// Here every word may become a term, so words are not looked up in a vocabulary: each gets a number when it
// comes first. Terms form a trie, as in vocabulary.h: a node is the node of the term without its last word,
// plus the number of that word. The extractor's vocabulary has only the words that the term rules name.
//
// A TermCounter has one owner at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "extractor.h"
#include "ruled_terms.h"
#include "texts.h"

namespace hoshi {

// Words in the order in which they came first. No word is longer than 2^32 UTF-16 code units.
class WordNumbers {
 public:
  // Returns the number of the word, and whether it is new.
  std::pair<std::uint32_t, bool> Number(std::u16string_view word);
  std::u16string_view operator[](std::uint32_t number) const {
    const std::size_t start = number == 0 ? 0 : ends_[number - 1];
    return {units_.data() + start, ends_[number] - start};
  }
  std::size_t size() const { return ends_.size(); }

 private:
  void Rehash();

  std::vector<char16_t> units_;
  std::vector<std::size_t> ends_;
  std::vector<std::uint32_t> slots_;  // a hash table with linear probing, at most half full
};

// The terms in at least so many texts, by code point.
struct TermCounts {
  std::uint64_t text_count = 0;
  std::vector<std::u16string> terms;         // many terms in each string, with a line feed between them
  std::vector<std::uint32_t> totals, texts;  // by term
};

class TermCounter {
 public:
  struct Settings {
    std::uint32_t smallest, largest;  // n of the n-grams, both included
    std::vector<std::pair<std::u16string, std::u16string>>
        spellings;  // a word, and the word that it stands for
  };

  TermCounter(std::shared_ptr<const Extractor> extractor, const Settings& settings);

  // Counts the terms of one text. Throws std::bad_alloc. REQUIRES: text.size() < 2^31
  void Add(std::u16string_view text);
  // Adds the counts of other texts, by a counter with the same extractor and settings.
  void Add(const TermCounter& other);
  TermCounts Kept(std::uint32_t min_texts) const;

 private:
  static constexpr std::uint32_t kNone = 0xffffffff;
  // Parents of terms of one word: without a prefix, and with each prefix.
  static constexpr std::uint32_t kFirstRoot = 0xfffffff0;
  enum Root : std::uint32_t { kPlain = kFirstRoot, kBefore, kAfter, kLast, kSymbol };

  struct Node {
    std::uint32_t parent;  // a node, or a Root
    std::uint32_t word;    // twice the number of the word, plus 1 with the mark of negation
    std::uint32_t total, texts;
    std::uint32_t last_text;  // the last text that contains the term, 1-based
  };
  // The words of a sentence, and the numbers of the words that they stand for.
  struct Sentence {
    std::vector<SentenceWord> words;
    std::vector<std::uint32_t> numbers;
    void Clear() {
      words.clear();
      numbers.clear();
    }
  };

  void AddToken(std::u16string_view text, std::uint32_t start, std::uint32_t end,
                std::uint32_t dictionary_word, const Dictionary& dictionary);
  void AddParts(std::u16string_view text, std::uint32_t start, std::uint32_t end, PartOfSpeech part);
  bool AddBaseForm(std::u16string_view base, PartOfSpeech part);
  void AddWord(std::u16string_view word, std::uint32_t characters, std::uint32_t rule_word,
               PartOfSpeech part);
  void AddSymbol(std::u16string_view symbol);
  void EndSegment(bool ends_with_question);
  void EndSentence();
  void CountPrefixed(Root root, const Sentence& sentence, std::size_t i);
  void Count(std::uint32_t node);
  std::uint32_t Number(std::u16string_view word);
  std::uint32_t Child(std::uint32_t parent, std::uint32_t word);
  std::size_t SlotOf(std::uint32_t parent, std::uint32_t word) const;
  void Rehash();
  void AppendTerm(std::uint32_t node, std::u16string& term) const;

  const std::shared_ptr<const Extractor> extractor_;
  const Vocabulary& v_;
  const std::uint32_t smallest_, largest_;
  WordNumbers words_;
  std::vector<std::uint32_t> stands_for_;  // by number of a word: the number of the word that it stands for
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> slots_;  // a hash table of the nodes with linear probing, at most 3/4 full
  std::uint64_t text_count_ = 0;

  Extractor::Scratch scratch_;
  Sentence sentence_, last_sentence_;
  std::size_t segment_start_ = 0;  // index in the sentence
  std::size_t sentence_count_ = 0;
};

// Counts on several threads. The sums do not depend on which thread counts which text.
class TermCounters {
 public:
  TermCounters(std::shared_ptr<const Extractor> extractor, TermCounter::Settings settings)
      : extractor_(std::move(extractor)), settings_(std::move(settings)) {}

  // Any number of threads may call it at the same time. Throws std::bad_alloc.
  void Count(const Texts& texts);
  // Returns the terms of all texts that Count has finished.
  TermCounts Kept(std::uint32_t min_texts);

 private:
  std::unique_ptr<TermCounter> Take();

  const std::shared_ptr<const Extractor> extractor_;
  const TermCounter::Settings settings_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<TermCounter>> counters_;  // that no thread uses
};

}  // namespace hoshi
