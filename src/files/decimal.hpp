// Numbers as decimal text, rounded in a direction: a printed radius must not exceed what was proven.
//
// A decimal text stands for the float64 that it reads back as, as in every other output of the program.
#pragma once

#include <string>

namespace standfast::files {

/// At most `digits` significant digits, without needless zeros; reads back as a number <= value.
/// "inf", "-inf" and "nan" as they are. Requires: digits >= 1.
std::string decimal_rounded_down(double value, int digits);
/// At most `digits` significant digits that read back as a number >= value. Above the largest float64 stands "inf" or a
/// decimal that reads as it.
std::string decimal_rounded_up(double value, int digits);

/// A share as a percentage with two decimals, never below the share: "0.71 %" for 0.00701. "-" unless it is finite.
std::string percent_rounded_up(double share);
/// A share with four decimals, never above it: "0.9931". "-" for NaN, "inf" for what is infinite.
std::string share_rounded_down(double share);

}  // namespace standfast::files
