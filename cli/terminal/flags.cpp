// Shared options about data, norms and threads: their place in the table, and their translation for the library.
#include "cli/terminal/flags.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <numeric>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "cli/terminal/option_table.hpp"
#include "cli/terminal/output.hpp"
#include "cli/terminal/try.hpp"

namespace standfast::cli {
namespace {

/// The first inputs of a sorted source are of one class, which says nothing about the others.
void note_lost_classes(const Dataset& data, const Dataset& limited) {
  if (data.labels.empty()) return;
  const auto only = limited.labels.front();
  const auto is_other = [only](std::int32_t label) { return label != only; };
  if (std::ranges::any_of(limited.labels, is_other) || std::ranges::none_of(data.labels, is_other)) return;
  say(fmt::format("--limit {}: all of these inputs are of the class {}; the others come after them", limited.count(),
                  printable(data.class_names[static_cast<std::size_t>(only)])));
}

}  // namespace

Error bad_option(std::string message) { return {ErrorCode::kBadOption, std::move(message)}; }

Result<double> parse_number(const std::string& option, const std::string& text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc::result_out_of_range && stop == end)
    return bad_option(fmt::format("{}: '{}' is out of range", option, text));
  if (error != std::errc() || stop != end || value != value)
    return bad_option(fmt::format("{}: '{}' is not a number", option, text));
  return value;
}

void add_data_argument(CLI::App& command, DataFlags& flags) {
  command
      .add_option("DATA", flags.source,
                  "A CSV, NPY or NPZ file, a folder of IDX files, CIFAR-10 batches or images, messages (a folder, "
                  "Maildir or mbox per class), or `mail` or `spam`; `:train` or `:test` after it picks a split.")
      ->type_name("DATA")
      ->required();
}

void add_label_options(CLI::App& command, DataFlags& flags) {
  command
      .add_option("--classes", flags.classes,
                  "The two classes to keep where the data have more; a name with a comma goes in double quotes.")
      ->type_name("A,B");
  command
      .add_option("--label", flags.label,
                  "The label's column in a table; otherwise the model's, else `label`, `class` or `target`, else the "
                  "last one.")
      ->type_name("COLUMN");
  command
      .add_option("--text", flags.text,
                  "The column of a table that holds text, which becomes words; otherwise the model's.")
      ->type_name("COLUMN");
  command
      .add_option("--separator", flags.separator,
                  "What parts the columns of a table: `,` `;` `|` or `tab`; otherwise as its header shows.")
      ->type_name("C");
  command.add_option("--ignore", flags.ignored, "A column of a table that is not read; may be given several times.")
      ->type_name("COLUMN")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command.add_flag(
      "--strict", flags.strict,
      "Refuse a table from which columns would be left out or passed over, or values be filled in, instead "
      "of saying so.");
}

void add_limit_option(CLI::App& command, DataFlags& flags) {
  only_digits(command.add_option("--limit", flags.limit, "Use the first N inputs only."))->type_name("N");
}

Result<std::vector<std::string>> split_names(const std::string& option, const std::string& text) {
  std::vector<std::string> names;
  if (text.empty()) return names;
  for (std::size_t at = 0;;) {
    std::string name;
    if (at < text.size() && text[at] == '"') {
      std::size_t quote = ++at;
      while ((quote = text.find('"', quote)) != std::string::npos && text.substr(quote, 2) == "\"\"") quote += 2;
      if (quote == std::string::npos || (quote + 1 < text.size() && text[quote + 1] != ','))
        return bad_option(fmt::format("{}: '{}' has a quoted name that does not end at a comma", option, text));
      for (; at < quote; at += text[at] == '"' ? 2 : 1) name += text[at];
      at = quote + 1;
    } else {
      const std::size_t end = std::min(text.find(',', at), text.size());
      name = text.substr(at, end - at);
      at = end;
    }
    names.push_back(std::move(name));
    if (at >= text.size()) return names;
    ++at;
  }
}

Result<Dataset> read_inputs(const DataFlags& flags, Labels labels, const ModelSummary* model) {
  if (flags.limit == std::size_t{0}) return bad_option("--limit: 0 leaves no input, expected 1 or more");
  DataRequest request;
  request.source = flags.source;
  request.label_column = flags.label;
  request.separator = flags.separator;
  request.text_column = flags.text;
  CLI_TRY(request.classes, split_names("--classes", flags.classes));
  request.require_labels = labels == Labels::kRequired;
  request.tables_have_labels = labels != Labels::kIfPresent;
  if (model != nullptr && model->provenance.contains("label")) request.usual_label = model->provenance.at("label");
  if (model != nullptr && !model->tokenizer.empty()) {
    request.vocabulary = model->feature_names;
    if (model->provenance.contains("text")) request.usual_text = model->provenance.at("text");
  }
  request.ignored = flags.ignored;
  request.strict = flags.strict;
  request.infer_columns = flags.infer_columns;
  if (model != nullptr && model->tokenizer.empty() && model->input_shape.size() == 1)
    request.columns = model->columns.empty() ? columns_of_names(model->feature_names) : model->columns;
  if (model != nullptr) {
    request.usual_features = model->feature_names;
    // verdicts are compared with labels; where they are not, a label is shown as it is
    if (labels == Labels::kRequired && model->other_class == name_of_the_rest(model->sensitive_class))
      request.usual_against_rest = model->sensitive_class;
  }
  CLI_TRY(Dataset data, read_data(request));
  for (const auto& note : data.notes) say(note);
  if (!flags.limit || *flags.limit >= data.count()) return data;
  std::vector<std::size_t> first(*flags.limit);
  std::iota(first.begin(), first.end(), std::size_t{0});
  Dataset limited = data.subset(first);
  if (labels == Labels::kRequired) note_lost_classes(data, limited);
  return limited;
}

