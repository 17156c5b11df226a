// The step `spelling`. The head of model/reference/spelling.ts has the algorithm.
#include "spelling.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string_view>

#include "elongation.h"
#include "kana.h"
#include "surfaces.h"

namespace hoshi {
namespace {

constexpr std::size_t kMinRun = 2, kMaxRun = 16, kMinPiece = 3, kMaxRounds = 8;

bool StartsWithAny(std::u16string_view text, std::initializer_list<std::u16string_view> starts) {
  return std::any_of(starts.begin(), starts.end(),
                     [&](std::u16string_view start) { return text.starts_with(start); });
}

// Whether the run is a surface, with or without ー at its end, or a sequence of surfaces.
bool IsKnown(const Dictionary& dictionary, std::u16string_view run) {
  const std::u16string_view stem = run.substr(0, run.find_last_not_of(u'ー') + 1);
  if (IsSurface(dictionary, run) || IsSurface(dictionary, stem)) return true;
  std::array<bool, kMaxRun + 1> is_reached{true};
  for (std::size_t start = 0; start < run.size(); ++start)
    if (is_reached[start]) {
      SurfaceWalk walk(dictionary);
      for (std::size_t i = start; i < run.size() && walk.Step(run[i]); ++i)
        if (walk.is_surface() && i + 1 - start >= kMinPiece) is_reached[i + 1] = true;
    }
  return is_reached[run.size()];
}

// Everyday words with the form that kuromoji reads as one word. The twin, with the reasons, is in
// model/reference/everyday-words.ts.
struct WrittenForm {
  std::u16string_view word, form;
};
constexpr auto kWrittenForms = std::to_array<WrittenForm>({
    {u"さいこう", u"最高"},     {u"さいあく", u"最悪"},     {u"さいてい", u"最低"},
    {u"びみょう", u"微妙"},     {u"すげえ", u"すごい"},     {u"やべえ", u"やばい"},
    {u"うめえ", u"うまい"},     {u"ひでえ", u"ひどい"},     {u"サイコー", u"最高"},
    {u"サイコウ", u"最高"},     {u"サイアク", u"最悪"},     {u"サイテー", u"最低"},
    {u"サイテイ", u"最低"},     {u"ビミョー", u"微妙"},     {u"ビミョウ", u"微妙"},
    {u"スゲー", u"すごい"},     {u"スゲエ", u"すごい"},     {u"スゲェ", u"すごい"},
    {u"ヤベー", u"やばい"},     {u"ヤベエ", u"やばい"},     {u"ヤベェ", u"やばい"},
    {u"ウメー", u"うまい"},     {u"ウメエ", u"うまい"},     {u"ウメェ", u"うまい"},
    {u"ヒデー", u"ひどい"},     {u"ヒデエ", u"ひどい"},     {u"ダセー", u"ださい"},
    {u"ダセエ", u"ださい"},     {u"ウルセー", u"うるさい"}, {u"ウルセエ", u"うるさい"},
    {u"ウルセェ", u"うるさい"},
});
static_assert(std::all_of(kWrittenForms.begin(), kWrittenForms.end(), [](const WrittenForm& written) {
  return !written.form.empty() && written.form.size() <= written.word.size();
}));

// Returns the end of the run that begins with the katakana at `start`.
std::size_t EndOfKatakana(std::u16string_view text, std::size_t start) {
  std::size_t end = start + 1;
  for (std::size_t i = end; i < text.size(); ++i) {
    if (IsKatakana(text[i]) || text[i] == u'ー')
      end = i + 1;
    else if (text[i] != u'〜')
      break;
  }
  return end;
}

// By kana from ぁ on: whether a word of kWrittenForms begins with it.
constexpr auto kFirstUnits = [] {
  std::array<bool, u'ー' - u'ぁ' + 1> is_first{};
  for (const WrittenForm& written : kWrittenForms) is_first[written.word.front() - u'ぁ'] = true;
  return is_first;
}();

bool IsFirstUnit(char16_t unit) {
  return unit >= u'ぁ' && unit <= u'ー' && kFirstUnits[static_cast<std::size_t>(unit - u'ぁ')];
}

// Whether a word of kWrittenForms may be in the text: whether its first two units are. Almost always they are
// not, and the loop has no branch that depends on the text.
bool MayHoldWrittenForm(std::u16string_view text) {
  constexpr std::size_t kUnits = u'ー' - u'ぁ' + 1;
  struct Bits {
    std::uint32_t first, second;
  };
  // By kana from ぁ on, and then for all other units: a bit for each word that has the unit at its place.
  static constexpr auto kBits = [] {
    std::array<Bits, kUnits + 1> bits{};
    for (std::size_t i = 0; i < kWrittenForms.size(); ++i) {
      bits[kWrittenForms[i].word[0] - u'ぁ'].first |= 1U << i;
      bits[kWrittenForms[i].word[1] - u'ぁ'].second |= 1U << i;
    }
    return bits;
  }();
  static_assert(kWrittenForms.size() <= 32);
  std::uint32_t found = 0, first = 0;
  for (const char16_t unit : text) {
    const Bits& bits = kBits[std::min<std::size_t>(static_cast<std::size_t>(unit) - u'ぁ', kUnits)];
    found |= first & bits.second;
    first = bits.first;
  }
  return found != 0;
}

// Returns the written form of the word at the beginning of `text`: a katakana run, or hiragana that do not
// follow other kana. Returns null if there is none. `before` is the unit before the text, or 0.
const WrittenForm* WrittenFormAt(std::u16string_view text, char16_t before) {
  const bool is_run = IsKatakana(text.front());
  if (!IsFirstUnit(text.front()) || (!is_run && IsKana(before))) return nullptr;
  const std::u16string_view run = is_run ? text.substr(0, EndOfKatakana(text, 0)) : text;
  const auto* const found =
      std::find_if(kWrittenForms.begin(), kWrittenForms.end(), [&](const WrittenForm& written) {
        return is_run ? written.word == run : run.starts_with(written.word);
      });
  return found == kWrittenForms.end() ? nullptr : found;
}

bool HasWrittenForm(std::u16string_view text) {
  if (!MayHoldWrittenForm(text)) return false;
  for (std::size_t i = 0; i < text.size();) {
    const char16_t before = i > 0 ? text[i - 1] : u'\0';
    if (IsFirstUnit(text[i]) && WrittenFormAt(text.substr(i), before) != nullptr) return true;
    i = IsKatakana(text[i]) ? EndOfKatakana(text, i) : i + 1;
  }
  return false;
}

// Writes everyday words as their written forms. Returns whether something changed.
bool WriteKnownForms(MappedText& text) {
  bool is_changed = false;
  std::size_t size = 0;     // of the result, which is never longer than what was read
  char16_t before = 0;      // the unit before text[i] as it was
  std::size_t run_end = 0;  // the end of the last katakana run that has no form
  for (std::size_t i = 0; i < text.size();) {
    const WrittenForm* const written = i < run_end ? nullptr : WrittenFormAt(text.text().substr(i), before);
    if (written == nullptr) {
      if (i >= run_end && IsKatakana(text.units[i])) run_end = EndOfKatakana(text.text(), i);
      before = text.units[i];
      text.units[size] = text.units[i];
      text.starts[size] = text.starts[i];
      text.ends[size++] = text.ends[i++];
      continue;
    }
    is_changed = true;
    const std::size_t end = i + written->word.size();
    const std::uint32_t first = text.starts[i], last = text.ends[end - 1];
    before = text.units[end - 1];
    for (const char16_t unit : written->form) {
      text.units[size] = unit;
      text.starts[size] = first;
      text.ends[size++] = last;
    }
    i = end;
  }
  text.units.resize(size);
  text.starts.resize(size);
  text.ends.resize(size);
  return is_changed;
}

// Decides which runs become hiragana. It has a buffer for their readings.
class Speller {
 public:
  explicit Speller(const Dictionary& dictionary) : d_(dictionary) {}

