// Errors as values: what a caller or a file can cause comes back as a code and one sentence.
//
//     static int fail(const standfast::Error& error) {
//       std::fprintf(stderr, "%s\n", error.message.c_str());
//       return 2;
//     }
//
//     const auto classifier = standfast::Classifier::load(path);
//     if (!classifier) return fail(classifier.error());
//     standfast::CertifyOptions options;
//     options.norms = {standfast::Norm::l1(), standfast::Norm::l2()};
//     const auto found = classifier->certify(data->features, count, options);
//     if (!found) return fail(found.error());
//
// A function that can fail returns a Result<T>: a T or an Error, never both and never neither. Ask it first, as one
// asks a pointer; then `*result` and `result->` read the value, and `result.error()` reads the error. A function
// without a value returns a Status. The compiler warns if a Result is dropped unread.
//
// The code of an Error is for programs and its message is for people. The library never throws, prints or exits. A
// comment that lists what a function "Fails:" with names the codes.
#pragma once

#include <cassert>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace standfast {

/// What kind of thing went wrong.
enum class ErrorCode {
  kIo,           ///< A file cannot be opened, read or written.
  kBadFormat,    ///< The bytes are not what their format allows.
  kBadShape,     ///< A length or a shape does not match.
  kBadValue,     ///< A value is outside its range, NaN or infinite.
  kBadOption,    ///< A request makes no sense.
  kNotConvex,    ///< The network is not input-convex.
  kUnsupported,  ///< The request is valid, but this version cannot do it.
  kEnvironment,  ///< The processor's floating-point mode is wrong, or a program is missing.
};

/// Why something could not be done.
struct Error {
  ErrorCode code = ErrorCode::kBadValue;  ///< The kind, for programs.
  std::string message;                    ///< One sentence that names the place, what was found and what was expected.
};

/// Either a value or an Error. To read the one that is not there is a programming error, which an assertion catches.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  /// Whether there is a value.
  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // Each reads the value. Requires: ok().
  T& value() & { return *get(); }
  const T& value() const& { return *get(); }
  T&& value() && { return std::move(*get()); }
  T& operator*() & { return *get(); }
  const T& operator*() const& { return *get(); }
  T&& operator*() && { return std::move(*get()); }
  T* operator->() { return get(); }
  const T* operator->() const { return get(); }

  /// Why there is no value. Requires: !ok().
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

  /// Whether it was done.
  [[nodiscard]] bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  /// Why it was not done. Requires: !ok().
  [[nodiscard]] const Error& error() const {
    assert(!ok() && "error() of a Result that holds success");
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

/// What a function returns that has nothing to return but success.
using Status = Result<void>;

}  // namespace standfast
