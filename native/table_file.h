// A file of tables, mapped read-only: what the dictionary, the vocabulary and the forest are compiled to.
//
//   byte  0  "hoshitab"
//         8  kind, four letters: DICT, VOCB or FRST
//        12  u32 version of the kind's sections
//        16  u32 checksum: XXH32 of everything from byte 32 on
//        20  u32 number of sections
//        24  u64 size of the file
//        32  for each section: u64 offset, u64 size in bytes
//            the sections, each at a multiple of 64; the first is the identity: what it was compiled from
//
// Numbers are little-endian. Everything about the container is checked when it is opened; what is in the
// sections is for their readers to check. Immutable, so it may be shared by any number of threads; processes
// that map the same file share its memory.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "result.h"

namespace hoshi {

struct TableKind {
  const char* name;  // for messages
  std::string_view tag;
  std::uint32_t version;
  std::span<const std::uint8_t> element_bytes;  // of each section after the identity
};

class TableFile {
 public:
  static Result<TableFile> Map(const std::string& path, const TableKind& kind);
  // Of bytes in memory, which are copied.
  static Result<TableFile> Copy(std::span<const std::byte> bytes, const TableKind& kind);

  TableFile(TableFile&&) noexcept = default;
  TableFile& operator=(TableFile&&) noexcept = default;

  const std::string& identity() const { return identity_; }
  // For messages: the path, or "memory".
  const std::string& source() const { return source_; }

  // REQUIRES: 1 <= number <= the kind's sections, sizeof(T) as the kind says.
  template <class T>
  std::span<const T> Section(std::size_t number) const {
    const std::span<const std::byte> bytes = sections_.at(number);
    assert(bytes.size() % sizeof(T) == 0);
    return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
  }

  // "PATH: WHAT: expected EXPECTED, found FOUND"
  Error Refuse(const std::string& what, const std::string& expected, const std::string& found) const;

 private:
  TableFile() = default;
  static Result<TableFile> Open(TableFile file, std::span<const std::byte> bytes, const TableKind& kind);

  std::shared_ptr<const std::byte> memory_;
  std::string source_, identity_;
  std::vector<std::span<const std::byte>> sections_;
};

// XXH32 with seed 0 (Yann Collet, xxHash specification): a checksum that costs less than reading the memory.
std::uint32_t Xxh32(std::span<const std::byte> bytes);

}  // namespace hoshi
