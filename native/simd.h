// Eight lanes of 16-bit numbers, for the analyzer: SSE 4.1 on x64, NEON on arm64. HOSHI_SIMD says whether the
// processor has them. Without it, or with HOSHI_NO_SIMD, the analyzer goes through the numbers one by one.
//
// Sums saturate, so a lane of 0xffff stays the largest. The first of equal lanes is the smallest one.
// test/native/simd_check.cc compares the lanes with plain code on both processors.
#pragma once

#include <cstdint>

#if defined(__SSE4_1__) && !defined(HOSHI_NO_SIMD)
#define HOSHI_SIMD 1
#include <smmintrin.h>
#elif defined(__aarch64__) && !defined(HOSHI_NO_SIMD)
#define HOSHI_SIMD 1
#include <arm_neon.h>
#endif

#if defined(HOSHI_SIMD)
namespace hoshi::simd {

struct Smallest {
  std::uint32_t value, lane;
};

#if defined(__SSE4_1__)

using Lanes = __m128i;

// r[0][i] … r[3][i], then zeros.
inline Lanes FirstFour(const std::uint16_t* const* r, std::uint32_t i) {
  Lanes v = _mm_cvtsi32_si128(r[0][i]);
  v = _mm_insert_epi16(v, r[1][i], 1);
  v = _mm_insert_epi16(v, r[2][i], 2);
  return _mm_insert_epi16(v, r[3][i], 3);
}

// r[0][i] … r[7][i].
inline Lanes AllEight(const std::uint16_t* const* r, std::uint32_t i) {
  Lanes v = FirstFour(r, i);
  v = _mm_insert_epi16(v, r[4][i], 4);
  v = _mm_insert_epi16(v, r[5][i], 5);
  v = _mm_insert_epi16(v, r[6][i], 6);
  return _mm_insert_epi16(v, r[7][i], 7);
}

// Four numbers that were stored just now, then 0xffff. One wide load would have to wait for the stores.
inline Lanes FourStored(const std::uint16_t* n) {
  return _mm_set_epi16(-1, -1, -1, -1, static_cast<short>(n[3]), static_cast<short>(n[2]),
                       static_cast<short>(n[1]), static_cast<short>(n[0]));
}

// REQUIRES: n is aligned to 16 bytes
inline Lanes LoadEight(const std::uint16_t* n) { return _mm_load_si128(reinterpret_cast<const Lanes*>(n)); }

// The instruction phminposuw gives the smallest lane and its number.
inline Smallest SmallestSum(Lanes a, Lanes b) {
  const auto r = static_cast<std::uint32_t>(_mm_cvtsi128_si32(_mm_minpos_epu16(_mm_adds_epu16(a, b))));
  return {r & 0xffff, r >> 16};
}

// As SmallestSum, of the first four lanes. REQUIRES: the other lanes of `b` are 0xffff
inline Smallest SmallestSumOfFour(Lanes a, Lanes b) { return SmallestSum(a, b); }

#else

using Lanes = uint16x8_t;

inline Lanes FirstFour(const std::uint16_t* const* r, std::uint32_t i) {
  Lanes v = vsetq_lane_u16(r[0][i], vdupq_n_u16(0), 0);
  v = vld1q_lane_u16(r[1] + i, v, 1);
  v = vld1q_lane_u16(r[2] + i, v, 2);
  return vld1q_lane_u16(r[3] + i, v, 3);
}

inline Lanes AllEight(const std::uint16_t* const* r, std::uint32_t i) {
  Lanes v = FirstFour(r, i);
  v = vld1q_lane_u16(r[4] + i, v, 4);
  v = vld1q_lane_u16(r[5] + i, v, 5);
  v = vld1q_lane_u16(r[6] + i, v, 6);
  return vld1q_lane_u16(r[7] + i, v, 7);
}

inline Lanes FourStored(const std::uint16_t* n) { return vcombine_u16(vld1_u16(n), vdup_n_u16(0xffff)); }

inline Lanes LoadEight(const std::uint16_t* n) { return vld1q_u16(n); }

// NEON's minimum does not give the lane. A 32-bit number of the value above the number of its lane does.
inline Smallest SmallestSum(Lanes a, Lanes b) {
  static constexpr std::uint32_t kNumbers[8] = {0, 1, 2, 3, 4, 5, 6, 7};
  const Lanes sums = vqaddq_u16(a, b);
  const uint32x4_t low = vorrq_u32(vshll_n_u16(vget_low_u16(sums), 16), vld1q_u32(kNumbers));
  const uint32x4_t high = vorrq_u32(vshll_high_n_u16(sums, 16), vld1q_u32(kNumbers + 4));
  const std::uint32_t r = vminvq_u32(vminq_u32(low, high));
  return {r >> 16, r & 0xffff};
}

inline Smallest SmallestSumOfFour(Lanes a, Lanes b) {
  static constexpr std::uint32_t kNumbers[4] = {0, 1, 2, 3};
  const uint16x4_t sums = vqadd_u16(vget_low_u16(a), vget_low_u16(b));
  const std::uint32_t r = vminvq_u32(vorrq_u32(vshll_n_u16(sums, 16), vld1q_u32(kNumbers)));
  return {r >> 16, r & 0xffff};
}

#endif

}  // namespace hoshi::simd
#endif
