// standfast data: the embedded data sets, and what is in a data set.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <numeric>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/commands/commands.hpp"
#include "cli/records/column_text.hpp"
#include "cli/terminal/flags.hpp"
#include "cli/terminal/help.hpp"
#include "cli/terminal/output.hpp"
#include "cli/terminal/try.hpp"
#include "standfast/evaluation.hpp"

namespace standfast::cli {
namespace {

std::string list_data() {
  std::string text;
  for (const auto& data : embedded_data())
    text += fmt::format("{}\n  {}\n  licence: {}\n  cite: {}\n", data.name, data.title, data.licence,
                        wrap(data.citation, 90, 8));
  return text;
}

struct Range {
  double smallest;
  double median;
  double largest;
};

/// Requires: at least one input.
Range range_of(const Dataset& data, std::size_t feature) {
  std::vector<double> values;
  for (std::size_t i = 0; i < data.count(); ++i) values.push_back(data.row(i)[feature]);
  const auto [smallest, largest] = std::ranges::minmax(values);
  return {smallest, median(values), largest};
}

std::string table_row(std::string cells) { return cells.erase(cells.find_last_not_of(' ') + 1) + "\n"; }

std::string feature_table(const Dataset& data) {
  std::string text = "\n" + table_row(fmt::format("{:<34} {:>12} {:>12} {:>12}  {}", "feature", "smallest", "median",
                                                  "largest", data.feature_units.empty() ? "" : "unit"));
  for (std::size_t f = 0; f < data.dim(); ++f) {
    const Range range = range_of(data, f);
    const std::string name = data.feature_names.empty() ? std::to_string(f) : data.feature_names[f];
    const std::string unit = data.feature_units.empty() ? "" : data.feature_units[f];
    text += table_row(fmt::format("{:<34} {:>12.6g} {:>12.6g} {:>12.6g}  {}", printable(name), range.smallest,
                                  range.median, range.largest, printable(unit)));
  }
  return text;
}

/// The words of most messages, and how many words a message has.
std::string word_table(const Dataset& data) {
  constexpr std::size_t kMostWords = 20;
  std::vector<std::size_t> messages(data.dim());
  std::vector<double> lengths;
  for (std::size_t i = 0; i < data.count(); ++i) {
    for (const std::uint32_t word : data.words.row(i)) ++messages[word];
    lengths.push_back(static_cast<double>(data.words.row(i).size()));
  }
  std::vector<std::size_t> order(data.dim());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::ranges::greater{}, [&](std::size_t word) { return messages[word]; });
  const auto [fewest, most] = std::ranges::minmax(lengths);
  std::string text = fmt::format("{:<10}{} to {} in a message, median {}\n\n", "words", fewest, most, median(lengths));
  text += table_row(fmt::format("{:<34} {:>12}", "word", "messages"));
  for (std::size_t k = 0; k < std::min(kMostWords, order.size()); ++k)
    text += table_row(fmt::format("{:<34} {:>12}", printable(data.feature_names[order[k]]), messages[order[k]]));
  if (order.size() > kMostWords) text += fmt::format("and {} more\n", order.size() - kMostWords);
  return text;
}

std::string describe_data(const Dataset& data) {
  std::string text = fmt::format("{:<10}{}\n", "data", printable(data.source));
  text += fmt::format("{:<10}{}\n", "inputs", data.count());
  text += fmt::format("{:<10}{}\n", "features", fmt::join(data.input_shape, " x "));
  // a column of measurements that was taken as the label has thousands of classes
  constexpr std::size_t kMostClasses = 20;
  const std::size_t shown = data.labels.empty() ? 0 : std::min(data.class_names.size(), kMostClasses);
  for (std::size_t c = 0; c < shown; ++c)
    text += fmt::format("{:<10}{}: {}\n", c == 0 ? "classes" : "", printable(data.class_names[c]),
                        std::ranges::count(data.labels, static_cast<std::int32_t>(c)));
  if (shown < data.class_names.size() && shown > 0)
    text += fmt::format("{:<10}and {} more\n", "", data.class_names.size() - shown);
  if (data.labels.empty()) text += fmt::format("{:<10}none\n", "classes");
  if (data.is_text()) return text + word_table(data);
  if (data.count() > 0 && tells_more_than_numbers(data.columns)) return text + "\n" + columns_with_values(data);
  if (data.count() > 0 && !data.is_image) text += feature_table(data);
  return text;
}

}  // namespace

void add_data(CLI::App& program, Action& chosen) {
  CLI::App& app = *program.add_subcommand("data", "List the embedded data sets, or show what is in a data set.");
  app.footer("standfast data list");
  app.require_subcommand(1);

  CLI::App& list = *app.add_subcommand("list", "List the data sets that are part of the program.");
  list.footer("standfast data list");
  list.callback([&chosen] {
    chosen = []() -> Result<int> {
      CLI_CHECK(write_stdout(list_data()));
      return kDone;
    };
  });

  auto flags = std::make_shared<DataFlags>();
  CLI::App& info = *app.add_subcommand("info", "Show the size, the classes and the features of a data set.");
  info.footer("standfast data info spam:test");
  add_data_argument(info, *flags);
  add_label_options(info, *flags);
  add_limit_option(info, *flags);
  info.callback([flags, &chosen] {
    chosen = [flags]() -> Result<int> {
      flags->infer_columns = true;
      CLI_TRY(const Dataset data, read_inputs(*flags, Labels::kInTables));
      CLI_CHECK(write_stdout(describe_data(data)));
      return kDone;
    };
  });
}

}  // namespace standfast::cli
