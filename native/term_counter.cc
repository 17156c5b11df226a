#include "term_counter.h"

#include <algorithm>

#include "word_lookup.h"

namespace hoshi {
namespace {

constexpr std::uint32_t kFree = 0xffffffff;  // an empty slot
constexpr std::size_t kTermsPerString = 1 << 16;
constexpr char16_t kMark = u'¬';
constexpr std::u16string_view kPrefixes[] = {u"", u"A:", u"B:", u"L:", u"S:"};  // by Root

std::uint32_t Hash(std::u16string_view word) {  // FNV-1a over UTF-16 units (Fowler, Noll and Vo)
  std::uint32_t hash = 0x811c9dc5;
  for (const char16_t unit : word) hash = (hash ^ unit) * 0x01000193;
  return hash ^ hash >> 15;
}

std::uint32_t Hash(std::uint32_t parent, std::uint32_t word) {
  std::uint32_t hash = parent * 0x9e3779b1U ^ word * 0x85ebca6bU;
  hash = (hash ^ hash >> 15) * 0xc2b2ae35U;
  return hash ^ hash >> 13;
}

// The white space of model/reference/term-rules.ts.
bool IsWhiteSpace(char16_t unit) {
  return (unit >= u'\t' && unit <= u'\r') || unit == u' ' || unit == 0x85 || unit == 0xa0 || unit == 0x1680 ||
         (unit >= 0x2000 && unit <= 0x200a) || unit == 0x2028 || unit == 0x2029 || unit == 0x202f ||
         unit == 0x205f || unit == 0x3000;
}

bool HasLoneSurrogate(std::u16string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((text[i] & 0xf800) != 0xd800) continue;
    if (text[i] >= 0xdc00 || i + 1 == text.size() || (text[i + 1] & 0xfc00) != 0xdc00) return true;
    ++i;
  }
  return false;
}

// Whether a symbol is a term (isSymbolTerm in model/reference/term-rules.ts).
bool IsSymbolTerm(std::u16string_view symbol) {
  return !IsPlainSymbol(symbol) && !std::any_of(symbol.begin(), symbol.end(), IsWhiteSpace) &&
         !HasLoneSurrogate(symbol);
}

// Whether `a` comes before `b` by code point.
bool IsBefore(std::u16string_view a, std::u16string_view b) {
  const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (x == a.end() || y == b.end()) return a.size() < b.size();
  const bool x_is_surrogate = (*x & 0xf800) == 0xd800, y_is_surrogate = (*y & 0xf800) == 0xd800;
  return x_is_surrogate == y_is_surrogate ? *x < *y : y_is_surrogate;
}

}  // namespace

std::pair<std::uint32_t, bool> WordNumbers::Number(std::u16string_view word) {
  if (slots_.size() <= 2 * ends_.size()) Rehash();
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = Hash(word) & mask;
  while (slots_[slot] != kFree) {
    if ((*this)[slots_[slot]] == word) return {slots_[slot], false};
    slot = (slot + 1) & mask;
  }
  const auto number = static_cast<std::uint32_t>(ends_.size());
  units_.insert(units_.end(), word.begin(), word.end());
  ends_.push_back(units_.size());
  slots_[slot] = number;
  return {number, true};
}

void WordNumbers::Rehash() {
  slots_.assign(std::max<std::size_t>(1 << 10, slots_.size() * 2), kFree);
  const std::size_t mask = slots_.size() - 1;
  for (std::uint32_t number = 0; number < ends_.size(); ++number) {
    std::size_t slot = Hash((*this)[number]) & mask;
    while (slots_[slot] != kFree) slot = (slot + 1) & mask;
    slots_[slot] = number;
  }
}

TermCounter::TermCounter(std::shared_ptr<const Extractor> extractor, const Settings& settings)
    : extractor_(std::move(extractor)),
      v_(extractor_->vocabulary()),
      smallest_(settings.smallest),
      largest_(settings.largest),
      slots_(1 << 10, kFree),
      scratch_(*extractor_) {
  for (const auto& [word, stands_for] : settings.spellings) {
    const std::uint32_t number = Number(stands_for);
    stands_for_[Number(word)] = number;
  }
}

