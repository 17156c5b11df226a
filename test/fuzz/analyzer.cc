// Fuzzes the analyzer with any UTF-16 and the real dictionary. The tokens must cover the text without a gap.
// They must not depend on earlier uses of the scratch. The tokens of a sentence must not depend on the
// sentences around it. Each token has a word: one of its surface form, or an unknown word.
#include "analyzer.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

std::vector<std::uint32_t> EndsOf(const hoshi::Analyzer& analyzer, std::u16string_view text,
                                  hoshi::Analyzer::Scratch& scratch) {
  const auto ends = analyzer.Analyze(text, scratch);
  return {ends.begin(), ends.end()};
}

void Expect(bool is_right) {
  if (!is_right) std::abort();
}

void ExpectWords(const hoshi::Analyzer& analyzer, std::u16string_view text,
                 hoshi::Analyzer::Scratch& scratch) {
  const hoshi::Dictionary& dictionary = analyzer.dictionary();
  const std::vector<std::uint32_t> expected = EndsOf(analyzer, text, scratch);
  const auto [ends, words] = analyzer.AnalyzeWords(text, scratch);
  Expect(std::equal(ends.begin(), ends.end(), expected.begin(), expected.end()));
  const auto is_in_group = [&](std::uint32_t word, std::uint32_t first) {
    return first != 0 && first <= word && word <= first + dictionary.words[first].following();
  };
  std::size_t token = 0, start = 0;
  for (const std::uint32_t word : words) {
    const std::uint32_t surface = dictionary.Find(text.substr(start, ends[token] - start));
    const hoshi::Dictionary::Unknown unknown =
        dictionary.unknown[dictionary.category[dictionary.code[text[start]]]];
    Expect(is_in_group(word, surface) || is_in_group(word, unknown.word()));
    start = ends[token++];
  }
  Expect(token == ends.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto dictionary = hoshi::Dictionary::Load("build/dictionary/ipadic.bin");
  static const hoshi::Analyzer analyzer([] {
    if (!dictionary.ok()) std::fprintf(stderr, "%s\n", dictionary.error().message.c_str()), std::exit(2);
    return *hoshi::Result(dictionary);
  }());
  static hoshi::Analyzer::Scratch used;
  std::u16string text(size / 2, u'\0');
  std::memcpy(text.data(), data, text.size() * 2);

  const std::vector<std::uint32_t> ends = EndsOf(analyzer, text, used);
  std::uint32_t before = 0;
  for (const std::uint32_t end : ends) {
    Expect(end > before);
    before = end;
  }
  Expect(before == text.size());
  ExpectWords(analyzer, text, used);
  hoshi::Analyzer::Scratch fresh;
  Expect(EndsOf(analyzer, text, fresh) == ends);

  std::vector<std::uint32_t> by_sentence;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t last = std::min(text.find_first_of(u"、。", start), text.size() - 1);
    for (const std::uint32_t end :
         EndsOf(analyzer, std::u16string_view(text).substr(start, last + 1 - start), fresh))
      by_sentence.push_back(static_cast<std::uint32_t>(start) + end);
    start = last + 1;
  }
  Expect(by_sentence == ends);
  return 0;
}
