// A text that a step of the normalizer made, with the offsets of each unit in the caller's text.
//
// Offsets are in UTF-16 code units of the caller's text. starts and ends are monotone, and starts[i] <
// ends[i]. A deleted unit belongs to the unit before it. One unit may come from several (ｶﾞ → ガ), and
// several from one (㌔ → キロ); then they have the same offsets.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace hoshi {

struct MappedText {
  std::vector<char16_t> units;
  std::vector<std::uint32_t> starts, ends;

  std::size_t size() const { return units.size(); }
  std::u16string_view text() const { return {units.data(), units.size()}; }

  void Clear() {
    units.clear();
    starts.clear();
    ends.clear();
  }

  void Reserve(std::size_t size) {
    units.reserve(size);
    starts.reserve(size);
    ends.reserve(size);
  }

  // Appends a unit that comes from the units [start, end) of the caller's text.
  void Add(char16_t unit, std::uint32_t start, std::uint32_t end) {
    units.push_back(unit);
    starts.push_back(start);
    ends.push_back(end);
  }

  // Appends units of which each comes from the units [start, end) of the caller's text.
  void AddAll(std::u16string_view text, std::uint32_t start, std::uint32_t end) {
    units.insert(units.end(), text.begin(), text.end());
    starts.insert(starts.end(), text.size(), start);
    ends.insert(ends.end(), text.size(), end);
  }

  // Appends unit i of `other` as it is.
  void AddFrom(const MappedText& other, std::size_t i) {
    Add(other.units[i], other.starts[i], other.ends[i]);
  }

  // Deletes what ends at `end` in the caller's text: it belongs to the last unit, if there is one.
  void Delete(std::uint32_t end) {
    if (!ends.empty()) ends.back() = std::max(ends.back(), end);
  }
};

}  // namespace hoshi
