// The result of a call: a value, or an error. The core reports its errors this way. The only exception that
// leaves the core is std::bad_alloc. The addons turn both into JavaScript errors: Error in napi_support.h,
// exceptions by NODE_ADDON_API_CPP_EXCEPTIONS_ALL (CMakeLists.txt).
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace hoshi {

struct Error {
  enum class Code { kArgument, kModel, kLightGbm, kTables };  // native/errors.ts has the same
  Code code;
  std::string message;  // where, what was expected, and what was found
};

template <class T>
class Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit on purpose
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT
  bool ok() const { return state_.index() == 0; }
  T& operator*() { return std::get<0>(state_); }
  T* operator->() { return &std::get<0>(state_); }
  const Error& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

}  // namespace hoshi
