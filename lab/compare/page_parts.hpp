// The parts of the page of a comparison, each a run of elements; foreign text is escaped inside.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lab/compare/compare.hpp"

namespace standfast::lab {

/// CSS beside that of an evaluation's page.
std::string_view compare_style();

/// The CSS class of each line: "s1" and so on for methods of ours, "p1" and so on for the others.
std::vector<std::string> looks_of_lines(std::span<const MethodLine> lines);

/// Milliseconds of one certificate as bars on a logarithmic axis, one per line: an <svg> element.
std::string svg_time_bars(std::span<const MethodLine> lines, std::span<const std::string> looks);

/// "0.0012", "3.4", "1,200": milliseconds with two digits; "-" for NaN.
std::string short_milliseconds(double milliseconds);

/// Everything of one native norm as a table. Requires: all lines are of this norm.
std::string html_norm_table(const Comparison& comparison, std::span<const MethodLine> lines, std::size_t norm_index);

/// Medians of every method in every norm, and what a method is: draws, weights, what its proof covers.
std::string html_properties(std::span<const MethodLine> lines);

}  // namespace standfast::lab
