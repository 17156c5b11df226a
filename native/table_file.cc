#include "table_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace hoshi {
namespace {

static_assert(std::endian::native == std::endian::little, "the tables are used as they are in the file");

constexpr std::size_t kAlignment = 64;
constexpr std::string_view kMagic = "hoshitab";

struct Header {
  char magic[8];
  char tag[4];
  std::uint32_t version, checksum, section_count;
  std::uint64_t size;
};
static_assert(sizeof(Header) == 32);

struct SectionEntry {
  std::uint64_t offset, size;
};

template <class T>
T Load(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

// XXH32 with seed 0 (Yann Collet, xxHash specification).
class Xxh32 {
 public:
  // Mixes in 16 bytes.
  void Add(const std::byte* stripe) {
    const Lanes sums = lanes_ + Load<Lanes>(stripe) * kPrime2;
    lanes_ = (sums << 13 | sums >> 19) * kPrime1;
  }

  // Returns the hash of `bytes`. Add has taken all whole stripes of them.
  std::uint32_t Of(std::span<const std::byte> bytes) const {
    std::uint32_t hash = bytes.size() < 16 ? kPrime5
                                           : std::rotl(lanes_[0], 1) + std::rotl(lanes_[1], 7) +
                                                 std::rotl(lanes_[2], 12) + std::rotl(lanes_[3], 18);
    hash += static_cast<std::uint32_t>(bytes.size());
    std::size_t i = bytes.size() / 16 * 16;
    for (; i + 4 <= bytes.size(); i += 4)
      hash = std::rotl(hash + Load<std::uint32_t>(&bytes[i]) * kPrime3, 17) * kPrime4;
    for (; i < bytes.size(); ++i)
      hash = std::rotl(hash + std::to_integer<std::uint32_t>(bytes[i]) * kPrime5, 11) * kPrime1;
    hash = (hash ^ hash >> 15) * kPrime2;
    hash = (hash ^ hash >> 13) * kPrime3;
    return hash ^ hash >> 16;
  }

 private:
  static constexpr std::uint32_t kPrime1 = 2654435761U, kPrime2 = 2246822519U, kPrime3 = 3266489917U,
                                 kPrime4 = 668265263U, kPrime5 = 374761393U;
  // One vector: the compiler multiplies lanes one by one otherwise, which takes twice as long.
  using Lanes [[gnu::vector_size(16)]] = std::uint32_t;
  Lanes lanes_ = {kPrime1 + kPrime2, kPrime2, 0, 0U - kPrime1};
};

}  // namespace

std::uint32_t Checksum(std::span<const std::byte> bytes) {
  const std::size_t half = bytes.size() / 32 * 16;
  const auto first = bytes.first(half), second = bytes.subspan(half);
  Xxh32 first_hash, second_hash;
  std::size_t i = 0;
  for (; i < half; i += 16) {
    first_hash.Add(&first[i]);
    second_hash.Add(&second[i]);
  }
  for (; i + 16 <= second.size(); i += 16) second_hash.Add(&second[i]);
  const std::uint32_t hashes[] = {first_hash.Of(first), second_hash.Of(second)};
  return Xxh32().Of(std::as_bytes(std::span(hashes)));
}

Result<TableFile> TableFile::Map(const std::string& path, const TableKind& kind) {
  TableFile file;
  file.source_ = path;
  const auto failure = [&](const char* verb) -> Error {
    return {Error::Code::kTables,
            path + ": expected a " + kind.name + ", cannot " + verb + " it: " + std::strerror(errno)};
  };
  const int descriptor =
      open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // opening a pipe must not block
  if (descriptor < 0) return failure("open");
  struct stat status{};
  if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0) {
    close(descriptor);
    return file.Refuse("the file", std::string("a compiled ") + kind.name,
                       "an empty file, or something that is not a file");
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  // Before the file is mapped, because a mapping reads all of it, and a wrong file may be huge.
  std::byte start[sizeof(Header)];
  const ssize_t length = pread(descriptor, start, sizeof start, 0);
  if (length < 0) {
    const Error error = failure("read");
    close(descriptor);
    return error;
  }
  if (std::optional<Error> error = file.CheckHeader({start, static_cast<std::size_t>(length)}, size, kind)) {
    close(descriptor);
    return *std::move(error);
  }
  int flags = MAP_SHARED;
#ifdef MAP_POPULATE
  flags |= MAP_POPULATE;  // the checksum reads all pages anyway
#endif
  void* memory = mmap(nullptr, size, PROT_READ, flags, descriptor, 0);
  const Error error = failure("map");
  close(descriptor);
  if (memory == MAP_FAILED) return error;
  file.memory_ = {static_cast<const std::byte*>(memory),
                  [size](const std::byte* start) { munmap(const_cast<std::byte*>(start), size); }};
  return Open(std::move(file), {static_cast<const std::byte*>(memory), size}, kind);
}

Result<TableFile> TableFile::Copy(std::span<const std::byte> bytes, const TableKind& kind) {
  TableFile file;
  file.source_ = "memory";
  const std::size_t size = (bytes.size() + kAlignment) / kAlignment * kAlignment;
  void* memory = std::aligned_alloc(kAlignment, size);
  if (memory == nullptr) return file.Refuse("memory", std::to_string(size) + " bytes", "less");
  if (!bytes.empty()) std::memcpy(memory, bytes.data(), bytes.size());
  file.memory_ = {static_cast<const std::byte*>(memory),
                  [](const std::byte* start) { std::free(const_cast<std::byte*>(start)); }};
  return Open(std::move(file), {static_cast<const std::byte*>(memory), bytes.size()}, kind);
}

Error TableFile::Refuse(const std::string& what, const std::string& expected,
                        const std::string& found) const {
  return {Error::Code::kTables, source_ + ": " + what + ": expected " + expected + ", found " + found};
}

std::optional<Error> TableFile::CheckHeader(std::span<const std::byte> start, std::size_t size,
                                            const TableKind& kind) const {
  const std::string whole = std::string("a compiled ") + kind.name;
  if (start.size() < sizeof(Header)) return Refuse("the file", whole, std::to_string(size) + " bytes");
  const auto header = Load<Header>(start.data());
  if (std::string_view(header.magic, 8) != kMagic || std::string_view(header.tag, 4) != kind.tag)
    return Refuse("the file", whole, "another format");
  if (header.version != kind.version) {
    return Refuse("version", std::to_string(kind.version),
                  std::to_string(header.version) + " (compile it with this version of hoshi)");
  }
  if (header.size != size)
    return Refuse("size", std::to_string(header.size) + " bytes", std::to_string(size));
  return std::nullopt;
}

Result<TableFile> TableFile::Open(TableFile file, std::span<const std::byte> bytes, const TableKind& kind) {
  if (std::optional<Error> error = file.CheckHeader(bytes, bytes.size(), kind)) return *std::move(error);
  const auto header = Load<Header>(bytes.data());
  const std::size_t count = kind.element_bytes.size() + 1;
  if (header.section_count != count || bytes.size() < sizeof(Header) + count * sizeof(SectionEntry))
    return file.Refuse("sections", std::to_string(count), std::to_string(header.section_count));
  const std::uint32_t checksum = Checksum(bytes.subspan(sizeof(Header)));
  if (checksum != header.checksum)
    return file.Refuse("checksum", std::to_string(header.checksum),
                       std::to_string(checksum) + " (the file is damaged: compile it again)");
  for (std::size_t i = 0; i < count; ++i) {
    const auto entry = Load<SectionEntry>(bytes.data() + sizeof(Header) + i * sizeof(SectionEntry));
    const std::size_t element = i == 0 ? 1 : kind.element_bytes[i - 1];
    if (entry.offset % kAlignment != 0 || entry.offset > bytes.size() ||
        entry.size > bytes.size() - entry.offset || entry.size % element != 0) {
      return file.Refuse("section " + std::to_string(i),
                         "whole elements of " + std::to_string(element) + " bytes within the file",
                         std::to_string(entry.size) + " bytes at " + std::to_string(entry.offset));
    }
    file.sections_.push_back(bytes.subspan(entry.offset, entry.size));
  }
  const auto identity = file.sections_[0];
  file.identity_.assign(reinterpret_cast<const char*>(identity.data()), identity.size());
  return file;
}

}  // namespace hoshi
