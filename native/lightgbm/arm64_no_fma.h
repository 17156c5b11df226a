// Included before each source of LightGBM on arm64. LightGBM solves linear trees with Eigen, which calls the
// fused multiply-add by its intrinsics; -ffp-contract=off does not change these. x86-64-v2 has no such
// instruction, so the last bits would differ.
#if defined(__aarch64__) && defined(__cplusplus)
#include <arm_neon.h>
#define vfmaq_f64(c, a, b) vaddq_f64(c, vmulq_f64(a, b))
#define vfmaq_f32(c, a, b) vaddq_f32(c, vmulq_f32(a, b))
#define vfmaq_n_f64(c, a, b) vaddq_f64(c, vmulq_n_f64(a, b))
#define vfmaq_n_f32(c, a, b) vaddq_f32(c, vmulq_n_f32(a, b))
#undef vfmaq_laneq_f64  // a macro in clang's header
#undef vfmaq_laneq_f32
#define vfmaq_laneq_f64(c, a, b, lane) vaddq_f64(c, vmulq_laneq_f64(a, b, lane))
#define vfmaq_laneq_f32(c, a, b, lane) vaddq_f32(c, vmulq_laneq_f32(a, b, lane))
#endif
