// Checks a model in LightGBM's text format before LightGBM reads it.
//
// LightGBM 4.7.0 (src/boosting/gbdt_model_text.cpp, src/io/tree.cpp) does not check the text. If a node is
// its own child, LightGBM loops forever. A column out of range makes it read beyond the row. A wrong size in
// tree_sizes makes it read beyond the text. A text that passes this check has no such fault: every tree is a
// proper binary tree, and every index, length and number is in its range.
//
// The check is a function without state, so threads may call it at the same time.
#pragma once

#include <optional>
#include <string_view>

#include "result.h"

namespace hoshi {

// Returns std::nullopt if the text is a model with one output, else an error with the place, the expected and
// the received value. Throws std::bad_alloc.
std::optional<Error> CheckModelText(std::string_view text);

}  // namespace hoshi
