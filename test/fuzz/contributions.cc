// Fuzzes the checks of the contributions. A file is refused, or Explain ends for any row without reading
// outside the tables.
#include "contributions.h"

#include <algorithm>
#include <limits>

#include "table_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  TableInput input(data, size);
  const std::vector<std::byte> file = input.File("SHAP", 1, 14);
  auto contributions = hoshi::Contributions::FromBytes(file);
  if (!contributions.ok()) return 0;
  hoshi::Contributions::Scratch scratch(**contributions);
  using Limits = std::numeric_limits<double>;
  static constexpr double kValues[] = {
      1, -1, 0, 1e-36, 0.5, -0.5, 1e300, -1e300, Limits::quiet_NaN(), Limits::infinity()};
  const std::u16string choices =
      input.Text() + u"\1\2\3\4\5\6\7\10";  // each unit chooses the value of one cell
  // A file without a linear leaf may have any number of columns.
  const std::uint32_t column_count = std::min((*contributions)->column_count(), 1000U);
  for (std::size_t row = 0; row < 12; ++row) {
    std::vector<std::int32_t> columns;
    std::vector<double> values;
    for (std::uint32_t column = 0; column < column_count; ++column) {
      const char16_t choice = choices[(row * 5 + column) % choices.size()];
      if (choice % 11 >= std::size(kValues)) continue;
      columns.push_back(static_cast<std::int32_t>(column));
      values.push_back(kValues[choice % 11]);
    }
    std::vector<double> explained(columns.size());
    (*contributions)->Explain({columns, values}, scratch, explained);
  }
  return 0;
}
