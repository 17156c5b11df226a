// Fuzzes the checks of the contributions. A file is refused, or Explain ends for any row without reading
// outside the tables.
#include "contributions.h"

#include <algorithm>

#include "table_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  TableInput input(data, size);
  const std::vector<std::byte> file = input.File("SHAP", 2, 14);
  auto contributions = hoshi::Contributions::FromBytes(file);
  if (!contributions.ok()) return 0;
  hoshi::Contributions::Scratch scratch(**contributions);
  // A file without a linear leaf may have any number of columns.
  const std::uint32_t column_count = std::min((*contributions)->column_count(), 1000U);
  for (const auto& [columns, values] : input.Rows(column_count)) {
    std::vector<double> explained(columns.size());
    (*contributions)->Explain({columns, values}, scratch, explained);
  }
  return 0;
}
