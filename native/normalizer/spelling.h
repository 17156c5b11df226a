// The steps `elongation` and `spelling` of the normalizer. elongation.ts and spelling.ts in model/reference
// are the readable twins; their heads have the algorithms. All functions take linear time and keep no state.
#pragma once

#include <string_view>

#include "../dictionary.h"
#include "mapped_text.h"

namespace hoshi {

// すごーい and すごぉい become すごい; おいしー becomes おいしい.
void Elongate(const Dictionary& dictionary, MappedText& text);

// スゴイ becomes すごい if the dictionary does not know the katakana; さいこう becomes 最高. Expects a text
// that passed Elongate.
void RespellKatakana(const Dictionary& dictionary, MappedText& text);

// Whether an everyday word that RespellKatakana writes in another form may begin with the unit.
bool MayBeginWrittenForm(char16_t unit);

// Whether Elongate, or RespellKatakana, changes the text.
bool HasElongation(const Dictionary& dictionary, std::u16string_view text);
bool HasMisspelling(const Dictionary& dictionary, std::u16string_view text);

}  // namespace hoshi
