// Helpers that both addons share: errors, arrays, and work outside the event loop.
//
// The functions run on the event loop's thread. Only a Task's `work` runs on another thread; it must not
// touch JavaScript. Any call into JavaScript may throw, because a worker may be terminated during it. So
// memory always has an owner.
#pragma once

#include <napi.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "result.h"

namespace hoshi {

inline Napi::Error ToJavaScript(Napi::Env env, const Error& error) {
  static constexpr const char* kCodes[] = {"argument", "model", "lightgbm", "tables"};  // by Error::Code
  static_assert(std::size(kCodes) == static_cast<std::size_t>(Error::Code::kTables) + 1);
  Napi::Error thrown = Napi::Error::New(env, error.message);
  thrown.Value().Set("code", kCodes[static_cast<int>(error.code)]);
  return thrown;
}

// Throws to JavaScript when the calling function returns. Returns undefined, so that a caller can return it.
inline Napi::Value Throw(Napi::Env env, const Error& error) {
  ToJavaScript(env, error).ThrowAsJavaScriptException();
  return env.Undefined();
}

template <class T>
std::vector<T> CopyOf(const Napi::Value& value) {
  auto array = value.As<Napi::TypedArrayOf<T>>();
  return std::vector<T>(array.Data(), array.Data() + array.ElementLength());
}

template <class T>
Napi::Value ToJavaScript(Napi::Env env, std::span<const T> values) {
  auto array = Napi::TypedArrayOf<T>::New(env, values.size());
  std::copy(values.begin(), values.end(), array.Data());
  return array;
}

template <class T>
Napi::Value ToJavaScript(Napi::Env env, const std::vector<T>& values) {
  return ToJavaScript(env, std::span<const T>(values));
}

// Runs `work` outside the event loop. Run returns a promise, which resolves to `wrap` of the result or is
// rejected with the error.
template <class T>
class Task : public Napi::AsyncWorker {
 public:
  using Work = std::function<Result<T>()>;
  using Wrap = std::function<Napi::Value(Napi::Env, T&)>;

  static Napi::Value Run(Napi::Env env, Work work, Wrap wrap) {
    std::unique_ptr<Task> task(new Task(env, std::move(work), std::move(wrap)));
    const Napi::Promise promise = task->deferred_.Promise();
    task->Queue();
    static_cast<void>(task.release());  // it deletes itself after OnOK or OnError
    return promise;
  }

 protected:
  void Execute() override { result_.emplace(work_()); }
  void OnOK() override {
    if (result_->ok()) {
      deferred_.Resolve(wrap_(Env(), **result_));
    } else {
      deferred_.Reject(ToJavaScript(Env(), result_->error()).Value());
    }
  }
  void OnError(const Napi::Error& error) override { deferred_.Reject(error.Value()); }

 private:
  Task(Napi::Env env, Work work, Wrap wrap)
      : AsyncWorker(env),
        deferred_(Napi::Promise::Deferred::New(env)),
        work_(std::move(work)),
        wrap_(std::move(wrap)) {}

  Napi::Promise::Deferred deferred_;
  Work work_;
  Wrap wrap_;
  std::optional<Result<T>> result_;
};

}  // namespace hoshi
