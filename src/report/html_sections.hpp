// The parts of the HTML page, each a run of elements; foreign text is escaped inside.
#pragma once

#include <span>
#include <string>

#include "standfast/classifier.hpp"
#include "standfast/data.hpp"
#include "standfast/evaluation.hpp"

namespace standfast::report {

/// Everything a section may draw on.
struct ReportInput {
  const Evaluation& evaluation;
  const ModelSummary& model;
  const Dataset& data;
};

/// Title, notes, the headline sentence and the key figures.
std::string html_opening(const ReportInput& input, std::span<const std::string> notes);
/// Certified-accuracy curves and the quantile table, then html_attacked.
std::string html_certified(const ReportInput& input);
/// Certified radii against the attacks found, input by input; empty if no attack was asked for.
std::string html_attacked(const ReportInput& input);
/// Confusion, operating points and the receiver operating characteristic.
std::string html_verdicts(const ReportInput& input);
/// The least and the most robust inputs: pictures, or row numbers.
std::string html_extremes(const ReportInput& input);
/// The model, what the numbers mean and where they end.
std::string html_background(const ReportInput& input);

/// The unit of a radius: the one all features share, or "the features' own units". Plain text, not escaped.
std::string radius_unit(const ReportInput& input, Norm norm);

}  // namespace standfast::report