  // Calls `visit` with the start and the end of each run that is to become hiragana, until it returns false.
  template <class Visit>
  void ForEachMisspelled(std::u16string_view text, const Visit& visit) {
    for (std::size_t i = 0; i < text.size();) {
      if (!IsKatakana(text[i])) {
        ++i;
        continue;
      }
      const std::size_t end = EndOfKatakana(text, i);
      if (end - i >= kMinRun && end - i <= kMaxRun &&
          IsMisspelled(text.substr(i, end - i), WordUnitsAfter(text.substr(end))) && !visit(i, end))
        return;
      i = end;
    }
  }

 private:
  bool IsMisspelled(std::u16string_view run, std::u16string_view after) {
    if (!MayBeginEnding(after) && IsSurface(d_, run)) return false;  // most runs
    std::array<char16_t, kMaxRun + kMaxUnitsAfter> units;
    auto* const end_of_run = std::transform(run.begin(), run.end(), units.data(), ToHiragana);
    std::u16string_view text(units.data(), run.size() + after.size());
    std::copy(after.begin(), after.end(), end_of_run);
    std::size_t length = run.size();
    std::size_t same = 0;  // elongation leaves these units: full vowels before a mark may become a part of it
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (MayBeginMark(text, i)) {
        if (!BeginsWord(text.substr(0, std::min(same, length)))) return false;  // usual, and much cheaper
        length = Elongated(text, length);
        text = reading_.text();
        break;
      }
      if (std::u16string_view(u"あいうえお").find(text[i]) == text.npos) same = i + 1;
    }
    if (length < kMinRun) return false;
    return IsWord(text.substr(0, length), text.substr(length), run);
  }

