// certify_over_c MODEL THREAT: what examples/certify.c does, in C++ over the C header: a program that needs no other
// compiler, standard library or flags than it likes. The attacker is that of a threat file.
#include <array>
#include <cstdio>
#include <memory>
#include <vector>

#include "standfast/standfast.h"

namespace {

struct Free {
  void operator()(standfast_classifier* classifier) const { standfast_free(classifier); }
  void operator()(standfast_threat* threat) const { standfast_threat_free(threat); }
};
using Model = std::unique_ptr<standfast_classifier, Free>;
using Threat = std::unique_ptr<standfast_threat, Free>;

int fail() {
  std::fprintf(stderr, "%s\n", standfast_last_error());
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: certify_over_c MODEL THREAT\n");
    return 2;
  }
  standfast_classifier* loaded = nullptr;
  if (standfast_load_file(argv[1], nullptr, &loaded) != STANDFAST_OK) return fail();
  const Model model(loaded);
  standfast_threat* read = nullptr;
  if (standfast_threat_from_file(model.get(), argv[2], &read) != STANDFAST_OK) return fail();
  const Threat threat(read);

  const std::vector<float> inputs = {4, 2, 1, 0, 1, 2, 1, 0, 0, 9, 40, 0};
  constexpr std::size_t kInputs = 4;
  const std::array<double, 1> norms = {1};
  standfast_certify_options options{};
  options.size = sizeof options;
  options.norms = norms.data();
  options.norm_count = norms.size();
  options.threat = threat.get();
  std::array<double, kInputs> radii{};
  standfast_certificates found{};
  found.size = sizeof found;
  found.radii = radii.data();
  if (standfast_certify(model.get(), inputs.data(), kInputs, &options, &found) != STANDFAST_OK) return fail();
  for (std::size_t i = 0; i < found.done; ++i) std::printf("input %zu: certified below the price %.17g\n", i, radii[i]);
  return 0;
}
