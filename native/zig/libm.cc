// The functions of libm that round, as LightGBM calls them. Zig links its own versions of some, whose last
// bits differ from those of the C library, so CMakeLists.txt wraps the calls and they go to the library of
// the process here. glibc 2.28 has older versions of these functions than 2.29; dlsym takes the newest one of
// the machine, as g++ does.
#include <dlfcn.h>

#include <cstdlib>

namespace {

template <typename Function>
Function* find(const char* name) {
  void* found = dlsym(RTLD_DEFAULT, name);
  if (found == nullptr) std::abort();  // Node itself needs libm
  return reinterpret_cast<Function*>(found);
}

using Unary = double(double);
using Binary = double(double, double);
using UnaryFloat = float(float);

Unary* const exp_of_libm = find<Unary>("exp");
Unary* const log_of_libm = find<Unary>("log");
Unary* const log2_of_libm = find<Unary>("log2");
Unary* const log1p_of_libm = find<Unary>("log1p");
Unary* const expm1_of_libm = find<Unary>("expm1");
Binary* const pow_of_libm = find<Binary>("pow");
UnaryFloat* const logf_of_libm = find<UnaryFloat>("logf");

}  // namespace

extern "C" {
double __wrap_exp(double x) { return exp_of_libm(x); }
double __wrap_log(double x) { return log_of_libm(x); }
double __wrap_log2(double x) { return log2_of_libm(x); }
double __wrap_log1p(double x) { return log1p_of_libm(x); }
double __wrap_expm1(double x) { return expm1_of_libm(x); }
double __wrap_pow(double x, double y) { return pow_of_libm(x, y); }
float __wrap_logf(float x) { return logf_of_libm(x); }
}