  // Whether the ending of a stem that is a surface in katakana may follow: what an elongation leaves of
  // `after` begins with its first unit, except for vowels and marks.
  static bool MayBeginEnding(std::u16string_view after) {
    return !after.empty() &&
           (after.front() <= u'お' || std::u16string_view(u"かけすそ").find(after.front()) != after.npos);
  }

  // Whether a word may begin with the text.
  bool BeginsWord(std::u16string_view text) const {
    return SurfaceWalk(d_).Step(text) ||
           std::any_of(kEverydayWords.begin(), kEverydayWords.end(),
                       [&](std::u16string_view word) { return word.starts_with(text); });
  }

  // Elongates the text into reading_. Returns how many of its units come from the first `length` ones.
  std::size_t Elongated(std::u16string_view text, std::size_t length) {
    reading_.Clear();
    for (const char16_t unit : text) {
      const auto start = static_cast<std::uint32_t>(reading_.size());
      reading_.Add(unit, start, start + 1);
    }
    Elongate(d_, reading_);
    const auto& starts = reading_.starts;
    return static_cast<std::size_t>(std::lower_bound(starts.begin(), starts.end(), length) - starts.begin());
  }

  // Whether the spelling of a run is a word, alone or with the beginning of `rest`, and the run is not known.
  bool IsWord(std::u16string_view spelling, std::u16string_view rest, std::u16string_view run) const {
    const std::size_t length = spelling.size();
    if (length >= 3 && IsEverydayWord(spelling) && !IsSurface(d_, run)) return true;
    SurfaceWalk walk(d_);
    if (!walk.Step(spelling) || spelling.find(u'ー') != spelling.npos) return false;
    const auto has_with = [&](std::u16string_view ending) {
      SurfaceWalk with_ending = walk;
      return with_ending.Step(ending) && with_ending.is_surface();
    };
    const bool is_stem = has_with(u"い") && has_with(u"かっ") && has_with(u"く");
    if (is_stem && StartsWithAny(rest, {u"い", u"かっ", u"かろ", u"けれ", u"すぎ", u"そう"})) return true;
    if (length >= 3 && IsEverydayWord(spelling)) return false;
    const bool is_adjective =
        spelling.back() == u'い' && IsSurface(d_, spelling.substr(0, length - 1), u"かっ");
    const bool is_word = walk.is_surface() && (length >= 4 || (length == 3 && is_adjective));
    const bool is_ending = is_stem && StartsWithAny(rest, {u"く", u"さ", u"め"});
    const std::size_t more = walk.Longest(rest);
    return (is_ending || is_word || (more != 0 && length + more >= 4)) && !IsKnown(d_, run);
  }

  const Dictionary& d_;
  MappedText reading_;
};

}  // namespace

bool MayBeginWrittenForm(char16_t unit) { return IsFirstUnit(unit); }

bool HasMisspelling(const Dictionary& dictionary, std::u16string_view text) {
  if (HasWrittenForm(text)) return true;
  bool is_found = false;
  Speller(dictionary).ForEachMisspelled(text, [&](std::size_t, std::size_t) {
    is_found = true;
    return false;
  });
  return is_found;
}

void RespellKatakana(const Dictionary& dictionary, MappedText& text) {
  Speller speller(dictionary);
  bool is_changed = true;
  for (std::size_t round = 0; round < kMaxRounds && is_changed; ++round) {
    is_changed = WriteKnownForms(text);
    speller.ForEachMisspelled(text.text(), [&](std::size_t start, std::size_t end) {
      is_changed = true;
      for (std::size_t i = start; i < end; ++i) text.units[i] = ToHiragana(text.units[i]);
      return true;
    });
    if (is_changed) Elongate(dictionary, text);
  }
}

}  // namespace hoshi
