// A file of tables, mapped read-only. The dictionary, the vocabulary, the forest, the contributions and the
// tables of the normalizer are compiled to such files.
//
//   byte  0  "hoshitab"
//         8  kind, four letters: DICT, VOCB, FRST, SHAP or NORM
//        12  u32 version of the kind's sections
//        16  u32 checksum: XXH32 of everything from byte 32 on
//        20  u32 number of sections
//        24  u64 size of the file in bytes
//        32  for each section: u64 offset, u64 size in bytes
//            the sections, each at a multiple of 64. Section 0 is the identity: UTF-8 text that names what
//            the file was compiled from
//
// Numbers are little-endian. Open checks the container; the classes derived from LoadedTables check the
// content of the sections. A TableFile is immutable and may be shared by threads. Processes that map the same
// file share its memory.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "result.h"

namespace hoshi {

struct TableKind {
  const char* name;  // for messages
  std::string_view tag;
  std::uint32_t version;
  std::span<const std::uint8_t> element_bytes;  // element size of each section after the identity
};

class TableFile {
 public:
  static Result<TableFile> Map(const std::string& path, const TableKind& kind);
  // Reads a table file from memory. Copies the bytes.
  static Result<TableFile> Copy(std::span<const std::byte> bytes, const TableKind& kind);

  TableFile(TableFile&&) noexcept = default;
  TableFile& operator=(TableFile&&) noexcept = default;

  const std::string& identity() const { return identity_; }
  // The path, or "memory". For messages.
  const std::string& source() const { return source_; }

  // REQUIRES: 1 <= number <= the kind's number of sections; sizeof(T) is the kind's element size
  template <class T>
  std::span<const T> Section(std::size_t number) const {
    const std::span<const std::byte> bytes = sections_.at(number);
    assert(bytes.size() % sizeof(T) == 0);
    return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
  }

  // Returns the error "SOURCE: WHAT: expected EXPECTED, found FOUND".
  Error Refuse(const std::string& what, const std::string& expected, const std::string& found) const;

 private:
  TableFile() = default;
  static Result<TableFile> Open(TableFile file, std::span<const std::byte> bytes, const TableKind& kind);
  // Checks the header, which is at the start of a file of `size` bytes.
  std::optional<Error> CheckHeader(std::span<const std::byte> start, std::size_t size,
                                   const TableKind& kind) const;

  std::shared_ptr<const std::byte> memory_;
  std::string source_, identity_;
  std::vector<std::span<const std::byte>> sections_;
};

// The base class of Dictionary, Vocabulary, Forest, Contributions and NormalizerTables. `Tables` defines
// kKind and Check, which returns the first error in the sections. Check runs once, before the object can be
// used.
template <class Tables>
class LoadedTables {
 public:
  static Result<std::shared_ptr<const Tables>> Load(const std::string& path) {
    return From(TableFile::Map(path, Tables::kKind));
  }
  static Result<std::shared_ptr<const Tables>> FromBytes(std::span<const std::byte> bytes) {
    return From(TableFile::Copy(bytes, Tables::kKind));
  }

  // Returns the origin of the tables: the sources that they were compiled from.
  const std::string& identity() const { return file_.identity(); }

 protected:
  explicit LoadedTables(TableFile file) : file_(std::move(file)) {}

  TableFile file_;

 private:
  static Result<std::shared_ptr<const Tables>> From(Result<TableFile> file) {
    if (!file.ok()) return file.error();
    std::shared_ptr<Tables> tables(new Tables(std::move(*file)));
    if (std::optional<Error> error = tables->Check()) return *std::move(error);
    return std::shared_ptr<const Tables>(std::move(tables));
  }
};

// The checksum of a file without its header (model/compile/table-file.ts). It hashes both halves side by
// side, because one hash waits for its multiplications: that takes twice as long.
std::uint32_t Checksum(std::span<const std::byte> bytes);

}  // namespace hoshi
