// Models come in, from a file or from memory, and go.
#include <cstddef>
#include <memory>
#include <span>

#include "capi/arguments.hpp"
#include "capi/check.hpp"
#include "capi/outcome.hpp"
#include "files/bytes.hpp"
#include "files/read_file.hpp"
#include "files/sha256.hpp"
#include "format/model_file.hpp"

namespace standfast::capi {
namespace {

constexpr std::size_t kFirstLoadOptions = offsetof(standfast_load_options, logit_threshold) + sizeof(double);

Result<double> threshold_of(const standfast_load_options* options) {
  if (options == nullptr) return 0.0;
  STANDFAST_TRY(const auto copy, copy_in(options, kFirstLoadOptions, "options"));
  return copy.logit_threshold;
}

std::vector<const char*> pointers_to(const std::vector<std::string>& texts) {
  std::vector<const char*> pointers;
  pointers.reserve(texts.size());
  for (const std::string& text : texts) pointers.push_back(text.c_str());
  return pointers;
}

/// One bound per feature, or none at all.
std::vector<double> one_per_feature(const std::vector<double>& bounds, std::size_t dim) {
  if (bounds.size() == 1) return std::vector<double>(dim, bounds[0]);
  return bounds;
}

Outcome load_from(files::Bytes bytes, const std::string& name, const standfast_load_options* options,
                  standfast_classifier** classifier) {
  STANDFAST_TRY(const auto threshold, threshold_of(options));
  STANDFAST_TRY(auto model, Classifier::parse(bytes, name, threshold));
  auto loaded = std::make_unique<standfast_classifier>(
      standfast_classifier{std::move(model), files::sha256_of_text(files::as_text(bytes)), {}, {}, {}, {}});
  const ModelSummary& summary = loaded->model.summary();  // stays where it is for as long as the model
  loaded->names = pointers_to(summary.feature_names);
  loaded->units = pointers_to(summary.feature_units);
  loaded->domain_lower = one_per_feature(summary.domain_lower, loaded->model.dim());
  loaded->domain_upper = one_per_feature(summary.domain_upper, loaded->model.dim());
  *classifier = loaded.release();
  return {};
}

}  // namespace
}  // namespace standfast::capi

standfast_status standfast_load_file(const char* path, const standfast_load_options* options,
                                     standfast_classifier** classifier) noexcept {
  using namespace standfast;
  return capi::run_call([&]() -> capi::Outcome {
    CAPI_CHECK(capi::check_not_null(classifier, "classifier"));
    CAPI_CHECK(capi::check_not_null(path, "path"));
    STANDFAST_TRY(const auto bytes, files::read_regular_file(path, "a model file", format::kMaxModelBytes));
    return capi::load_from(bytes, path, options, classifier);
  });
}

standfast_status standfast_load_memory(const void* bytes, size_t length, const standfast_load_options* options,
                                       standfast_classifier** classifier) noexcept {
  using namespace standfast;
  return capi::run_call([&]() -> capi::Outcome {
    CAPI_CHECK(capi::check_not_null(classifier, "classifier"));
    CAPI_CHECK(capi::check_not_null(bytes, "bytes"));
    if (length > format::kMaxModelBytes)
      return Error{ErrorCode::kBadFormat, "memory: found more bytes than a model file may have, which is 8 GiB"};
    return capi::load_from({static_cast<const std::byte*>(bytes), length}, "memory", options, classifier);
  });
}

void standfast_free(standfast_classifier* classifier) noexcept { delete classifier; }
