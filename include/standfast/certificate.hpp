// Why a radius holds, as plain data that anyone can check again.
//
//     const auto file = standfast::read_certificates(path);
//     if (!file) return fail(file.error());
//     for (const auto& input : file->inputs) {
//       for (const auto& certificate : input.certificates) {
//         const auto proven = classifier->confirm(input.values, certificate, file->threat);
//         if (!proven) return fail(proven.error());
//         const char* verdict = *proven >= certificate.radius ? "holds" : "is refused";
//         std::printf("input %zu: the radius %.17g %s\n", input.index, certificate.radius, verdict);
//       }
//     }
//
// A Certificate claims a radius for one input and one norm, and carries its RadiusProof. The proof is a list of cuts.
// Each cut is a choice of slopes and winners, which picks one affine minorant of f (the lemma on slopes in
// docs/certificates.md). The weighted sum of the minorants is again a minorant of a positive multiple of f, and its
// worst case inside the radius is positive. So nothing in a proof needs to be believed: whatever the choices are, they
// pick minorants, and whoever adds them up sees whether the radius holds.
//
// A CertificateFile holds the certificates of many inputs of one model under one threat model. `certify --certificates
// FILE` writes it, `standfast verify` and Classifier::confirm prove it again, and so does a program that shares no code
// with this library. The format is in docs/certificate-files.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "standfast/result.hpp"
#include "standfast/threat.hpp"

namespace standfast {

/// What proves one radius: minorants with weights, and the numbers that weak duality needs.
///
/// Shape: every cut of a head has the same numbers of slopes and winners.
struct RadiusProof {
  /// The choice that picks one minorant.
  struct Cut {
    double weight = 0;                  ///< The minorant's factor in the sum, >= 0 and finite.
    std::vector<float> slopes;          ///< One slope in [0, 1] per ReLU unit, node after node in the graph's order.
    std::vector<std::int32_t> winners;  ///< Per output of a maximum or of pooling: the index of its winner.
  };
  std::vector<Cut> cuts;  ///< The minorants. If there are none, nothing is claimed.
  double reach = 0;       ///< For p = 1 the price limit: the largest price of a single change that the proof considers.
  double multiplier = 0;  ///< For p = 1 and 2 the multiplier lambda >= 0 of weak duality.
  /// For a minimum of several heads: a proof per head, each of which proves the radius of its head; all of the above is
  /// then empty. Empty for any other model.
  std::vector<RadiusProof> heads = {};
  /// Whether nothing is claimed.
  [[nodiscard]] bool empty() const { return cuts.empty() && heads.empty(); }
};

/// The claim that no allowed change priced below `radius` flips the sensitive verdict of one input. For p = 0: no
/// change of at most `radius` features.
struct Certificate {
  Norm norm = Norm::l2();  ///< The norm of the price.
  double radius = 0;       ///< The radius that is claimed; infinite if no allowed change flips the verdict.
  RadiusProof proof;       ///< Why.
};

/// What a certificate file holds.
struct CertificateFile {
  std::string model_sha256;  ///< The hash of the model file's bytes, in lower-case hexadecimal digits.
  ThreatModel threat;        ///< What was allowed when the radii were proven.
  /// One input of which something is certified.
  struct Input {
    std::size_t index = 0;                  ///< The input's position in the data set.
    std::vector<float> values;              ///< The input itself.
    std::vector<Certificate> certificates;  ///< What is certified of it.
  };
  std::vector<Input> inputs;  ///< In ascending order of their index.
};

/// Reads a certificate file as hostile input. It checks that the file is one, not that the certificates hold.
///
/// Fails: kIo if the file cannot be read; kBadFormat, naming the line; kBadShape for lists of the wrong length;
/// kBadValue for a number out of range or a hash that is not that of the values; kUnsupported for another schema.
Result<CertificateFile> read_certificates(const std::string& path);
/// Writes a certificate file through a temporary file beside `path`, so that it appears whole or not at all.
///
/// Fails: kIo; kBadShape and kBadValue for what read_certificates would refuse; kUnsupported for a file too large.
Status write_certificates(const std::string& path, const CertificateFile& file);

/// The SHA-256 of a file in lower-case hexadecimal digits. Fails: kIo; kEnvironment without a SHA-256 on this system.
Result<std::string> sha256_of_file(const std::string& path);
/// The SHA-256 of the values' little-endian bytes, written the same way.
std::string sha256_of(std::span<const float> values);

}  // namespace standfast
