// What a caller hands over, believed only as far as it can be checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "capi/check.hpp"
#include "capi/handles.hpp"
#include "standfast/result.hpp"

namespace standfast::capi {

/// Fails: kBadOption for NULL.
Status check_not_null(const void* pointer, const char* name);
/// Fails: kBadValue for an address that no value of this alignment has.
Status check_aligned(const void* pointer, std::size_t alignment, const char* name);

/// An array of the caller that may be NULL, which leaves it out.
template <class T>
Status check_array(const T* array, const char* name) {
  return check_aligned(array, alignof(T), name);
}

/// The inputs as one span. Fails: kBadOption for NULL, kBadValue for a misaligned pointer, kBadShape if count rows are
/// more than any memory.
Result<std::span<const float>> rows_of(const standfast_classifier& classifier, const float* rows, std::size_t count);

/// The norms asked for; l1, l2 and linf if count is 0. Fails: kBadOption.
Result<std::vector<Norm>> norms_of(const double* norms, std::size_t count);

/// The threat asked for; NULL stands for any change. Fails: kBadShape for that of another number of features.
Result<ThreatModel> threat_of(const standfast_classifier& classifier, const standfast_threat* threat);

/// How much of a struct its caller knows. Fails: kBadOption for NULL, for a size below that of the first version, and
/// for one that no version has; kUnsupported if the caller sets what this library does not know.
Result<std::size_t> known_size(const void* from_caller, std::size_t first_size, std::size_t our_size, const char* name);

/// A copy of a struct of the caller, of which only the first `size` bytes, its first field, are there.
template <class Struct>
Result<Struct> copy_in(const Struct* from_caller, std::size_t first_size, const char* name) {
  STANDFAST_TRY(const auto size, known_size(from_caller, first_size, sizeof(Struct), name));
  Struct copy{};
  std::memcpy(&copy, from_caller, size);
  copy.size = size;
  return copy;
}

/// Writes a struct back, as far as its caller knows it. Requires: copy came from copy_in of the same pointer.
template <class Struct>
void copy_out(const Struct& copy, Struct* to_caller) {
  constexpr std::size_t kAfterSize = sizeof(std::size_t);
  std::memcpy(reinterpret_cast<char*>(to_caller) + kAfterSize, reinterpret_cast<const char*>(&copy) + kAfterSize,
              copy.size - kAfterSize);
}

/// Copies results into an array of the caller, if there is one.
template <class T>
void fill_in(std::span<const T> results, T* array) {
  if (array != nullptr && !results.empty()) std::memcpy(array, results.data(), results.size_bytes());
}

}  // namespace standfast::capi
