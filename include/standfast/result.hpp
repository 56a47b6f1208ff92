// Errors as values: what a caller or a file can cause comes back as a code and one sentence.
#pragma once

#include <cassert>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace standfast {

enum class ErrorCode {
  kIo,           ///< A file cannot be opened, read or written.
  kBadFormat,    ///< The bytes are not what their format allows.
  kBadShape,     ///< A length or shape does not match.
  kBadValue,     ///< A value is outside its range, NaN or infinite.
  kBadOption,    ///< A request that makes no sense.
  kNotConvex,    ///< The network is not input-convex.
  kUnsupported,  ///< Valid, but not something this version can do.
  kEnvironment,  ///< The processor's floating-point mode, or a missing program.
};

/// One sentence that names the place, what was found and what was expected.
struct Error {
  ErrorCode code = ErrorCode::kBadValue;
  std::string message;
};

/// Either a value or an Error. Reading the one that is not there is a programming error.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & { return *get(); }
  const T& value() const& { return *get(); }
  T&& value() && { return std::move(*get()); }
  T& operator*() & { return *get(); }
  const T& operator*() const& { return *get(); }
  T&& operator*() && { return std::move(*get()); }
  T* operator->() { return get(); }
  const T* operator->() const { return get(); }

  [[nodiscard]] const Error& error() const {
    assert(!ok() && "error() of a Result that holds a value");
    return *std::get_if<1>(&state_);
  }

 private:
  T* get() {
    assert(ok() && "value() of a Result that holds an error");
    return std::get_if<0>(&state_);
  }
  const T* get() const {
    assert(ok() && "value() of a Result that holds an error");
    return std::get_if<0>(&state_);
  }

  std::variant<T, Error> state_;
};

/// Success without a value, or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  [[nodiscard]] bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  [[nodiscard]] const Error& error() const {
    assert(!ok() && "error() of a Result that holds success");
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

}  // namespace standfast
