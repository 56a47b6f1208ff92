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
  model::Model model;         ///< Its threshold so low that every input below is judged sensitive.
  Classifier classifier;      ///< Of that model, read from a file as any other.
  std::vector<float> inputs;  ///< (count, dim), uniform in the domain.
  std::size_t count = 0;
  ThreatModel threat;  ///< The domain: the model's own where it is one interval, else [0, 1].
};

/// At most `count` inputs, fewer where they are large.
///
/// Fails: as Classifier::load; kIo where no temporary file can be written.
Result<Subject> make_subject(model::Model model, std::string name, std::string summary, std::size_t count);

/// The same of a model file, or of a name of bench_sizes(). Fails: also as load_model.
Result<Subject> subject_of_file(const std::string& path, std::size_t count);
Result<Subject> subject_of_size(const BenchSize& size, std::size_t count);

}  // namespace standfast::lab
