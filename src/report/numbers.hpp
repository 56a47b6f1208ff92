// Numbers and names as a reader sees them, the same in every form of report.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "standfast/evaluation.hpp"

namespace standfast::report {

/// "98.85 %"; "-" for NaN.
std::string percent_text(double share);
/// "1.08 % (0.43 % to 2.21 %)": a rate and its interval; "-" for NaN.
std::string rate_text(double share, const RateInterval& interval);
/// Four significant digits without needless zeros, "inf", "-" for NaN. Rounded down: a radius must not grow on paper.
std::string radius_text(double radius);
/// An attack's distance, written as a radius is, but rounded up: the true distance lies between the two on paper as
/// well.
std::string distance_text(double distance);
/// A logit or threshold with its sign: "+1.250", "-inf".
std::string logit_text(double logit);
/// "l1", "l2", "linf" as "ℓ₁", "ℓ₂", "ℓ∞", others as "ℓ₁.₅".
std::string norm_symbol(Norm norm);
/// What a radius in this norm bounds: "sum of all changes".
std::string_view norm_meaning(Norm norm);
/// Whether radii in this norm count something whole, such as words, which `price_unit` names.
bool in_words(const Evaluation& evaluation, Norm norm);
/// The same of an evaluation's norms, where "words" stands for the norm that counts them.
std::string norm_symbol(const Evaluation& evaluation, Norm norm);
std::string norm_meaning(const Evaluation& evaluation, Norm norm);
/// For a terminal: "l1", or "words", or "added".
std::string norm_word(const Evaluation& evaluation, Norm norm);
/// Half of the inputs of the sensitive class that were judged right reach this radius; NaN if there are none.
double median_radius(const Evaluation::CertifiedCurve& curve);
/// Up to `count` indices spread evenly over the grid, first and last included.
std::vector<std::size_t> evenly_spaced_indices(std::size_t size, std::size_t count);
/// printable(), at most max_bytes long (cut between UTF-8 characters).
std::string terminal_text(std::string_view text, std::size_t max_bytes);

}  // namespace standfast::report
