// Fuzzes the normalizer with any UTF-16, any steps and the real tables. Offsets must be monotone and inside
// the text. A normalized text must not change again. The result must not depend on earlier uses of the
// scratch.
//
//   byte 0: the steps, one bit for each. The rest: a text in UTF-16.
#include "normalizer/normalizer.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

using hoshi::Normalizer;

constexpr std::size_t kSteps = 7;

void Expect(bool is_right) {
  if (!is_right) std::abort();
}

// A normalizer for each set of steps.
std::vector<std::unique_ptr<const Normalizer>> MakeNormalizers() {
  auto tables = hoshi::NormalizerTables::Load("build/dictionary/normalizer.bin");
  if (!tables.ok()) std::fprintf(stderr, "%s\n", tables.error().message.c_str()), std::exit(2);
  auto dictionary = hoshi::Dictionary::Load("build/dictionary/ipadic.bin");
  if (!dictionary.ok()) std::fprintf(stderr, "%s\n", dictionary.error().message.c_str()), std::exit(2);
  std::vector<std::unique_ptr<const Normalizer>> normalizers;
  for (unsigned bits = 0; bits < 1U << kSteps; ++bits) {
    std::vector<Normalizer::Step> steps;
    for (std::size_t step = 0; step < kSteps; ++step)
      if ((bits >> step & 1U) != 0) steps.push_back(static_cast<Normalizer::Step>(step));
    normalizers.push_back(std::make_unique<const Normalizer>(*tables, *dictionary, steps));
  }
  return normalizers;
}

void ExpectOffsets(const Normalizer::Scratch& scratch, std::size_t size, std::size_t text_size) {
  Expect(scratch.starts().size() == size && scratch.ends().size() == size);
  std::uint32_t start = 0, end = 0;
  for (std::size_t i = 0; i < size; ++i) {
    Expect(scratch.starts()[i] >= start && scratch.ends()[i] >= end);
    start = scratch.starts()[i];
    end = scratch.ends()[i];
    Expect(start < end && end <= text_size);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto normalizers = MakeNormalizers();
  static Normalizer::Scratch used;
  if (size == 0) return 0;
  const Normalizer& normalizer = *normalizers[data[0] % normalizers.size()];
  std::u16string text((size - 1) / 2, u'\0');
  std::memcpy(text.data(), data + 1, text.size() * 2);

  const std::u16string normalized(normalizer.Normalize(text, used));
  Expect(used.is_changed() == (normalized != text));
  if (used.is_changed()) ExpectOffsets(used, normalized.size(), text.size());
  for (std::size_t i = 0; i < normalized.size(); ++i)
    Expect(i + normalizer.tables().EmojiLength(normalized, i) <= normalized.size());

  Normalizer::Scratch fresh;
  Expect(normalizer.Normalize(text, fresh) == normalized);
  Expect(normalizer.Normalize(normalized, fresh) == normalized);
  Expect(!fresh.is_changed());
  return 0;
}
