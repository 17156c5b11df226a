// Compares native/simd.h with plain code, on x64 and on arm64.
//
//   simd_check               compares two million sums, with ties, zeros and saturation; exits with 1 if one
//   differs simd_check lanes|plain N only computes N minima of eight sums, so that their instructions can be
//   counted
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "simd.h"

#if !defined(HOSHI_SIMD)
#error "expected a processor with SSE 4.1 or NEON: -march=x86-64-v2 on x64"
#endif

namespace {

using hoshi::simd::Smallest;

struct Input {
  alignas(16) std::uint16_t rows[8][4], relative[8];
  const std::uint16_t* row[8];
};

Smallest Plain(const Input& in, std::uint32_t i, std::uint32_t count) {
  Smallest best{std::uint32_t{in.relative[0]} + in.row[0][i], 0};
  for (std::uint32_t lane = 1; lane < count; ++lane) {
    const std::uint32_t sum = std::uint32_t{in.relative[lane]} + in.row[lane][i];
    const bool is_less = sum < best.value;
    best.value = is_less ? sum : best.value;
    best.lane = is_less ? lane : best.lane;
  }
  return best;
}

std::uint64_t state = 1;
std::uint32_t Draw() {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return static_cast<std::uint32_t>(state >> 33);
}

void Fill(Input& in) {
  static constexpr std::uint32_t kRanges[] = {2, 50, 0x7fff, 0x10000};
  const std::uint32_t range = kRanges[Draw() % 4];
  for (int lane = 0; lane < 8; ++lane) {
    for (auto& cost : in.rows[lane]) cost = static_cast<std::uint16_t>(Draw() % range);
    in.relative[lane] = static_cast<std::uint16_t>(Draw() % 16 == 0 ? 0xffff : Draw() % range);
    in.row[lane] = in.rows[lane];
  }
}

// Plain sums above 0xffff are equal when they saturate, and the first one wins.
bool IsSame(Smallest lanes, Smallest plain) {
  return plain.value >= 0xffff ? lanes.value == 0xffff
                               : lanes.value == plain.value && lanes.lane == plain.lane;
}

}  // namespace

int main(int argc, char** argv) {
  Input in;
  Fill(in);
  if (argc == 3) {
    std::uint32_t sum = 0;
    const bool is_plain = std::strcmp(argv[1], "plain") == 0;
    for (long n = std::atol(argv[2]); n > 0; --n) {
      const std::uint32_t i = static_cast<std::uint32_t>(n) % 4;
      asm volatile("" ::: "memory");
      const Smallest best = is_plain ? Plain(in, i, 8)
                                     : hoshi::simd::SmallestSum(hoshi::simd::AllEight(in.row, i),
                                                                hoshi::simd::LoadEight(in.relative));
      sum += best.value + best.lane;
    }
    return sum == 1;
  }
  long differences = 0;
  constexpr long kRounds = 250'000;
  for (long round = 0; round < kRounds; ++round) {
    Fill(in);
    const auto eight = hoshi::simd::LoadEight(in.relative);
    const auto four = hoshi::simd::FourStored(in.relative);
    for (std::uint32_t i = 0; i < 4; ++i) {
      differences +=
          !IsSame(hoshi::simd::SmallestSum(hoshi::simd::AllEight(in.row, i), eight), Plain(in, i, 8));
      differences +=
          !IsSame(hoshi::simd::SmallestSumOfFour(hoshi::simd::FirstFour(in.row, i), four), Plain(in, i, 4));
    }
  }
  std::printf("lanes: %ld sums compared, %ld differences\n", kRounds * 8, differences);
  return differences == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
