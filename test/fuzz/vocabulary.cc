// Fuzzes the vocabulary's checks. A vocabulary is refused, or the vectorizer makes a row of any text without
// reading outside the tables. Term rules need words of a dictionary: those of the analyzer, or any.
#include "vocabulary.h"

#include <cstdio>
#include <cstdlib>

#include "analyzer.h"
#include "table_input.h"
#include "vectorizer.h"

namespace {

void Expect(bool is_right) {
  if (!is_right) std::abort();
}

void ExpectRow(const hoshi::Vectorizer& vectorizer, std::u16string_view text, const hoshi::Tokens& tokens,
               hoshi::Vectorizer::Scratch& scratch) {
  const auto columns = static_cast<std::int32_t>(vectorizer.vocabulary().column_count);
  std::vector<hoshi::Occurrence> occurrences;
  std::int32_t before = -1;
  for (const std::int32_t column : vectorizer.Row(text, tokens, scratch, &occurrences).columns) {
    Expect(column > before && column < columns);
    before = column;
    const std::string_view term = vectorizer.vocabulary().Term(static_cast<std::uint32_t>(column));
    Expect(std::string(term) == term);  // reads all of it
  }
  for (const auto& [column, start, end] : occurrences)
    Expect(column >= 0 && column < columns && start <= end && end <= text.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto dictionary = hoshi::Dictionary::Load("build/dictionary/ipadic.bin");
  static const hoshi::Analyzer analyzer([] {
    if (!dictionary.ok()) std::fprintf(stderr, "%s\n", dictionary.error().message.c_str()), std::exit(2);
    return *hoshi::Result(dictionary);
  }());
  static hoshi::Analyzer::Scratch analysis;
  TableInput input(data, size);
  const std::vector<std::byte> file = input.File("VOCB", 4, 14);
  auto vocabulary = hoshi::Vocabulary::FromBytes(file);
  if (!vocabulary.ok()) return 0;
  if ((*vocabulary)->column_count > 1 << 16) return 0;  // a large scratch for each input would be slow
  const hoshi::Vectorizer vectorizer(*vocabulary);
  hoshi::Vectorizer::Scratch scratch(**vocabulary);
  for (const std::u16string& text :
       {input.Text().substr(0, 300), std::u16string(u"ababbacc映画は面白い。𠮷xyx\xd842\xdfb7\xd842"),
        std::u16string(u"味はいいけど店はない。味しかない★よくていない？😀")}) {
    const auto [ends, words] = analyzer.AnalyzeWords(text, analysis);
    ExpectRow(vectorizer, text, {ends, words, &analyzer.dictionary()}, scratch);
    for (const std::uint32_t step : {1, 2, 5}) {
      std::vector<std::uint32_t> any_ends, any_words;
      for (std::uint32_t end = step; end < text.size(); end += step) any_ends.push_back(end);
      if (!text.empty()) any_ends.push_back(static_cast<std::uint32_t>(text.size()));
      for (const std::uint32_t end : any_ends)
        any_words.push_back((end * 0x9e3779b1U ^ text[end - 1]) % analyzer.dictionary().word_count);
      ExpectRow(vectorizer, text, {any_ends, any_words, &analyzer.dictionary()}, scratch);
    }
  }
  return 0;
}
