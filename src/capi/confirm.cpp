// Certificates of somebody else, proven again. What `standfast verify` refuses is refused here, by the same
// comparisons.
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/parallel.hpp"
#include "capi/arguments.hpp"
#include "capi/check.hpp"
#include "capi/outcome.hpp"
#include "files/bytes.hpp"
#include "files/read_file.hpp"
#include "format/certificate_file.hpp"

namespace standfast::capi {
namespace {

constexpr std::size_t kFirstConfirmation = offsetof(standfast_confirmation, confirmed) + sizeof(std::size_t);

/// What the certificates must be about.
struct Demands {
  std::span<const float> rows;  ///< The inputs; empty if none are demanded.
  std::size_t count = 0;        ///< The number of rows.
  const standfast_threat* threat = nullptr;
};

double or_default(const std::vector<double>& values, std::size_t feature, double otherwise) {
  return values.empty() ? otherwise : values[feature];
}

bool same_threat(const ThreatModel& a, const ThreatModel& b, std::size_t dim) {
  const auto same = [](const std::vector<double>& first, const std::vector<double>& second, std::size_t i,
                       double otherwise) {
    return or_default(first, i, otherwise) == or_default(second, i, otherwise);
  };
  if (a.categories != b.categories) return false;
  for (std::size_t i = 0; i < dim; ++i) {
    if (!same(a.cost, b.cost, i, 1) || !same(a.lower, b.lower, i, -kInfinity) ||
        !same(a.upper, b.upper, i, kInfinity) || !same(a.max_decrease, b.max_decrease, i, kInfinity) ||
        !same(a.max_increase, b.max_increase, i, kInfinity))
      return false;
  }
  return true;
}

/// Why the file is not about what it must be; empty if it is.
std::string stranger(const standfast_classifier& classifier, const CertificateFile& file, const Demands& demands) {
  if (file.model_sha256 != classifier.sha256)
    return fmt::format("the certificates are about the model with the SHA-256 {}, expected {}", file.model_sha256,
                       classifier.sha256);
  if (demands.threat != nullptr && !same_threat(file.threat, demands.threat->model, classifier.model.dim()))
    return "the certificates are under another threat than the one demanded";
  return {};
}

/// Why the file's input is not the row; empty if it is.
std::string other_input(const CertificateFile::Input& input, const Demands& demands, std::size_t dim) {
  if (demands.count == 0) return {};
  if (input.index >= demands.count) return fmt::format("is not among the {} rows", demands.count);
  const auto row = demands.rows.subspan(input.index * dim, dim);
  if (std::ranges::equal(std::as_bytes(row), std::as_bytes(std::span(input.values)))) return {};
  return "is not that row";
}

/// Why a certificate does not hold; empty if it does.
std::string doubt_of(const Certificate& certificate, const Result<double>& confirmed) {
  if (!confirmed.ok()) return confirmed.error().message;
  if (*confirmed >= certificate.radius) return {};  // which NaN is not
  return fmt::format("claims the radius {}, the verifier proves {}", certificate.radius, *confirmed);
}

/// What is said of all certificates of a file, as threads find it.
class Tally {
 public:
  void add(bool holds, std::size_t input, const std::string& sentence) {
    const std::scoped_lock lock(mutex_);
    if (holds) {
      ++confirmed_;
    } else if (first_refusal_.empty() || input < first_refused_) {
      first_refused_ = input;
      first_refusal_ = sentence;
    }
  }
  [[nodiscard]] std::size_t confirmed() const { return confirmed_; }
  [[nodiscard]] const std::string& first_refusal() const { return first_refusal_; }

