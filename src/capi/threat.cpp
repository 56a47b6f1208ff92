// Threats come in, from a file, a text, a domain or a name, and go.
#include <memory>
#include <string_view>

#include <fmt/format.h>

#include "capi/arguments.hpp"
#include "capi/check.hpp"
#include "capi/outcome.hpp"

namespace standfast::capi {
namespace {

/// Hands out what `make` returns for the model, if the caller's pointers are there.
template <class Make>
standfast_status hand_out_threat(const standfast_classifier* classifier, const void* source, const char* source_name,
                                 standfast_threat** threat, const Make& make) noexcept {
  return run_call([&]() -> Outcome {
    CAPI_CHECK(check_not_null(threat, "threat"));
    CAPI_CHECK(check_not_null(classifier, "classifier"));
    CAPI_CHECK(check_not_null(source, source_name));
    const std::size_t dim = classifier->model.dim();
    STANDFAST_TRY(auto made, make(classifier->model.summary(), dim));
    CAPI_CHECK(made.validate(dim));
    *threat = std::make_unique<standfast_threat>(standfast_threat{std::move(made), dim}).release();
    return {};
  });
}

}  // namespace
}  // namespace standfast::capi

standfast_status standfast_threat_from_file(const standfast_classifier* classifier, const char* path,
                                            standfast_threat** threat) noexcept {
  using namespace standfast;
  return capi::hand_out_threat(classifier, path, "path", threat, [&](const ModelSummary& model, std::size_t dim) {
    return read_threat_file(path, model.feature_names, dim, categories_of(model.columns));
  });
}

standfast_status standfast_threat_from_text(const standfast_classifier* classifier, const char* text, size_t length,
                                            standfast_threat** threat) noexcept {
  using namespace standfast;
  constexpr std::size_t kMaxText = std::size_t{1} << 20;  // as for files
  return capi::hand_out_threat(
      classifier, text, "text", threat, [&](const ModelSummary& model, std::size_t dim) -> Result<ThreatModel> {
        if (length > kMaxText)
          return Error{ErrorCode::kBadFormat,
                       fmt::format("text: found {} bytes, expected at most {}", length, kMaxText)};
        return parse_threat(std::string_view(text, length), "text", model.feature_names, dim,
                            categories_of(model.columns));
      });
}

standfast_status standfast_threat_from_domain(const standfast_classifier* classifier, double lower, double upper,
                                              standfast_threat** threat) noexcept {
  using namespace standfast;
  return capi::hand_out_threat(classifier, classifier, "classifier", threat,
                               [&](const ModelSummary& model, std::size_t dim) -> Result<ThreatModel> {
                                 STANDFAST_TRY(ThreatModel made, ThreatModel::domain(dim, lower, upper));
                                 made.categories = categories_of(model.columns);
                                 return made;
                               });
}

standfast_status standfast_threat_from_name(const standfast_classifier* classifier, const char* name,
                                            standfast_threat** threat) noexcept {
  using namespace standfast;
  return capi::hand_out_threat(
      classifier, name, "name", threat, [&](const ModelSummary& model, std::size_t dim) -> Result<ThreatModel> {
        const std::string_view wanted = name;
        if (wanted != "words" && wanted != "added-words")
          return Error{ErrorCode::kBadOption, "name: found another name, expected words or added-words"};
        if (model.tokenizer.empty())
          return Error{ErrorCode::kBadOption,
                       fmt::format("name: found {}, which needs a model of text; expected a threat file", wanted)};
        return wanted == "words" ? ThreatModel::words(dim) : ThreatModel::added_words(dim);
      });
}

void standfast_threat_free(standfast_threat* threat) noexcept { delete threat; }
