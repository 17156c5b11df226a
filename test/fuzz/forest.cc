// Fuzzes the forest's checks. A forest is refused, or Predict ends for any row without reading outside the
// tables.
#include "forest.h"

#include "table_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  TableInput input(data, size);
  const std::vector<std::byte> file = input.File("FRST", 3, 8);
  auto forest = hoshi::Forest::FromBytes(file);
  if (!forest.ok()) return 0;
  hoshi::Forest::Scratch scratch(**forest);
  for (const auto& [columns, values] : input.Rows((*forest)->column_count()))
    (*forest)->Predict({columns, values}, scratch);
  return 0;
}
