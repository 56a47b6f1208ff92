// What a model is, and what it says of inputs without proof: description and logits.
#include <cstddef>
#include <vector>

#include "capi/arguments.hpp"
#include "capi/check.hpp"
#include "capi/outcome.hpp"

namespace standfast::capi {
namespace {

constexpr std::size_t kFirstDescription = offsetof(standfast_description, certifies_both) + sizeof(std::int32_t);

const char* kind_of_inputs(const ModelSummary& summary) {
  if (!summary.tokenizer.empty()) return "text";
  return summary.input_shape.size() == 3 ? "image" : "table";
}

template <class T>
const T* data_or_null(const std::vector<T>& values) {
  return values.empty() ? nullptr : values.data();
}

void describe(const standfast_classifier& classifier, standfast_description& description) {
  const ModelSummary& summary = classifier.model.summary();
  description.dim = classifier.model.dim();
  description.rank = summary.input_shape.size();
  description.shape = summary.input_shape.data();
  description.kind = kind_of_inputs(summary);
  description.tokenizer = summary.tokenizer.c_str();
  description.sensitive_class = summary.sensitive_class.c_str();
  description.other_class = summary.other_class.c_str();
  description.feature_names = data_or_null(classifier.names);
  description.feature_units = data_or_null(classifier.units);
  description.domain_lower = data_or_null(classifier.domain_lower);
  description.domain_upper = data_or_null(classifier.domain_upper);
  description.parameters = summary.parameters;
  description.sha256 = classifier.sha256.c_str();
  description.logit_error = summary.logit_error;
  description.threshold = summary.threshold;
  description.certifies_both = summary.certifies_both ? 1 : 0;
}

}  // namespace
}  // namespace standfast::capi

standfast_status standfast_describe(const standfast_classifier* classifier,
                                    standfast_description* description) noexcept {
  using namespace standfast;
  return capi::run_call([&]() -> capi::Outcome {
    CAPI_CHECK(capi::check_not_null(classifier, "classifier"));
    STANDFAST_TRY(auto copy, capi::copy_in(description, capi::kFirstDescription, "description"));
    capi::describe(*classifier, copy);
    capi::copy_out(copy, description);
    return {};
  });
}

standfast_status standfast_score(const standfast_classifier* classifier, const float* rows, size_t count,
                                 size_t threads, float* logits) noexcept {
  using namespace standfast;
  return capi::run_call([&]() -> capi::Outcome {
    CAPI_CHECK(capi::check_not_null(classifier, "classifier"));
    STANDFAST_TRY(const auto inputs, capi::rows_of(*classifier, rows, count));
    if (count > 0) CAPI_CHECK(capi::check_not_null(logits, "logits"));
    CAPI_CHECK(capi::check_array(logits, "logits"));
    STANDFAST_TRY(const auto found, classifier->model.logits(inputs, count, threads));
    capi::fill_in<float>(found, logits);
    return {};
  });
}
