// Builds a complete table file from the fuzzer's input. The input has only the parts of a file that are worth
// changing, without padding and without large constant parts. The file gets a right header and a right
// checksum, because the fuzzers test the checks that come after these.
//
//   for each section after the identity: u16 number of bytes, the bytes
//   the rest: a text in UTF-16
//
// In the input, section 2 of dictionaries and vocabularies (codes by UTF-16 code unit) and section 1 of the
// normalizer's tables (blocks by page) are lists of pairs: unit, code, or page, block. All others are 0.
// test/fuzz/seeds.ts writes inputs in this format.
#pragma once

#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "table_file.h"

class TableInput {
 public:
  TableInput(const std::uint8_t* data, std::size_t size)
      : rest_(reinterpret_cast<const std::byte*>(data), size) {}

  // Reads the sections and returns the file. `sections` does not count the identity.
  // REQUIRES: called once, before Text
  std::vector<std::byte> File(std::string_view tag, std::uint32_t version, std::size_t sections) {
    std::vector<std::vector<std::byte>> all{{}};
    for (std::size_t i = 0; i < sections; ++i) all.push_back(Section());
    if (tag == "DICT" || tag == "VOCB") all[2] = FromPairs(all[2], 65536);
    if (tag == "NORM") all[1] = FromPairs(all[1], 8704);
    if (tag == "VOCB" && all[8].size() < 8192) all[8].resize(8192);  // logarithms
    return Encoded(tag, version, all);
  }

  std::u16string Text() const {
    std::u16string text(rest_.size() / 2, u'\0');
    std::memcpy(text.data(), rest_.data(), text.size() * 2);
    return text;
  }

  struct Row {
    std::vector<std::int32_t> columns;
    std::vector<double> values;
  };

  // 12 rows. Each unit of the text, and of an ending that every input has, chooses the value of one cell.
  std::vector<Row> Rows(std::uint32_t column_count) const {
    using Limits = std::numeric_limits<double>;
    static constexpr double kValues[] = {
        1, -1, 0, 1e-36, 0.5, -0.5, 1e300, -1e300, Limits::quiet_NaN(), Limits::infinity()};
    const std::u16string choices = Text() + u"\1\2\3\4\5\6\7\10";
    std::vector<Row> rows(12);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      for (std::uint32_t column = 0; column < column_count; ++column) {
        const char16_t choice = choices[(i * 5 + column) % choices.size()];
        if (choice % 11 >= std::size(kValues)) continue;
        rows[i].columns.push_back(static_cast<std::int32_t>(column));
        rows[i].values.push_back(kValues[choice % 11]);
      }
    }
    return rows;
  }

 private:
  std::vector<std::byte> Section() {
    std::uint16_t size = 0;
    if (rest_.size() < sizeof size) return {};
    std::memcpy(&size, rest_.data(), sizeof size);
    rest_ = rest_.subspan(sizeof size);
    const auto section = rest_.first(std::min<std::size_t>(size, rest_.size()));
    rest_ = rest_.subspan(section.size());
    return {section.begin(), section.end()};
  }

  static std::vector<std::byte> FromPairs(std::span<const std::byte> pairs, std::size_t size) {
    std::vector<std::uint16_t> values(size);
    for (; pairs.size() >= 4; pairs = pairs.subspan(4)) {
      std::uint16_t pair[2];
      std::memcpy(pair, pairs.data(), sizeof pair);
      values[pair[0] % size] = pair[1];
    }
    const auto bytes = std::as_bytes(std::span(values));
    return {bytes.begin(), bytes.end()};
  }

  static std::vector<std::byte> Encoded(std::string_view tag, std::uint32_t version,
                                        const std::vector<std::vector<std::byte>>& sections) {
    const auto round_up = [](std::size_t size) { return (size + 63) / 64 * 64; };
    std::vector<std::byte> file(round_up(32 + 16 * sections.size()));
    const auto put = [&file](std::size_t at, const auto& value) {
      std::memcpy(&file[at], &value, sizeof value);
    };
    for (std::size_t i = 0; i < sections.size(); ++i) {
      put(32 + 16 * i, std::uint64_t{file.size()});
      put(40 + 16 * i, std::uint64_t{sections[i].size()});
      file.insert(file.end(), sections[i].begin(), sections[i].end());
      file.resize(round_up(file.size()));
    }
    std::memcpy(file.data(), "hoshitab", 8);
    std::memcpy(file.data() + 8, tag.data(), 4);
    put(12, version);
    put(20, static_cast<std::uint32_t>(sections.size()));
    put(24, std::uint64_t{file.size()});
    put(16, hoshi::Checksum(std::span<const std::byte>(file).subspan(32)));
    return file;
  }

  std::span<const std::byte> rest_;
};
