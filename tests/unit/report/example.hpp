// One small evaluation with every awkward value in it: hostile names, infinite radii, a class without inputs.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "evaluation/summarise.hpp"
#include "standfast/classifier.hpp"
#include "standfast/data.hpp"
#include "standfast/evaluation.hpp"

namespace standfast::example {

inline Evaluation evaluation() {
  Certificates certificates;
  certificates.norms = {Norm::l1(), Norm::linf()};
  certificates.logits = {2.5F, 1, -1, 0.5F, -3, -2};
  certificates.radii = {4.25, 0.125, kInfinity, kInfinity, 0, 0, 1, 0.5, 0, 0, 0, 0};
  const std::vector<std::uint8_t> labels = {1, 1, 1, 0, 0, 0};
  Evaluation result = evaluation::summarise(labels, std::move(certificates), {});
  result.data_source = "mail.csv:test";
  result.sensitive_class = "spam";
  result.other_class = "mail";
  result.threat_description = "threat file mail.toml";
  return result;
}

/// The same inputs with attacks: one on the first input, none found on the second.
inline Evaluation attacked_evaluation() {
  Certificates certificates = evaluation().certificates;
  certificates.attacks = {8.5, 0.25, kInfinity, kInfinity, 0, 0, 2, 1, 0, 0, 0, 0};
  const std::vector<std::uint8_t> labels = {1, 1, 1, 0, 0, 0};
  Evaluation result = evaluation::summarise(labels, std::move(certificates), {});
  result.data_source = "mail.csv:test";
  result.sensitive_class = "spam";
  result.other_class = "mail";
  result.threat_description = "no bounds";
  return result;
}

/// Any two features of the first input may change, and four flip it.
inline Evaluation counted_evaluation() {
  Certificates certificates;
  certificates.norms = {Norm::l0()};
  certificates.logits = {2.5F};
  certificates.radii = {2};
  certificates.attacks = {4};
  const std::vector<std::uint8_t> labels = {1};
  Evaluation result = evaluation::summarise(labels, std::move(certificates), {});
  result.sensitive_class = "spam";
  result.other_class = "mail";
  return result;
}

inline Evaluation hostile_evaluation() {
  Evaluation result = evaluation();
  result.sensitive_class = "<script>alert('x')</script>\"&\x1b[31m";
  result.other_class = std::string(300, 'x') + "\xff\xfe";
  result.data_source = "</title><img src=http://evil.example/x onerror=alert(1)>";
  result.threat_description = "a & b < c";
  return result;
}

inline ModelSummary model() {
  ModelSummary result;
  result.input_shape = {2};
  result.feature_names = {"word_freq_free", "<b>capital</b>"};
  result.feature_units = {"%", "%"};
  result.feature_map = {"center", "abs"};
  result.layers = {{"hidden", "linear", {"input"}, {8}, 40}, {"score", "linear", {"hidden"}, {1}, 9}};
  result.parameters = 49;
  result.sensitive_class = "spam";
  result.other_class = "mail";
  result.lipschitz = {{"l1", 2}, {"linf", 1}};
  result.provenance = {{"seed", "1"}};
  return result;
}

inline Dataset table() {
  Dataset result;
  result.source = "mail.csv:test";
  result.input_shape = {2};
  result.feature_names = {"word_freq_free", "<b>capital</b>"};
  result.class_names = {"mail", "spam"};
  result.features = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  result.labels = {1, 1, 1, 0, 0, 0};
  result.source_index = {10, 11, 12, 13, 14, 15};
  return result;
}

inline Dataset images(std::int64_t channels, std::int64_t height, std::int64_t width) {
  Dataset result = table();
  result.is_image = true;
  result.feature_names.clear();
  result.input_shape = {channels, height, width};
  result.features.assign(6 * static_cast<std::size_t>(channels * height * width), 0.5F);
  return result;
}

}  // namespace standfast::example
