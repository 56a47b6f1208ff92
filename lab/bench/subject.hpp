// A model to be measured, with inputs that all need a certificate.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "lab/bench/bench.hpp"
#include "model/model.hpp"
#include "standfast/classifier.hpp"

namespace standfast::lab {

struct Subject {
  BenchModel about;
  model::Model model;         ///< The model, its threshold so low that every input below is judged sensitive.
  Classifier classifier;      ///< The classifier of that model, read from a file as any other.
  std::vector<float> inputs;  ///< (count, dim), uniform in the domain.
  std::size_t count = 0;
  ThreatModel threat;  ///< The domain: the model's own if it is one interval, else [0, 1].
};

/// At most `count` inputs, fewer if they are large.
///
/// Fails: kIo if no temporary file can be written or read; kBadShape, kBadValue, kNotConvex, kUnsupported or
/// kEnvironment for a model that Classifier::load refuses.
Result<Subject> make_subject(model::Model model, std::string name, std::string summary, std::size_t count);

/// A subject from a model file, or from a name of bench_sizes(). Fails: with the codes of make_subject; kBadFormat for
/// a file that holds no model.
Result<Subject> subject_of_file(const std::string& path, std::size_t count);
Result<Subject> subject_of_size(const BenchSize& size, std::size_t count);

}  // namespace standfast::lab
