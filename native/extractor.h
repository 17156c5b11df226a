// Text → row: normalizer, analyzer and vectorizer in one call. The scorer and the models of LightGBM read its
// rows.
//
// With the step emoji, each emoji is a token of its own. kuromoji groups emoji with their neighbours, so a
// token is split at its emoji.
//
// An Extractor is immutable and may be shared by threads. Each thread needs a Scratch of its own.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "analyzer.h"
#include "normalizer/normalizer.h"
#include "result.h"
#include "sparse_row.h"
#include "texts.h"
#include "vectorizer.h"

namespace hoshi {

class Extractor {
 public:
  struct Scratch {
    explicit Scratch(const Extractor& extractor)
        : analyzer(), vectorizer(extractor.vectorizer_.vocabulary()) {}
    Normalizer::Scratch normalizer;
    Analyzer::Scratch analyzer;
    Vectorizer::Scratch vectorizer;
    std::vector<std::uint32_t> ends, words;  // of tokens that are split at emoji
  };

  struct Rows {
    CsrMatrix matrix;
    WordCountsByText counts;
    WordTotals totals;
  };

  // `normalizer` may be null: the text is then analyzed as it is.
  Extractor(std::shared_ptr<const Normalizer> normalizer, Analyzer analyzer, Vectorizer vectorizer);

  // Returns the row. Valid until the scratch is used again. Adds each occurrence of a term, with its offsets
  // in `text`, to `occurrences` if it is not null. Throws std::bad_alloc. REQUIRES: text.size() < 2^31
  SparseRow Row(std::u16string_view text, Scratch& scratch,
                std::vector<Occurrence>* occurrences = nullptr) const;

  // Returns the rows in the order of the texts, with a scratch of its own. Throws std::bad_alloc.
  Result<Rows> RowsOf(const Texts& texts) const;

  struct TokenizedText {
    std::u16string_view text;  // normalized
    Tokens tokens;             // of that text, each with its word of the dictionary
  };

  // Returns the tokens of a text, for people to read. If scratch.normalizer.is_changed(), that has the
  // offsets in `text`. Valid until the scratch is used again. Throws std::bad_alloc. REQUIRES: text.size() <
  // 2^31
  TokenizedText Tokenize(std::u16string_view text, Scratch& scratch) const;

  const Vocabulary& vocabulary() const { return vectorizer_.vocabulary(); }

 private:
  std::u16string_view Normalized(std::u16string_view text, Scratch& scratch) const {
    return normalizer_ == nullptr ? text : normalizer_->Normalize(text, scratch.normalizer);
  }
  Tokens TokensOf(std::u16string_view text, bool needs_words, Scratch& scratch) const;
  void SplitAtEmoji(std::u16string_view text, Tokens& tokens, Scratch& scratch) const;
  std::uint32_t FindEmoji(std::u16string_view text, std::uint32_t start) const;

  std::shared_ptr<const Normalizer> normalizer_;
  Analyzer analyzer_;
  Vectorizer vectorizer_;
};

}  // namespace hoshi
