// Fuzzes the forest's checks. A forest is refused, or Predict ends for any row without reading outside the
// tables.
#include "forest.h"

#include <limits>

#include "table_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  TableInput input(data, size);
  const std::vector<std::byte> file = input.File("FRST", 2, 8);
  auto forest = hoshi::Forest::FromBytes(file);
  if (!forest.ok()) return 0;
  hoshi::Forest::Scratch scratch(**forest);
  using Limits = std::numeric_limits<double>;
  static constexpr double kValues[] = {
      1, -1, 0, 1e-36, 0.5, -0.5, 1e300, -1e300, Limits::quiet_NaN(), Limits::infinity()};
  const std::u16string choices =
      input.Text() + u"\1\2\3\4\5\6\7\10";  // each unit chooses the value of one cell
  for (std::size_t row = 0; row < 12; ++row) {
    std::vector<std::int32_t> columns;
    std::vector<double> values;
    for (std::uint32_t column = 0; column < (*forest)->column_count(); ++column) {
      const char16_t choice = choices[(row * 5 + column) % choices.size()];
      if (choice % 11 >= std::size(kValues)) continue;
      columns.push_back(static_cast<std::int32_t>(column));
      values.push_back(kValues[choice % 11]);
    }
    (*forest)->Predict({columns, values}, scratch);
  }
  return 0;
}
