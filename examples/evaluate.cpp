// evaluate MODEL DATA REPORT: measures a model on labelled data and writes one HTML page about it.
#include <cstdio>
#include <string>

#include "standfast/evaluation.hpp"
#include "standfast/report.hpp"

static int fail(const standfast::Error& error) {
  std::fprintf(stderr, "%s\n", error.message.c_str());
  return 2;
}

int main(int argc, char** argv) {
  if (argc != 4) return fail({standfast::ErrorCode::kBadOption, "usage: evaluate MODEL DATA REPORT"});
  const std::string report = argv[3];
  const auto classifier = standfast::Classifier::load(argv[1]);
  if (!classifier) return fail(classifier.error());
  standfast::DataRequest request;
  request.source = argv[2];
  const auto data = standfast::read_data(request);
  if (!data) return fail(data.error());

  standfast::EvaluateOptions options;
  options.certify.norms = {standfast::Norm::l1()};
  options.certify.precision = standfast::Precision::kFloat32;
  const auto evaluation = standfast::evaluate(*classifier, *data, options);
  if (!evaluation) return fail(evaluation.error());
  const auto& curve = evaluation->curves[0];
  std::printf("accuracy %.3f\n", evaluation->accuracy_overall);
  for (const auto& quantile : curve.quantiles) {
    std::printf("%.0f %% of right alarms: radius up to %.17g\n", 100 * quantile.share, quantile.radius);
  }

  const std::string page = standfast::to_html(*evaluation, classifier->summary(), *data, {});
  const auto written = standfast::write_file_atomically(report, page);
  if (!written) return fail(written.error());
  std::fputs(standfast::to_text(*evaluation).c_str(), stdout);
  return 0;
}