void TermCounter::Add(std::u16string_view text) {
  ++text_count_;
  const Extractor::TokenizedText tokenized = extractor_->Tokenize(text, scratch_);
  const auto& [ends, dictionary_words, dictionary] = tokenized.tokens;
  sentence_.Clear();
  last_sentence_.Clear();
  segment_start_ = sentence_count_ = 0;
  std::uint32_t start = 0;
  for (std::size_t i = 0; i < ends.size(); ++i) {
    if (v_.has_rules) {
      AddToken(tokenized.text, start, ends[i], dictionary_words[i], *dictionary);
    } else {
      AddParts(tokenized.text, start, ends[i], PartOfSpeech::kOther);
    }
    start = ends[i];
  }
  EndSegment(false);
  EndSentence();
  if (v_.has_last_sentence && sentence_count_ >= 2)
    for (std::size_t i = 0; i < last_sentence_.words.size(); ++i) CountPrefixed(kLast, last_sentence_, i);
}

void TermCounter::AddToken(std::u16string_view text, std::uint32_t start, std::uint32_t end,
                           std::uint32_t dictionary_word, const Dictionary& dictionary) {
  // The word characters from `first` to `last`, and whether the token has others behind them.
  std::uint32_t first = start, length = 0;
  while (first < end && (length = WordCharacter(v_, text, first, end)) == 0) ++first;
  if (first == end) return AddSymbol(text.substr(start, end - start));
  const PartOfSpeech part = dictionary.part_of_speech(dictionary_word);
  const std::u16string_view base = dictionary.base_form(dictionary_word);
  if (!base.empty()) {
    std::uint32_t last = first;
    while (last < end && (length = WordCharacter(v_, text, last, end)) != 0) last += length;
    while (last < end && WordCharacter(v_, text, last, end) == 0) ++last;
    if (last == end && AddBaseForm(base, part)) return;
  }
  AddParts(text, first, end, part);
}

// Adds the words of a token.
void TermCounter::AddParts(std::u16string_view text, std::uint32_t start, std::uint32_t end,
                           PartOfSpeech part) {
  ForEachWord(v_, text, start, end, [&](const FoundWord& found, std::uint32_t at) {
    AddWord(text.substr(at, found.end - at), found.characters, found.word, part);
  });
}

// Returns false if the base form is not one word.
bool TermCounter::AddBaseForm(std::u16string_view base, PartOfSpeech part) {
  const auto size = static_cast<std::uint32_t>(base.size());
  const std::uint32_t length = WordCharacter(v_, base, 0, size);
  if (length == 0) return false;
  const FoundWord found = FindWord(v_, base, 0, size, length);
  if (found.end != size) return false;
  AddWord(base, found.characters, found.word, part);
  return true;
}

void TermCounter::AddWord(std::u16string_view word, std::uint32_t characters, std::uint32_t rule_word,
                          PartOfSpeech part) {
  if (characters < v_.shortest_word) return;
  sentence_.words.push_back({rule_word, 0, 0, part, false});
  sentence_.numbers.push_back(stands_for_[Number(word)]);
}

void TermCounter::AddSymbol(std::u16string_view symbol) {
  if (v_.has_symbols && IsSymbolTerm(symbol)) Count(Child(kSymbol, 2 * Number(symbol)));
  EndSegment(IsQuestion(symbol));
  if (EndsSentence(symbol)) EndSentence();
}

void TermCounter::EndSegment(bool ends_with_question) {
  const std::size_t first = segment_start_, end = sentence_.words.size();
  segment_start_ = end;
  MarkNegations(v_, std::span(sentence_.words).subspan(first), ends_with_question);
  for (std::size_t i = first; i < end; ++i) {
    std::uint32_t node = kPlain;
    for (std::size_t k = i; k < end && k < i + largest_; ++k) {
      node =
          Child(node, 2 * sentence_.numbers[k] + static_cast<std::uint32_t>(sentence_.words[k].is_negated));
      if (k + 1 >= i + smallest_) Count(node);
    }
  }
}

void TermCounter::EndSentence() {
  segment_start_ = 0;
  if (sentence_.words.empty()) return;
  ++sentence_count_;
  const std::size_t particle = v_.has_clauses ? FindConcessive(v_, sentence_.words) : 0;
  for (std::size_t i = 0; particle > 0 && i < sentence_.words.size(); ++i)
    CountPrefixed(i < particle ? kBefore : kAfter, sentence_, i);
  std::swap(sentence_, last_sentence_);
  sentence_.Clear();
}

void TermCounter::CountPrefixed(Root root, const Sentence& sentence, std::size_t i) {
  const SentenceWord& word = sentence.words[i];
  if (IsContent(word.part_of_speech))
    Count(Child(root, 2 * sentence.numbers[i] + static_cast<std::uint32_t>(word.is_negated)));
}

void TermCounter::Count(std::uint32_t index) {
  Node& node = nodes_[index];
  ++node.total;
  const auto text = static_cast<std::uint32_t>(text_count_);
  if (node.last_text == text) return;
  node.last_text = text;
  ++node.texts;
}

