// Checks a model in LightGBM's text format before LightGBM reads it.
//
// LightGBM 4.7.0 (src/boosting/gbdt_model_text.cpp, src/io/tree.cpp) does not check the text. A child that is
// its own parent makes it loop forever, a column out of range makes it read beyond the row, and a wrong size
// in tree_sizes makes it read beyond the text. A text that passes this check has no such fault: every tree is
// a proper binary tree, and every index, length and number is in its range.
//
// The check is a function without state, so threads may call it at the same time.
#pragma once

#include <optional>
#include <string_view>

#include "result.h"

namespace hoshi {

// Returns std::nullopt if the text is a model with one output, else an error that says where, what was
// expected and what was received. Throws std::bad_alloc.
std::optional<Error> CheckModelText(std::string_view text);

}  // namespace hoshi
