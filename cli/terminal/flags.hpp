// The options that several subcommands share, and what they mean to the library.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "standfast/classifier.hpp"
#include "standfast/data.hpp"
#include "standfast/result.hpp"
#include "standfast/threat.hpp"

namespace CLI {
class App;
}

namespace standfast::cli {

/// An error about what was asked for; the message names the option.
Error bad_option(std::string message);

/// Which inputs.
struct DataFlags {
  std::string source;
  std::string classes;
  std::string label;
  std::optional<std::size_t> limit;
  std::string separator = {};
  std::string text = {};
  std::vector<std::string> ignored = {};
  bool strict = false;
  bool infer_columns = false;  ///< Without a model: find out what the columns of a table are.
};
void add_data_argument(CLI::App& command, DataFlags& flags);
void add_label_options(CLI::App& command, DataFlags& flags);
void add_limit_option(CLI::App& command, DataFlags& flags);
/// Which inputs must have labels.
enum class Labels {
  kIfPresent,  ///< None: a table's last column is a feature unless it has one of the usual names.
  kInTables,   ///< Those of a table, as for training.
  kRequired    ///< All.
};
/// Reads the data and keeps the first --limit inputs; says on stderr what the reader decided, such as the label's
/// column. A model brings the name of the label that it was trained with. Fails: kIo, kBadFormat, kBadShape,
/// kUnsupported or kBadValue for the file; kBadOption for a class or a column that does not exist.
Result<Dataset> read_inputs(const DataFlags& flags, Labels labels, const ModelSummary* model = nullptr);

/// "a,b" -> a and b. A name that holds a comma or a quote stands in double quotes, as in a CSV file.
/// Fails: kBadOption, naming `option`, for a quote that does not close.
Result<std::vector<std::string>> split_names(const std::string& option, const std::string& text);

/// Fails: kBadShape or kBadOption if the data cannot be what the model was trained on.
Status check_fits(const std::string& model_path, const ModelSummary& model, const Dataset& data);

/// What an attacker may do. For a model of text it is `words` if nothing else is said.
struct ThreatFlags {
  std::string domain;
  std::string file;  ///< Or, for a model of text, `words` or `added-words`.
};
void add_threat_options(CLI::App& command, ThreatFlags& flags);
struct ThreatPlan {
  ThreatModel model;
  std::string description;  ///< The threat model in one line.
};
/// Fails: kBadOption for the flags; kIo, kBadFormat, kBadValue, kBadOption, kBadShape or kUnsupported for a threat
/// file.
Result<ThreatPlan> plan_threat(const ThreatFlags& flags, const ModelSummary& model, const Dataset& data);

/// How to certify.
struct CertifyFlags {
  std::vector<std::string> norms;  ///< Empty: 1, 2 and inf; 1 alone for a model of text.
  std::string method;              ///< Empty: separable, and the command says what `refined` would gain.
  std::string guarantee = "real";
  std::string precision = "float64";
  std::optional<std::size_t> passes;
  std::string gap;
  bool attack = false;
  bool both = false;
  ThreatFlags threat;
  std::string threshold;
  std::size_t threads = 0;
};
void add_certify_options(CLI::App& command, CertifyFlags& flags);
void add_norm_option(CLI::App& command, std::vector<std::string>& norms, const std::string& help);
void add_threshold_option(CLI::App& command, std::string& threshold);
/// The model with its own threshold, or with the one asked for. Fails: kBadOption, as Classifier::load.
Result<Classifier> load_classifier(const std::string& path, const std::string& threshold);
void add_threads_option(CLI::App& command, std::size_t& threads);

/// The library's options, and one line that says which threat they describe.
struct CertifyPlan {
  CertifyOptions options;
  bool method_is_default = false;
  std::string threat_description;
};
/// Fails: kBadOption for the flags; kIo, kBadFormat, kBadValue, kBadOption, kBadShape or kUnsupported for a threat
/// file.
Result<CertifyPlan> plan_certify(const CertifyFlags& flags, const ModelSummary& model, const Dataset& data);

/// `what` ends the help of --format: what each format holds.
void add_format_options(CLI::App& command, std::string& format, std::string& output, const std::string& what = {});
/// --format, else what the output's name says, else a table. Fails: kBadOption if bytes would go to a terminal.
Result<std::string> choose_format(const std::string& format, const std::string& output);

/// Whether there are attacks and separable radii in this norm: 0, 1, 2 or inf.
bool attackable(Norm norm);
/// The norms with these names, each once. Fails: kBadOption for a name that is no norm.
Result<std::vector<Norm>> parse_norms(const std::vector<std::string>& texts);
/// The norms asked for, or those that are usual for the model. Fails: as parse_norms.
Result<std::vector<Norm>> choose_norms(const std::vector<std::string>& texts, const ModelSummary& model);

/// "0.5" -> 0.5. Fails: kBadOption, naming `option`, for anything that is not one number.
Result<double> parse_number(const std::string& option, const std::string& text);

}  // namespace standfast::cli
