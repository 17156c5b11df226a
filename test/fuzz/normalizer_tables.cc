// Fuzzes the checks of the normalizer's tables. Tables are refused, or the normalizer normalizes any text
// with them without reading outside the tables.
#include <cstdlib>

#include "normalizer/normalizer.h"
#include "table_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  TableInput input(data, size);
  const std::vector<std::byte> file = input.File("NORM", 2, 9);
  auto tables = hoshi::NormalizerTables::FromBytes(file);
  if (!tables.ok()) return 0;
  using Step = hoshi::Normalizer::Step;
  static constexpr Step kSteps[] = {Step::kEmoji, Step::kDashes, Step::kNfkc, Step::kPunctuation,
                                    Step::kRepeats};
  const auto normalizer = std::make_unique<const hoshi::Normalizer>(*tables, nullptr, kSteps);
  static hoshi::Normalizer::Scratch scratch;  // kept between inputs: a scratch must work with any tables
  for (const std::u16string& text :
       {input.Text(),
        std::u16string(u"が\u3099！…ｶﾞ\u0301\ufdfa(^^)orz—ーwww❤😀\U0001F1EF\U0001F1EF\U0001F3FB...")}) {
    const std::u16string_view normalized = normalizer->Normalize(text, scratch);
    if (scratch.is_changed() && scratch.starts().size() != normalized.size()) std::abort();
    for (std::size_t i = 0; i < normalized.size(); ++i) {
      if (i + (*tables)->EmojiLength(normalized, i) > normalized.size()) std::abort();
    }
  }
  return 0;
}
