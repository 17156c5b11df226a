// Fuzzes the vocabulary's checks. A vocabulary is refused, or the vectorizer makes a row of any text without
// reading outside the tables.
#include "vocabulary.h"

#include <cstdlib>

#include "table_input.h"
#include "vectorizer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  TableInput input(data, size);
  const std::vector<std::byte> file = input.File("VOCB", 3, 14);
  auto vocabulary = hoshi::Vocabulary::FromBytes(file);
  if (!vocabulary.ok()) return 0;
  if ((*vocabulary)->column_count > 1 << 16) return 0;  // a large scratch for each input would be slow
  const hoshi::Vectorizer vectorizer(*vocabulary);
  hoshi::Vectorizer::Scratch scratch(**vocabulary);
  for (const std::u16string& text :
       {input.Text().substr(0, 300), std::u16string(u"ababbacc映画は面白い。𠮷xyx\xd842\xdfb7\xd842")}) {
    for (const std::uint32_t step : {1, 2, 5}) {
      std::vector<std::uint32_t> ends;
      for (std::uint32_t end = step; end < text.size(); end += step) ends.push_back(end);
      if (!text.empty()) ends.push_back(static_cast<std::uint32_t>(text.size()));
      std::int32_t before = -1;
      for (const std::int32_t column : vectorizer.Row(text, ends, scratch).columns) {
        if (column <= before || column >= static_cast<std::int32_t>((*vocabulary)->column_count))
          std::abort();
        before = column;
      }
    }
  }
  return 0;
}
