// Certificates as text: one record per input, as CSV, as JSON lines, or as a table for people.
#pragma once

#include <string>

#include "standfast/classifier.hpp"
#include "standfast/data.hpp"
#include "standfast/result.hpp"

namespace standfast::cli {

/// What the records are about; referenced, not copied.
struct Records {
  const ModelSummary& model;
  const Dataset& data;
  const Certificates& certificates;
  std::string threat_description;
  std::string method;
  std::string guarantee;
};

/// "csv", "jsonl", "table" or "npz". Fails: kBadOption for another one, kUnsupported for an archive of 4 GiB or more.
Result<std::string> format_records(const Records& records, const std::string& format);

std::string to_csv(const Records& records);
std::string to_jsonl(const Records& records);
std::string to_table(const Records& records);
Result<std::string> to_npz(const Records& records);

/// Name of input i's label, empty for unlabelled data.
std::string label_name(const Dataset& data, std::size_t i);

/// A radius for people: at most `digits` significant digits, rounded down, for a printed radius is a theorem.
std::string radius_rounded_down(double radius, int digits);

}  // namespace standfast::cli
