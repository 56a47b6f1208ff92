// Certificates as a NumPy archive: one array per column.
#include <cstdint>

#include "cli/records/npz_writer.hpp"
#include "cli/records/record_text.hpp"
#include "cli/records/records.hpp"
#include "cli/records/verdicts.hpp"
#include "cli/terminal/try.hpp"

namespace standfast::cli {

Result<std::string> to_npz(const Records& records) {
  const auto& data = records.data;
  const auto& certificates = records.certificates;
  std::vector<std::int64_t> indices;
  std::vector<std::string> verdicts, labels;
  for (const Verdict verdict : verdicts_of(certificates)) verdicts.push_back(verdict_word(verdict));
  for (std::size_t i = 0; i < certificates.count(); ++i) {
    indices.push_back(static_cast<std::int64_t>(i));
    if (!data.labels.empty()) labels.push_back(label_name(data, i));
  }
  NpzWriter npz;
  CLI_CHECK(npz.add("index", indices));
  CLI_CHECK(npz.add("verdict", verdicts));
  CLI_CHECK(npz.add("logit", certificates.logits));
  for (std::size_t n = 0; n < certificates.norms.size(); ++n) {
    std::vector<double> radii;
    for (std::size_t i = 0; i < certificates.count(); ++i) radii.push_back(certificates.radius(i, n));
    CLI_CHECK(npz.add("radius_" + certificates.norms[n].name(), radii));
  }
  if (!labels.empty()) CLI_CHECK(npz.add("label", labels));
  for (std::size_t n = 0; records.attacked() && n < certificates.norms.size(); ++n) {
    std::vector<double> attacks;
    for (std::size_t i = 0; i < certificates.count(); ++i) attacks.push_back(records.attack(i, n));
    CLI_CHECK(npz.add("attack_" + certificates.norms[n].name(), attacks));
  }
  if (has_sources(data)) {
    std::vector<std::string> sources;
    for (std::size_t i = 0; i < data.count(); ++i) sources.push_back(source_of(data, i));
    CLI_CHECK(npz.add("source", sources));
  }
  for (const TextColumn& column : records.kept) CLI_CHECK(npz.add(column.name, column.values));
  return std::move(npz).finish();
}

}  // namespace standfast::cli
