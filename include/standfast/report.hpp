// An evaluation as text for a terminal, as JSON, and as one self-contained HTML page.
#pragma once

#include <span>
#include <string>

#include "standfast/classifier.hpp"
#include "standfast/data.hpp"
#include "standfast/evaluation.hpp"
#include "standfast/result.hpp"

namespace standfast {

/// A readable table, at most 100 columns wide.
std::string to_text(const Evaluation& evaluation);

/// Schema "standfast/evaluation/1": docs/evaluation-json.md.
std::string to_json(const Evaluation& evaluation);

/// One file, no script, no external request: certified-accuracy curves, operating points, quantiles, extremes.
/// `data` names the features and draws image inputs; `notes` are sentences to show first, as plain text.
std::string to_html(const Evaluation& evaluation, const ModelSummary& model, const Dataset& data,
                    std::span<const std::string> notes);

/// Writes through a temporary file beside `path` and renames it: an error leaves what was there. Fails: kIo.
Status write_file_atomically(const std::string& path, std::string_view contents);

}  // namespace standfast
