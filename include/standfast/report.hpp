// An evaluation as text for a terminal, as JSON, and as one self-contained HTML page.
//
//     const std::string page = standfast::to_html(*evaluation, classifier->summary(), *data, {});
//     const auto written = standfast::write_file_atomically(report, page);
//     if (!written) return fail(written.error());
//     std::fputs(standfast::to_text(*evaluation).c_str(), stdout);
//
// Each function turns an Evaluation (evaluation.hpp) into a string, and the caller decides where it goes. The same
// evaluation gives the same bytes. The text and the page are for people: their radii are rounded down and distances are
// rounded up. The JSON is for programs: its numbers are exact.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "standfast/classifier.hpp"
#include "standfast/data.hpp"
#include "standfast/evaluation.hpp"
#include "standfast/result.hpp"

namespace standfast {

/// A readable table, at most 100 columns wide.
std::string to_text(const Evaluation& evaluation);

/// One JSON object of the schema "standfast/evaluation/1", as docs/evaluation-json.md says.
std::string to_json(const Evaluation& evaluation);

/// One page without scripts and without external requests: curves, operating points, quantiles, extremes.
///
/// `data` names the features and draws inputs that are images. `notes` are sentences to show first, as plain text.
/// Requires: the evaluation is one of this model and these data.
std::string to_html(const Evaluation& evaluation, const ModelSummary& model, const Dataset& data,
                    std::span<const std::string> notes);

/// Replaces a file whole or not at all: writes a temporary file beside `path` and renames it. A device is written into.
///
/// Fails: kIo; what was there is then left as it was.
Status write_file_atomically(const std::string& path, std::string_view contents);

}  // namespace standfast
