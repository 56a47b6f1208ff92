// Certificate files on the disk, and the rules that are true of every one of them. The rules look at numbers alone:
// whether a radius is true is the verifier's business.
#include "format/certificate_file.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include <fmt/format.h>

#include "base/try.hpp"
#include "files/message.hpp"
#include "files/read_file.hpp"
#include "files/replace_file.hpp"
#include "files/sha256.hpp"
#include "threat/moves.hpp"

namespace standfast {
namespace {

constexpr std::size_t kHashDigits = 64;

Error bad_value(const std::string& place, std::string_view what) {
  return {ErrorCode::kBadValue, fmt::format("{}: {}", place, what)};
}

Status check_count(const std::string& place, const char* field, std::size_t found, std::size_t expected) {
  if (found == expected) return {};
  return Error{ErrorCode::kBadShape, fmt::format("{}: {} holds {} values, expected {} as the first line says", place,
                                                 field, found, expected)};
}

bool is_hash(const std::string& text) {
  const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return text.size() == kHashDigits && std::ranges::all_of(text, is_digit);
}

Status check_choice(const RadiusProof::Cut& cut, const format::ChoiceSizes& sizes, const std::string& place) {
  if (!(cut.weight >= 0 && std::isfinite(cut.weight)))
    return bad_value(place, fmt::format("weight is {}, expected a finite number >= 0", cut.weight));
  STANDFAST_CHECK(check_count(place, "slopes", cut.slopes.size(), sizes.slopes));
  STANDFAST_CHECK(check_count(place, "winners", cut.winners.size(), sizes.winners));
  const auto steep = std::ranges::find_if_not(cut.slopes, [](float slope) { return slope >= 0 && slope <= 1; });
  if (steep != cut.slopes.end())
    return bad_value(place, fmt::format("slope {} is {}, expected one in [0, 1]", steep - cut.slopes.begin(), *steep));
  const auto negative = std::ranges::find_if(cut.winners, [](std::int32_t winner) { return winner < 0; });
  if (negative == cut.winners.end()) return {};
  return bad_value(place, fmt::format("winner {} is {}, expected one >= 0", negative - cut.winners.begin(), *negative));
}

Status check_proof(const RadiusProof& proof, const format::ChoiceSizes& sizes, const std::string& place) {
  if (!(proof.multiplier >= 0 && std::isfinite(proof.multiplier)))
    return bad_value(place, fmt::format("multiplier is {}, expected a finite number >= 0", proof.multiplier));
  if (!(proof.reach >= 0)) return bad_value(place, fmt::format("reach is {}, expected a number >= 0", proof.reach));
  const bool weighs = std::ranges::any_of(proof.cuts, [](const auto& cut) { return cut.weight > 0; });
  for (std::size_t i = 0; i < proof.cuts.size(); ++i)
    STANDFAST_CHECK(check_choice(proof.cuts[i], sizes, fmt::format("{}: cut {}", place, i)));
  if (!proof.heads.empty()) return bad_value(place, "has heads, expected none as the first line says");
  return weighs ? Status() : bad_value(place, "no cut has a weight > 0, expected one");
}

Status check_certificate(const Certificate& certificate, const format::CertificateSizes& sizes,
                         const std::string& place) {
  const Norm norm = certificate.norm;
  if (norm != Norm::l0() && norm != Norm::l1() && norm != Norm::l2() && norm != Norm::linf())
    return bad_value(place, fmt::format("norm is {}, expected one of l0, l1, l2, linf", norm.name()));
  const double radius = certificate.radius;
  if (!(radius > 0)) return bad_value(place, fmt::format("radius is {}, expected a number > 0 or inf", radius));
  if (norm == Norm::l0() && std::isfinite(radius) && radius != std::floor(radius))
    return bad_value(place, fmt::format("radius is {}, expected a whole number of features", radius));
  const RadiusProof& proof = certificate.proof;
  if (sizes.heads.empty()) return check_proof(proof, sizes.choice, place);
  if (!proof.cuts.empty()) return bad_value(place, "has cuts beside its heads, expected them in the heads");
  STANDFAST_CHECK(check_count(place, "heads", proof.heads.size(), sizes.heads.size()));
  for (std::size_t k = 0; k < proof.heads.size(); ++k)
    STANDFAST_CHECK(check_proof(proof.heads[k], sizes.heads[k], fmt::format("{}: head {}", place, k)));
  return {};
}

}  // namespace

}  // namespace standfast

