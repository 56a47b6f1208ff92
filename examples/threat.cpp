// threat MODEL DATA THREAT: which change of the first alarm would cost an attacker least, under a threat file.
#include "standfast/threat.hpp"

#include <cmath>
#include <cstdio>
#include <string>

#include "standfast/classifier.hpp"
#include "standfast/data.hpp"

static int fail(const standfast::Error& error) {
  std::fprintf(stderr, "%s\n", error.message.c_str());
  return 2;
}

int main(int argc, char** argv) {
  if (argc != 4) return fail({standfast::ErrorCode::kBadOption, "usage: threat MODEL DATA THREAT"});
  const std::string path = argv[3];
  const auto classifier = standfast::Classifier::load(argv[1]);
  if (!classifier) return fail(classifier.error());
  standfast::DataRequest request;
  request.source = argv[2];
  const auto data = standfast::read_data(request);
  if (!data) return fail(data.error());
  const auto& names = data->feature_names;

  const auto threat = standfast::read_threat_file(path, names, names.size());
  if (!threat) return fail(threat.error());
  const auto x = data->row(0);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto allowed = threat->interval_rounded_out(i, x[i]);
    std::printf("%s is %g; ", names[i].c_str(), x[i]);
    std::printf("it may change by %g to %g at a cost of %g\n", allowed.lo, allowed.hi, threat->cost_of(i));
  }

  const auto weakest = classifier->weakest_direction(x, standfast::Norm::l1(), *threat);
  if (!weakest) return fail(weakest.error());
  std::printf("certified below the price %.17g; the worst change there:\n", weakest->radius);
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (std::fabs(weakest->change[i]) > 0) std::printf("  %s %+.4f\n", names[i].c_str(), weakest->change[i]);
  }
  return 0;
}