// Returns the number of the word itself.
std::uint32_t TermCounter::Number(std::u16string_view word) {
  const auto [number, is_new] = words_.Number(word);
  if (is_new) stands_for_.push_back(number);
  return number;
}

// Returns the node of the parent's term plus one word. Makes it if it is new.
std::uint32_t TermCounter::Child(std::uint32_t parent, std::uint32_t word) {
  std::size_t slot = SlotOf(parent, word);
  if (slots_[slot] != kFree) return slots_[slot];
  if (4 * nodes_.size() >= 3 * slots_.size()) {
    Rehash();
    slot = SlotOf(parent, word);
  }
  nodes_.push_back({parent, word, 0, 0, 0});
  return slots_[slot] = static_cast<std::uint32_t>(nodes_.size() - 1);
}

// Returns the slot of the node, or the free slot where it belongs.
std::size_t TermCounter::SlotOf(std::uint32_t parent, std::uint32_t word) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = Hash(parent, word) & mask;
  while (slots_[slot] != kFree) {
    const Node& node = nodes_[slots_[slot]];
    if (node.parent == parent && node.word == word) break;
    slot = (slot + 1) & mask;
  }
  return slot;
}

void TermCounter::Rehash() {
  slots_.assign(2 * slots_.size(), kFree);
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) slots_[SlotOf(nodes_[i].parent, nodes_[i].word)] = i;
}

void TermCounter::Add(const TermCounter& other) {
  text_count_ += other.text_count_;
  std::vector<std::uint32_t> numbers(other.words_.size()), nodes(other.nodes_.size());  // theirs → ours
  for (std::uint32_t i = 0; i < numbers.size(); ++i) numbers[i] = Number(other.words_[i]);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const Node& theirs = other.nodes_[i];  // a parent comes before its children
    const std::uint32_t parent = theirs.parent < kFirstRoot ? nodes[theirs.parent] : theirs.parent;
    nodes[i] = Child(parent, 2 * numbers[theirs.word / 2] + theirs.word % 2);
    nodes_[nodes[i]].total += theirs.total;
    nodes_[nodes[i]].texts += theirs.texts;
  }
}

TermCounts TermCounter::Kept(std::uint32_t min_texts) const {
  struct Term {
    std::u16string text;
    std::uint32_t node;
  };
  std::vector<Term> terms;
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i].texts < min_texts || nodes_[i].texts == 0) continue;  // 0: only longer terms begin with it
    terms.push_back({{}, i});
    AppendTerm(i, terms.back().text);
  }
  std::sort(terms.begin(), terms.end(),
            [](const Term& a, const Term& b) { return IsBefore(a.text, b.text); });
  TermCounts counts;
  counts.text_count = text_count_;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    if (i % kTermsPerString == 0) {
      counts.terms.emplace_back();
    } else {
      counts.terms.back() += u'\n';
    }
    counts.terms.back() += terms[i].text;
    counts.totals.push_back(nodes_[terms[i].node].total);
    counts.texts.push_back(nodes_[terms[i].node].texts);
  }
  return counts;
}

void TermCounter::AppendTerm(std::uint32_t index, std::u16string& term) const {
  const Node& node = nodes_[index];
  if (node.parent < kFirstRoot) {
    AppendTerm(node.parent, term);
    term += u' ';
  } else {
    term += kPrefixes[node.parent - kFirstRoot];
  }
  term += words_[node.word / 2];
  if (node.word % 2 == 1) term += kMark;
}

void TermCounters::Count(const Texts& texts) {
  std::unique_ptr<TermCounter> counter = Take();
  for (std::size_t i = 0; i < texts.size(); ++i) counter->Add(texts[i]);
  const std::lock_guard lock(mutex_);
  counters_.push_back(std::move(counter));
}

std::unique_ptr<TermCounter> TermCounters::Take() {
  {
    const std::lock_guard lock(mutex_);
    if (!counters_.empty()) {
      std::unique_ptr<TermCounter> counter = std::move(counters_.back());
      counters_.pop_back();
      return counter;
    }
  }
  return std::make_unique<TermCounter>(extractor_, settings_);
}

TermCounts TermCounters::Kept(std::uint32_t min_texts) {
  std::unique_ptr<TermCounter> sum = Take();
  for (;;) {
    std::unique_ptr<TermCounter> other;
    {
      const std::lock_guard lock(mutex_);
      if (counters_.empty()) break;
      other = std::move(counters_.back());
      counters_.pop_back();
    }
    sum->Add(*other);
  }
  TermCounts counts = sum->Kept(min_texts);
  const std::lock_guard lock(mutex_);
  counters_.push_back(std::move(sum));
  return counts;
}

}  // namespace hoshi
