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
                  "A CSV, NPY or NPZ file, a folder of IDX files, CIFAR-10 batches or images, or `spam`; `:train` or "
                  "`:test` after it picks a split.")
      ->type_name("DATA")
      ->required();
}

void add_label_options(CLI::App& command, DataFlags& flags) {
  command.add_option("--classes", flags.classes, "The two classes to keep where the data have more.")
      ->type_name("A,B")
      ->delimiter(',');
  command
      .add_option("--label", flags.label,
                  "The label's column in a CSV file; otherwise `label`, `class` or `target`, else the last one.")
      ->type_name("COLUMN");
}

void add_limit_option(CLI::App& command, DataFlags& flags) {
  only_digits(command.add_option("--limit", flags.limit, "Use the first N inputs only."))->type_name("N");
}

Result<Dataset> read_inputs(const DataFlags& flags, bool require_labels) {
  if (flags.limit == std::size_t{0}) return bad_option("--limit: 0 leaves no input, expected 1 or more");
  DataRequest request;
  request.source = flags.source;
  request.label_column = flags.label;
  request.classes = flags.classes;
  request.require_labels = require_labels;
  CLI_TRY(Dataset data, read_data(request));
  if (!flags.limit || *flags.limit >= data.count()) return data;
  std::vector<std::size_t> first(*flags.limit);
  std::iota(first.begin(), first.end(), std::size_t{0});
  return data.subset(first);
}

Status check_fits(const std::string& model_path, const ModelSummary& model, const Dataset& data) {
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
    return Error{
        ErrorCode::kBadOption,
        fmt::format("{}: feature {} is `{}` in the model and `{}` in the data; give the columns the model's order",
                    data.source, in_model - model.feature_names.begin(), *in_model, *in_data)};
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

void add_norm_option(CLI::App& command, std::vector<std::string>& norms, const std::string& help) {
  command.add_option("--norm", norms, help)->type_name("LIST")->delimiter(',')->default_str("1,2,inf");
}

void add_threads_option(CLI::App& command, std::size_t& threads) {
  only_digits(command.add_option("--threads", threads, "Threads to use, 0 for one per core; never changes a result."))
      ->type_name("N")
      ->default_str("0");
}

}  // namespace standfast::cli
