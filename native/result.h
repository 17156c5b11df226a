// What a call gives: a value, or why there is none. The core throws nothing; addon.cc turns errors into
// JavaScript's.
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace hoshi {

struct Error {
  enum class Code { kArgument, kModel, kLightGbm, kTables };
  Code code;
  std::string message;  // what was expected, where, and what came
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
