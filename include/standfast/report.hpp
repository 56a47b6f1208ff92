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

/// Text from a foreign file, safe for a terminal: control characters and marks that turn the direction of text are
/// written out, as `\u{202e}`.
std::string printable(std::string_view text);

/// The closest of the names to a misspelt word; empty if none is close.
std::string closest_name(std::string_view word, std::span<const std::string> names);

// Numbers as a reader should see them. A text stands for the float64 that it reads back as.
/// A radius with at most `digits` significant digits, rounded down: a printed radius is a theorem.
std::string radius_rounded_down(double radius, int digits);
/// The distance of an attack likewise, rounded up: the true distance lies between the two on paper as well.
std::string distance_rounded_up(double distance, int digits);
/// The gap that a certified share leaves, in percent, never rounded down: "0.70 %"; "-" where there is none.
std::string gap_in_words(double certified_share);

/// Writes through a temporary file beside `path` and renames it: an error leaves what was there. A link stays, and so
/// does the mode of what it points to; pipes and devices are written into. Fails: kIo.
Status write_file_atomically(const std::string& path, std::string_view contents);

}  // namespace standfast
