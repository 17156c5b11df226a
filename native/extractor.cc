#include "extractor.h"

#include <limits>
#include <utility>

namespace hoshi {
namespace {

constexpr std::uint32_t kNoWord = 0;  // the dictionary's index for no word

}  // namespace

Extractor::Extractor(std::shared_ptr<const Normalizer> normalizer, Analyzer analyzer, Vectorizer vectorizer)
    : normalizer_(std::move(normalizer)),
      analyzer_(std::move(analyzer)),
      vectorizer_(std::move(vectorizer)) {}

SparseRow Extractor::Row(std::u16string_view text, Scratch& scratch,
                         std::vector<Occurrence>* occurrences) const {
  const std::u16string_view normalized = Normalized(text, scratch);
  const std::size_t first = occurrences == nullptr ? 0 : occurrences->size();
  const SparseRow row = vectorizer_.Row(normalized, TokensOf(normalized, vocabulary().has_rules, scratch),
                                        scratch.vectorizer, occurrences);
  if (occurrences != nullptr && normalizer_ != nullptr && scratch.normalizer.is_changed()) {
    for (Occurrence& occurrence : std::span(*occurrences).subspan(first)) {
      occurrence.start = scratch.normalizer.starts()[occurrence.start];
      occurrence.end = scratch.normalizer.ends()[occurrence.end - 1];
    }
  }
  return row;
}

Extractor::TokenizedText Extractor::Tokenize(std::u16string_view text, Scratch& scratch) const {
  const std::u16string_view normalized = Normalized(text, scratch);
  return {normalized, TokensOf(normalized, true, scratch)};
}

// Returns the tokens of a normalized text. Valid until the scratch is used again.
Tokens Extractor::TokensOf(std::u16string_view text, bool needs_words, Scratch& scratch) const {
  Tokens tokens{{}, {}, &analyzer_.dictionary()};
  if (needs_words) {
    const Analyzer::Words found = analyzer_.AnalyzeWords(text, scratch.analyzer);
    tokens.ends = found.ends;
    tokens.words = found.words;
  } else {
    tokens.ends = analyzer_.Analyze(text, scratch.analyzer);
  }
  if (normalizer_ != nullptr && scratch.normalizer.may_have_emoji()) SplitAtEmoji(text, tokens, scratch);
  return tokens;
}

// Makes each emoji a token without a word of the dictionary. What is left of a token beside an emoji has no
// word, either.
void Extractor::SplitAtEmoji(std::u16string_view text, Tokens& tokens, Scratch& scratch) const {
  std::uint32_t emoji = FindEmoji(text, 0);
  if (emoji == text.size()) return;
  scratch.ends.clear();
  scratch.words.clear();
  const auto add = [&](std::uint32_t end, std::uint32_t word) {
    scratch.ends.push_back(end);
    scratch.words.push_back(word);
  };
  std::uint32_t start = 0;  // everything before is in a token
  for (std::size_t i = 0; i < tokens.ends.size(); ++i) {
    const std::uint32_t end = tokens.ends[i];
    const bool is_whole = start == (i == 0 ? 0 : tokens.ends[i - 1]) && emoji >= end;
    while (emoji < end) {
      if (emoji > start) add(emoji, kNoWord);
      start = emoji + static_cast<std::uint32_t>(normalizer_->tables().EmojiLength(text, emoji));
      add(start, kNoWord);
      emoji = FindEmoji(text, start);
    }
    if (start >= end) continue;
    add(end, is_whole && !tokens.words.empty() ? tokens.words[i] : kNoWord);
    start = end;
  }
  tokens.ends = scratch.ends;
  tokens.words = scratch.words;
}

// Returns the offset of the first emoji from `start` on, or text.size().
std::uint32_t Extractor::FindEmoji(std::u16string_view text, std::uint32_t start) const {
  std::uint32_t i = start;
  while (i < text.size() &&
         !(normalizer_->may_start_emoji(text[i]) && normalizer_->tables().EmojiLength(text, i) > 0))
    ++i;
  return i;
}

Result<Extractor::Rows> Extractor::RowsOf(const Texts& texts) const {
  Scratch scratch(*this);
  Rows rows{{}, WordCountsByText(texts.size()), {}};
  CsrMatrix& matrix = rows.matrix;
  matrix.column_count = static_cast<std::int32_t>(vectorizer_.vocabulary().column_count);
  matrix.row_starts.reserve(texts.size() + 1);
  matrix.row_starts.push_back(0);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const WordCounts before = scratch.vectorizer.word_totals.words;
    const SparseRow row = Row(texts[i], scratch);
    rows.counts.Set(i, scratch.vectorizer.word_totals.words - before);
    matrix.columns.insert(matrix.columns.end(), row.columns.begin(), row.columns.end());
    matrix.values.insert(matrix.values.end(), row.values.begin(), row.values.end());
    if (matrix.columns.size() > std::numeric_limits<std::int32_t>::max())
      return Error{Error::Code::kArgument, "Expected texts whose rows have fewer than 2^31 cells together"};
    matrix.row_starts.push_back(static_cast<std::int32_t>(matrix.columns.size()));
  }
  rows.totals = scratch.vectorizer.word_totals;
  return rows;
}

}  // namespace hoshi
