// Fuzzes the dictionary's checks. A dictionary is refused, or the analyzer segments any text with it without
// reading outside the tables.
#include "dictionary.h"

#include <cstdlib>

#include "analyzer.h"
#include "table_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  TableInput input(data, size);
  const std::vector<std::byte> file = input.File("DICT", 5, 13);
  auto dictionary = hoshi::Dictionary::FromBytes(file);
  if (!dictionary.ok()) return 0;
  const hoshi::Analyzer analyzer(*dictionary);
  [[maybe_unused]] static volatile char16_t read_unit;
  static hoshi::Analyzer::Scratch scratch;  // kept between inputs: a scratch must work with any dictionary
  const std::u16string run(70, u'x'), surface(130, u'a');
  for (const std::u16string& text : {input.Text(), std::u16string(u"abcdabcxyzwaab、bb。ba"),
                                     run + u"z" + run + u"c", surface + u"b" + surface}) {
    const auto [ends, words] = analyzer.AnalyzeWords(text, scratch);
    if ((ends.empty() ? 0 : ends.back()) != text.size()) std::abort();
    if (words.size() != ends.size()) std::abort();
    for (const std::uint32_t word : words) {
      if (word >= (*dictionary)->word_count) std::abort();
      for (const char16_t unit : (*dictionary)->base_form(word)) read_unit = unit;  // reads each one
    }
  }
  return 0;
}
