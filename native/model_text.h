// LightGBM's text format of a model, checked whole before LightGBM sees it.
//
// LightGBM 4.7.0 (src/boosting/gbdt_model_text.cpp, src/io/tree.cpp) trusts the text: a child that is its own
// parent never ends, a column out of range reads beyond the row, an offset in tree_sizes beyond the text.
// What passes here has none of that: every tree is a proper binary tree, and every index, length and number
// is as the reader expects it.
#pragma once

#include <optional>
#include <string_view>

#include "result.h"

namespace hoshi {

// Nothing if the text is a model with one output, or what was expected where.
std::optional<Error> CheckModelText(std::string_view text);

}  // namespace hoshi