namespace standfast::format {
namespace {

ChoiceSizes sizes_of(const RadiusProof& proof) {
  if (proof.cuts.empty()) return {};
  return {proof.cuts.front().slopes.size(), proof.cuts.front().winners.size()};
}

}  // namespace

CertificateSizes sizes_of(const CertificateFile& file) {
  const ThreatModel& threat = file.threat;
  CertificateSizes sizes;
  sizes.features = std::max({threat.cost.size(), threat.lower.size(), threat.upper.size(), threat.max_decrease.size(),
                             threat.max_increase.size()});
  for (const Category& category : threat.categories) {
    for (const std::uint32_t feature : category.features)
      sizes.features = std::max<std::size_t>(sizes.features, std::size_t{feature} + 1);
  }
  if (!file.inputs.empty()) sizes.features = file.inputs.front().values.size();
  for (const auto& input : file.inputs) {
    for (const auto& certificate : input.certificates) {
      if (certificate.proof.empty()) continue;
      sizes.choice = sizes_of(certificate.proof);
      for (const RadiusProof& head : certificate.proof.heads) sizes.heads.push_back(sizes_of(head));
      return sizes;
    }
  }
  return sizes;
}

Status check_header(const CertificateFile& file, const CertificateSizes& sizes, const std::string& place) {
  if (!is_hash(file.model_sha256))
    return bad_value(place, fmt::format("the model's SHA-256 is {}, expected {} digits 0-9, a-f",
                                        files::quote_for_message(file.model_sha256), kHashDigits));
  const Status threat = file.threat.validate(sizes.features);
  return threat.ok() ? Status() : Error{threat.error().code, fmt::format("{}: {}", place, threat.error().message)};
}

Status check_input(const CertificateFile::Input& input, const CertificateSizes& sizes, const ThreatModel& threat,
                   const std::string& place) {
  STANDFAST_CHECK(check_count(place, "values", input.values.size(), sizes.features));
  const auto bad = std::ranges::find_if_not(input.values, [](float value) { return std::isfinite(value); });
  if (bad != input.values.end())
    return bad_value(place, fmt::format("value {} is {}, expected a finite number", bad - input.values.begin(), *bad));
  STANDFAST_CHECK(threat::check_values(threat, input.values, place));
  for (std::size_t i = 0; i < input.certificates.size(); ++i)
    STANDFAST_CHECK(check_certificate(input.certificates[i], sizes, fmt::format("{}: certificate {}", place, i)));
  return {};
}

Status check_ascending(std::size_t before, std::size_t index, const std::string& place) {
  if (before < index) return {};
  return Error{ErrorCode::kBadValue,
               fmt::format("{}: index is {}, expected one above {}, the one before it", place, index, before)};
}

}  // namespace standfast::format

namespace standfast {

Result<CertificateFile> read_certificates(const std::string& path) {
  STANDFAST_TRY(const files::Buffer bytes,
                files::read_regular_file(path, "a file of certificates", format::kMaxCertificateBytes));
  return format::parse_certificates(files::as_text(bytes), path);
}

Status write_certificates(const std::string& path, const CertificateFile& file) {
  STANDFAST_TRY(const std::string text, format::serialise_certificates(file));
  return files::replace_file(path, text);
}

Result<std::string> sha256_of_file(const std::string& path) { return files::sha256_of_regular_file(path); }

std::string sha256_of(std::span<const float> values) {
  static_assert(std::endian::native == std::endian::little, "values are hashed as they lie in memory");
  files::Sha256 hash;
  hash.add(std::as_bytes(values));
  return hash.digits();
}

}  // namespace standfast