 private:
  std::mutex mutex_;
  std::size_t confirmed_ = 0;
  std::size_t first_refused_ = 0;
  std::string first_refusal_;
};

Outcome confirm_all(const standfast_classifier& classifier, const CertificateFile& file, const Demands& demands,
                    standfast_confirmation& confirmation) {
  confirmation.inputs = file.inputs.size();
  for (const auto& input : file.inputs) confirmation.certificates += input.certificates.size();
  if (std::string reason = stranger(classifier, file, demands); !reason.empty())
    return {STANDFAST_REFUSED, std::move(reason)};
  Tally tally;
  std::atomic<bool> environment_ok{true};
  parallel_for(file.inputs.size(), 1, 0, [&](std::size_t i, std::size_t) {
    const CertificateFile::Input& input = file.inputs[i];
    const std::string mismatch = other_input(input, demands, classifier.model.dim());
    for (const Certificate& certificate : input.certificates) {
      const auto confirmed = classifier.model.confirm(input.values, certificate, file.threat);
      if (!confirmed.ok() && confirmed.error().code == ErrorCode::kEnvironment) environment_ok = false;
      const std::string reason = mismatch.empty() ? doubt_of(certificate, confirmed) : mismatch;
      tally.add(reason.empty(), i, fmt::format("input {}, {}: {}", input.index, certificate.norm.name(), reason));
    }
  });
  if (!environment_ok) return {STANDFAST_ENVIRONMENT, "a thread has a floating-point mode that no proof allows"};
  confirmation.confirmed = tally.confirmed();
  if (confirmation.confirmed == confirmation.certificates) return {};
  return {STANDFAST_REFUSED, tally.first_refusal()};
}

/// Confirms the text of a file named `name`.
Outcome confirm_text(const standfast_classifier& classifier, files::Bytes bytes, const std::string& name,
                     const Demands& demands, standfast_confirmation* confirmation) {
  standfast_confirmation found = {sizeof found, 0, 0, 0};
  if (confirmation != nullptr) {
    STANDFAST_TRY(const auto copy, copy_in(confirmation, kFirstConfirmation, "confirmation"));
    found.size = copy.size;
  }
  CAPI_CHECK(threat_of(classifier, demands.threat));
  STANDFAST_TRY(const auto file, format::parse_certificates(files::as_text(bytes), name));
  Outcome outcome = confirm_all(classifier, file, demands, found);
  const bool decided = outcome.status == STANDFAST_OK || outcome.status == STANDFAST_REFUSED;
  if (decided && confirmation != nullptr) copy_out(found, confirmation);
  return outcome;
}

}  // namespace
}  // namespace standfast::capi

standfast_status standfast_confirm_file(const standfast_classifier* classifier, const char* path, const float* rows,
                                        size_t count, const standfast_threat* threat,
                                        standfast_confirmation* confirmation) noexcept {
  using namespace standfast;
  return capi::run_call([&]() -> capi::Outcome {
    CAPI_CHECK(capi::check_not_null(classifier, "classifier"));
    CAPI_CHECK(capi::check_not_null(path, "path"));
    STANDFAST_TRY(const auto inputs, capi::rows_of(*classifier, rows, count));
    STANDFAST_TRY(const auto bytes,
                  files::read_regular_file(path, "a file of certificates", format::kMaxCertificateBytes));
    return capi::confirm_text(*classifier, bytes, path, {inputs, count, threat}, confirmation);
  });
}

standfast_status standfast_confirm_memory(const standfast_classifier* classifier, const void* bytes, size_t length,
                                          const float* rows, size_t count, const standfast_threat* threat,
                                          standfast_confirmation* confirmation) noexcept {
  using namespace standfast;
  return capi::run_call([&]() -> capi::Outcome {
    CAPI_CHECK(capi::check_not_null(classifier, "classifier"));
    CAPI_CHECK(capi::check_not_null(bytes, "bytes"));
    if (length > format::kMaxCertificateBytes)
      return Error{ErrorCode::kBadFormat, "memory: found more bytes than a file of certificates may have, 1 GiB"};
    STANDFAST_TRY(const auto inputs, capi::rows_of(*classifier, rows, count));
    return capi::confirm_text(*classifier, {static_cast<const std::byte*>(bytes), length}, "memory",
                              {inputs, count, threat}, confirmation);
  });
}
