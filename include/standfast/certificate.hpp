// Why a radius holds, as plain data that anyone can check again: `certify --certificates FILE`, `standfast verify`.
//
// Each cut is a choice of slopes, which picks one affine minorant of f (the lemma on slopes in docs/certificates.md).
// Their weighted sum is again a minorant of a positive multiple of f, and its worst case inside the radius is positive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "standfast/result.hpp"
#include "standfast/threat.hpp"

namespace standfast {

/// Shape: every cut of a model has the same numbers of slopes and winners.
struct RadiusProof {
  struct Cut {
    double weight = 0;                  ///< >= 0 and finite.
    std::vector<float> slopes;          ///< Of all ReLU units, node after node in the graph's order; in [0, 1].
    std::vector<std::int32_t> winners;  ///< Of all maxima and pooling outputs, likewise: index of the element chosen.
  };
  std::vector<Cut> cuts;
  double reach = 0;       ///< p = 1: the largest price of a single change that the proof considers; may be infinite.
  double multiplier = 0;  ///< p = 1 and 2: the dual variable lambda >= 0.
};

/// No allowed change priced below `radius` (p = 0: of at most `radius` features) flips the sensitive verdict.
struct Certificate {
  Norm norm = Norm::l2();
  double radius = 0;
  RadiusProof proof;
};

/// What a certificate file holds.
struct CertificateFile {
  std::string model_sha256;  ///< Of the model file's bytes, in lower-case hexadecimal digits.
  ThreatModel threat;
  struct Input {
    std::size_t index = 0;      ///< Position in the data set.
    std::vector<float> values;  ///< The input itself.
    std::vector<Certificate> certificates;
  };
  std::vector<Input> inputs;
};

/// Fails: kIo, kBadFormat (with line), kBadValue, kBadShape; every byte is hostile.
Result<CertificateFile> read_certificates(const std::string& path);
/// Through a temporary file beside `path`. Fails: kIo.
Status write_certificates(const std::string& path, const CertificateFile& file);

/// SHA-256 in lower-case hexadecimal digits. Fails: kIo.
Result<std::string> sha256_of_file(const std::string& path);
std::string sha256_of(std::span<const float> values);  ///< Of the little-endian bytes.

}  // namespace standfast
