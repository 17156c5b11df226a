// Tables for the programs of `make tsan`.
#pragma once

#include <cstdio>
#include <cstdlib>

#include "result.h"

namespace hoshi {

// Returns the tables, or ends the program with the error.
template <class T>
T Loaded(Result<T> result) {
  if (!result.ok()) {
    std::fprintf(stderr, "%s\n", result.error().message.c_str());
    std::exit(2);
  }
  return *result;
}

}  // namespace hoshi
