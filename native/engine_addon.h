// What the objects of the addon hoshi_engine share: the state of an environment, and how an object gets and
// shows its content. Each method unwraps its arguments, makes one call and wraps the result.
// native/engine-addon.ts loads the addon, and the TypeScript classes check the arguments. An error becomes a
// JavaScript Error with a `code`.
//
// State belongs to the environment, so many workers can load the addon. Calls on the event loop use the
// scratch of their object. Work outside the event loop uses the scratches of the ScorerPool, or its own.
#pragma once

#include <napi.h>

#include <algorithm>
#include <any>
#include <cstddef>
#include <cstdint>
#include <future>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "napi_support.h"
#include "result.h"
#include "sparse_row.h"
#include "texts.h"

namespace hoshi {

constexpr std::size_t kInitialUnits = 1 << 12, kMaxUnitsKept = 1 << 20;  // size of the buffer for a text

constexpr std::uint64_t kTagPrefix = 0x686f736869;  // "hoshi" in ASCII

struct State {
  Napi::FunctionReference analyzer, vectorizer, forest, scorer, extractor, normalizer, contributions,
      term_counter;
  // The content of the next object. It is not an argument of the constructor, because JavaScript could pass a
  // foreign one.
  std::any next;
  std::vector<char16_t> text = std::vector<char16_t>(kInitialUnits);  // argument of the current call
  // By path: the std::shared_future of tables that a thread loads ahead of the call that needs them.
  std::map<std::string, std::any> ahead;

  static State& Of(Napi::Env env) { return *env.GetInstanceData<State>(); }

  // Returns the UTF-16 code units of a string. Valid until the next call.
  std::u16string_view TextFrom(const Napi::Value& value) {
    if (text.size() > kMaxUnitsKept) text = std::vector<char16_t>(kInitialUnits);
    std::size_t length = 0;
    napi_get_value_string_utf16(value.Env(), value, text.data(), text.size(), &length);
    if (length + 1 == text.size()) {  // the text may be cut off
      napi_get_value_string_utf16(value.Env(), value, nullptr, 0, &length);
      text.resize(length + 2);
      napi_get_value_string_utf16(value.Env(), value, text.data(), text.size(), &length);
    }
    return {text.data(), length};
  }

  // Returns a copy of the strings of an array.
  Texts TextsFrom(const Napi::Value& value) {
    const auto array = value.As<Napi::Array>();
    Texts texts;
    for (std::uint32_t i = 0; i < array.Length(); ++i) texts.Add(TextFrom(array.Get(i)));
    return texts;
  }
};

// Takes the content of the object under construction from the state. Throws if JavaScript called the
// constructor.
template <class T>
T TakeContent(const Napi::CallbackInfo& info) {
  std::any next = std::exchange(State::Of(info.Env()).next, {});
  if (T* content = std::any_cast<T>(&next)) return std::move(*content);
  throw ToJavaScript(
      info.Env(),
      Error{Error::Code::kArgument,
            "Expected a function of the addon to create the object, received a call of the constructor"});
}

// Defines a property as a value, not as a getter: V8 checks `this` for the methods of a native class, but not
// for its getters.
template <class Wrap>
void DefineValue(const Wrap& wrap, const char* name, Napi::Value value) {
  wrap.Value().DefineProperty(Napi::PropertyDescriptor::Value(name, value, napi_enumerable));
}

// Marks an object with the tag of its class. Unwrapped accepts only objects with that tag.
template <class Wrap>
void Tag(const Wrap& wrap) {
  wrap.Value().TypeTag(&Wrap::kTag);
}

template <class Wrap>
const Wrap& Unwrapped(const Napi::Value& value) {
  if (value.IsObject() && value.As<Napi::Object>().CheckTypeTag(&Wrap::kTag))
    return *Wrap::Unwrap(value.As<Napi::Object>());
  throw ToJavaScript(value.Env(), Error{Error::Code::kArgument, "Expected an object that the addon made"});
}

template <class T>
Napi::Value Make(Napi::Env env, const Napi::FunctionReference& constructor, T content) {
  State::Of(env).next = std::move(content);
  return constructor.Value().New(std::initializer_list<napi_value>{});
}

template <class Tables>
using TablesAhead = std::shared_future<Result<std::shared_ptr<const Tables>>>;

// (path) → starts a thread that loads the tables of the path. The call that loads them waits for the thread.
// If no thread starts, that call loads them itself.
template <class Tables>
void LoadAhead(const Napi::CallbackInfo& info) {
  const std::string path = info[0].As<Napi::String>();
  try {
    TablesAhead<Tables> tables = std::async(std::launch::async, &Tables::Load, path);
    State::Of(info.Env()).ahead.emplace(path, std::move(tables));
  } catch (const std::system_error&) {
  }
}

// Loads tables from a path or from bytes. Takes those that a thread has loaded ahead.
template <class Tables>
Result<std::shared_ptr<const Tables>> TablesFrom(const Napi::Value& from) {
  if (from.IsString()) {
    const std::string path = from.As<Napi::String>();
    auto& ahead = State::Of(from.Env()).ahead;
    if (const auto found = ahead.extract(path); !found.empty()) {
      if (const auto* tables = std::any_cast<TablesAhead<Tables>>(&found.mapped())) return tables->get();
    }
    return Tables::Load(path);
  }
  const auto bytes = from.As<Napi::Uint8Array>();
  return Tables::FromBytes({reinterpret_cast<const std::byte*>(bytes.Data()), bytes.ByteLength()});
}

// (path or bytes) → the object of the class that holds these tables
template <class Tables>
Napi::Value LoadObject(const Napi::CallbackInfo& info, Napi::FunctionReference State::* constructor) {
  auto tables = TablesFrom<Tables>(info[0]);
  if (!tables.ok()) return Throw(info.Env(), tables.error());
  return Make(info.Env(), State::Of(info.Env()).*constructor, std::move(*tables));
}

// A row in JavaScript's arrays. Valid until the end of the call.
inline SparseRow RowFrom(const Napi::Value& columns, const Napi::Value& values) {
  const auto numbers = columns.As<Napi::Int32Array>();
  const auto doubles = values.As<Napi::Float64Array>();
  return {{numbers.Data(), numbers.ElementLength()}, {doubles.Data(), doubles.ElementLength()}};
}

// Copies a row to the starts of an Int32Array and a Float64Array, which are at least as long. Returns its
// number of cells.
inline Napi::Value CopyRow(const SparseRow& row, const Napi::Value& columns, const Napi::Value& values) {
  std::copy(row.columns.begin(), row.columns.end(), columns.As<Napi::Int32Array>().Data());
  std::copy(row.values.begin(), row.values.end(), values.As<Napi::Float64Array>().Data());
  return Napi::Number::New(columns.Env(), static_cast<double>(row.columns.size()));
}

}  // namespace hoshi