Status check_fits(const std::string& model_path, const ModelSummary& model, const Dataset& data) {
  if (data.is_text() && model.tokenizer.empty())
    return Error{ErrorCode::kBadShape,
                 fmt::format("{}: holds messages, and the model was not trained on text; `standfast inspect {}` shows "
                             "what it was trained on",
                             data.source, model_path)};
  const auto is_presence = [](float value) { return value == 0 || value == 1; };
  if (!model.tokenizer.empty() && !data.is_text() && !std::ranges::all_of(data.features, is_presence))
    return Error{
        ErrorCode::kBadValue,
        fmt::format("{}: the model reads words, which a message has or has not; found numbers other than 0 and 1",
                    data.source)};
  std::size_t dim = 1;
  for (const auto side : model.input_shape) dim *= static_cast<std::size_t>(side);
  if (dim + 1 == data.dim() && data.labels.empty())
    return Error{ErrorCode::kBadShape,
                 fmt::format("{}: has {}, the model expects {}; if one column is the label, name it with --label",
                             data.source, counted(data.dim(), "feature"), dim)};
  if (dim != data.dim())
    return Error{ErrorCode::kBadShape,
                 fmt::format("{}: the model expects {}, {} has {}; `standfast inspect {}` shows what it was trained on",
                             model_path, counted(dim, "feature"), data.source, data.dim(), model_path)};
  if (model.feature_names.empty() || data.feature_names.empty()) return {};
  const auto [in_model, in_data] = std::ranges::mismatch(model.feature_names, data.feature_names);
  // columns in another order would be judged without a sign that anything is wrong
  if (in_model != model.feature_names.end() && in_data != data.feature_names.end())
    return Error{ErrorCode::kBadOption,
                 fmt::format("{}: feature {} is `{}` in the model and `{}` in the data; {}", data.source,
                             in_model - model.feature_names.begin(), *in_model, *in_data,
                             std::ranges::find(model.feature_names, *in_data) == model.feature_names.end()
                                 ? fmt::format("the model has no `{}`, did you mean `{}`?", *in_data, *in_model)
                                 : "give the columns the model's order")};
  return {};
}

bool attackable(Norm norm) {
  return norm == Norm::l0() || norm == Norm::l1() || norm == Norm::l2() || norm == Norm::linf();
}

Result<std::vector<Norm>> parse_norms(const std::vector<std::string>& texts) {
  std::vector<Norm> norms;
  for (const auto& text : texts) {
    CLI_TRY(const Norm norm, Norm::parse(text));
    if (std::ranges::find(norms, norm) != norms.end())
      return bad_option(fmt::format("--norm: {} is asked for twice", norm.name()));
    norms.push_back(norm);
  }
  return norms;
}

void add_format_options(CLI::App& command, std::string& format, std::string& output, const std::string& what) {
  add_choice(command, "--format", format,
             {{"table", "columns to be read"},
              {"csv", "comma-separated values with a header"},
              {"jsonl", "one JSON object per line"},
              {"npz", "NumPy arrays"}},
             "How to write the records; otherwise by the ending of the output's name, else a table" + what + ".");
  command.add_option("-o,--output", output, "Write the records to FILE instead of stdout.")->type_name("FILE");
}

Result<std::string> choose_format(const std::string& format, const std::string& output) {
  std::string chosen = format;
  if (chosen.empty()) {
    const std::string ending = std::filesystem::path(output).extension().string();
    chosen = ending == ".csv" || ending == ".jsonl" || ending == ".npz" ? ending.substr(1) : "table";
  }
  const bool to_stdout = output.empty() || output == "-";
  if (chosen == "npz" && to_stdout && ::isatty(STDOUT_FILENO) == 1)
    return bad_option("--format npz: bytes are not for a terminal; name a file with -o FILE");
  return chosen;
}

Result<std::vector<Norm>> choose_norms(const std::vector<std::string>& texts, const ModelSummary& model) {
  if (!texts.empty()) return parse_norms(texts);
  if (!model.tokenizer.empty()) return std::vector<Norm>{Norm::l1()};
  return std::vector<Norm>{Norm::l1(), Norm::l2(), Norm::linf()};
}

void add_norm_option(CLI::App& command, std::vector<std::string>& norms, const std::string& help) {
  command.add_option("--norm", norms, help)->type_name("LIST")->delimiter(',')->default_str("1,2,inf; 1 for text");
}

void add_threshold_option(CLI::App& command, std::string& threshold) {
  command
      .add_option("--threshold", threshold,
                  "Raise the alarm for logits above T, such as an operating point that `evaluate` prints.")
      ->type_name("T")
      ->default_str("0");
}

Result<Classifier> load_classifier(const std::string& path, const std::string& threshold) {
  if (threshold.empty()) return Classifier::load(path);
  CLI_TRY(const double value, parse_number("--threshold", threshold));
  auto classifier = Classifier::load(path, value);
  if (!classifier.ok() && classifier.error().code == ErrorCode::kBadOption)
    return bad_option(fmt::format("--threshold: {} is outside of the range of float32", threshold));
  return classifier;
}

void add_threads_option(CLI::App& command, std::size_t& threads) {
  only_digits(command.add_option("--threads", threads, "Threads to use, 0 for one per core; never changes a result."))
      ->type_name("N")
      ->default_str("0");
}

}  // namespace standfast::cli
