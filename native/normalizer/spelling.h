// The steps `elongation` and `spelling` of the normalizer. elongation.ts and spelling.ts in model/reference
// are the readable twins; their heads have the algorithms. Both functions take linear time and keep no state.
#pragma once

#include "dictionary.h"
#include "mapped_text.h"

namespace hoshi {

// すごーい and すごぉい become すごい; おいしー becomes おいしい. Returns false if nothing changes; `out` is
// then untouched.
bool Elongate(const Dictionary& dictionary, const MappedText& in, MappedText& out);

// スゴイ becomes すごい if the dictionary does not know the katakana. Expects a text that passed Elongate.
// Returns false if nothing changes; `out` is then untouched.
bool RespellKatakana(const Dictionary& dictionary, const MappedText& in, MappedText& out);

}  // namespace hoshi
