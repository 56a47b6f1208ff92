// certificates MODEL DATA FILE: writes the first alarm's certificate to a file, reads it back, and proves it again.
#include <cstdio>
#include <string>
#include <vector>

#include "standfast/certificate.hpp"
#include "standfast/classifier.hpp"
#include "standfast/data.hpp"

static int fail(const standfast::Error& error) {
  std::fprintf(stderr, "%s\n", error.message.c_str());
  return 2;
}

// The certificate of one input in the norm l2, without bounds.
static standfast::Result<standfast::CertificateFile> certify(const standfast::Classifier& classifier,
                                                             const std::string& model, std::span<const float> input) {
  standfast::CertifyOptions options;
  options.norms = {standfast::Norm::l2()};
  options.keep_proofs = true;
  const auto found = classifier.certify(input, 1, options);
  if (!found) return found.error();
  const auto sha256 = standfast::sha256_of_file(model);
  if (!sha256) return sha256.error();
  const std::vector<float> values(input.begin(), input.end());
  return standfast::CertificateFile{
      *sha256, options.threat, {{0, values, {{options.norms[0], found->radius(0, 0), found->proofs[0]}}}}};
}

int main(int argc, char** argv) {
  if (argc != 4) return fail({standfast::ErrorCode::kBadOption, "usage: certificates MODEL DATA FILE"});
  const std::string path = argv[3];
  const auto classifier = standfast::Classifier::load(argv[1]);
  if (!classifier) return fail(classifier.error());
  standfast::DataRequest request;
  request.source = argv[2];
  const auto data = standfast::read_data(request);
  if (!data) return fail(data.error());
  const auto made = certify(*classifier, argv[1], data->row(0));
  if (!made) return fail(made.error());
  if (const auto written = standfast::write_certificates(path, *made); !written) return fail(written.error());

  const auto file = standfast::read_certificates(path);
  if (!file) return fail(file.error());
  for (const auto& input : file->inputs) {
    for (const auto& certificate : input.certificates) {
      const auto proven = classifier->confirm(input.values, certificate, file->threat);
      if (!proven) return fail(proven.error());
      const char* verdict = *proven >= certificate.radius ? "holds" : "is refused";
      std::printf("input %zu: the radius %.17g %s\n", input.index, certificate.radius, verdict);
    }
  }
  return 0;
}
