#include "capi/arguments.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>

#include <fmt/format.h>

#include "capi/check.hpp"

namespace standfast::capi {
namespace {

// more than anybody asks for, and little enough to be a count and not garbage
constexpr std::size_t kMaxNorms = 16;
// no struct of any version will be as large
constexpr std::size_t kMaxStruct = 4096;

Error argument_error(ErrorCode code, std::string message) { return {code, std::move(message)}; }

}  // namespace

Status check_not_null(const void* pointer, const char* name) {
  if (pointer != nullptr) return {};
  return argument_error(ErrorCode::kBadOption, fmt::format("{}: found NULL, expected a pointer", name));
}

Status check_aligned(const void* pointer, std::size_t alignment, const char* name) {
  if (reinterpret_cast<std::uintptr_t>(pointer) % alignment == 0) return {};
  return argument_error(ErrorCode::kBadValue,
                        fmt::format("{}: found an address that is not a multiple of {}", name, alignment));
}

Result<std::span<const float>> rows_of(const standfast_classifier& classifier, const float* rows, std::size_t count) {
  if (count == 0) return std::span<const float>();
  CAPI_CHECK(check_not_null(rows, "rows"));
  CAPI_CHECK(check_array(rows, "rows"));
  const std::size_t dim = classifier.model.dim();
  constexpr std::size_t kMaxValues = std::numeric_limits<std::ptrdiff_t>::max() / sizeof(float);
  if (count > kMaxValues / dim) {
    return argument_error(ErrorCode::kBadShape,
                          fmt::format("rows: found {} rows of {} features, which is more than any memory", count, dim));
  }
  return std::span<const float>(rows, count * dim);
}

Result<std::vector<Norm>> norms_of(const double* norms, std::size_t count) {
  if (count == 0) return std::vector<Norm>{Norm::l1(), Norm::l2(), Norm::linf()};
  if (count > kMaxNorms)
    return argument_error(ErrorCode::kBadOption,
                          fmt::format("norm_count: found {}, expected at most {}", count, kMaxNorms));
  CAPI_CHECK(check_not_null(norms, "norms"));
  CAPI_CHECK(check_array(norms, "norms"));
  std::vector<Norm> found;
  for (const double p : std::span(norms, count)) {
    STANDFAST_TRY(const auto norm, Norm::of(p));
    found.push_back(norm);
  }
  return found;
}

Result<ThreatModel> threat_of(const standfast_classifier& classifier, const standfast_threat* threat) {
  if (threat == nullptr) {
    ThreatModel any_change;
    any_change.categories = categories_of(classifier.model.summary().columns);
    return any_change;
  }
  if (threat->dim != classifier.model.dim())
    return argument_error(ErrorCode::kBadShape, fmt::format("threat: found one of {} features, expected {}",
                                                            threat->dim, classifier.model.dim()));
  return threat->model;
}

Result<std::size_t> known_size(const void* from_caller, std::size_t first_size, std::size_t our_size,
                               const char* name) {
  CAPI_CHECK(check_not_null(from_caller, name));
  CAPI_CHECK(check_aligned(from_caller, alignof(std::size_t), name));
  std::size_t size = 0;
  std::memcpy(&size, from_caller, sizeof size);
  if (size < first_size || size > kMaxStruct) {
    return argument_error(ErrorCode::kBadOption,
                          fmt::format("{}.size: found {}, expected sizeof, at least {}", name, size, first_size));
  }
  if (size <= our_size) return size;
  const auto* bytes = static_cast<const unsigned char*>(from_caller);
  if (std::any_of(bytes + our_size, bytes + size, [](unsigned char byte) { return byte != 0; })) {
    return argument_error(ErrorCode::kUnsupported, fmt::format("{}: sets a field that this version, {}, does not know",
                                                               name, STANDFAST_VERSION));
  }
  return our_size;
}

}  // namespace standfast::capi
