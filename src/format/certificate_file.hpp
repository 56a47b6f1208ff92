// The certificate file v1 in memory: JSON lines, read as hostile input. Field by field in docs/certificate-files.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "standfast/certificate.hpp"
#include "standfast/result.hpp"

namespace standfast::format {

inline constexpr std::string_view kCertificateSchema = "standfast/certificates/1";

/// Twice this much memory, and what the slopes take unpacked, is in use for a moment while a file is parsed.
inline constexpr std::uintmax_t kMaxCertificateBytes = std::uintmax_t{1} << 30;

/// What all choices (the field `cuts`) of one head have in common.
struct ChoiceSizes {
  std::size_t slopes = 0;   ///< The number of slopes of each choice: one for each ReLU unit.
  std::size_t winners = 0;  ///< The number of winners of each choice: one for each maximum and pooling output.
};

/// What all inputs of one file have in common.
struct CertificateSizes {
  std::size_t features = 0;        ///< The number of features of each input.
  ChoiceSizes choice;              ///< Those of a model that is no minimum of heads.
  std::vector<ChoiceSizes> heads;  ///< One per head of a minimum; empty otherwise.
};
/// The sizes of the first input (if there is none, of the threat model) and of the first choices.
CertificateSizes sizes_of(const CertificateFile& file);

/// The rules that both the reader and the writer hold to; `place` opens each message.
/// Fails: kBadValue for a number outside of its range, kBadShape for a list of another length.
Status check_header(const CertificateFile& file, const CertificateSizes& sizes, const std::string& place);
Status check_input(const CertificateFile::Input& input, const CertificateSizes& sizes, const ThreatModel& threat,
                   const std::string& place);
/// Inputs stand in the order of their indices, none twice.
Status check_ascending(std::size_t before, std::size_t index, const std::string& place);

/// Fails: kBadFormat, kBadValue, kBadShape, naming the line. `name` stands for the path in messages.
/// Cost: memory is at most a small multiple of text.size(); slopes that are bits in the text take 4 bytes each.
Result<CertificateFile> parse_certificates(std::string_view text, const std::string& name);

/// Equal contents give equal bytes. Fails: kBadValue, kBadShape if a rule is broken; kUnsupported beyond
/// kMaxCertificateBytes.
Result<std::string> serialise_certificates(const CertificateFile& file);

}  // namespace standfast::format
