// One data set: what it is, then the pictures and the tables.
#include <string>

#include <fmt/format.h>

#include "lab/study/html_parts.hpp"
#include "report/html_text.hpp"

namespace standfast::lab {

std::string html_study_data(const StudyData& data, std::span<const RecipeResult* const> results) {
  const auto& first = *results.front();
  return fmt::format(
             "<section>\n<h2>{}</h2>\n<p class=\"soft\">{} test inputs of class {}, whose verdicts are certified, and "
             "{} of the other class, from {}.{}</p>\n",
             report::html_escape(data.title), first.sensitive_count, report::html_escape(data.sensitive),
             first.other_count, report::html_escape(first.test_split),
             data.note.empty() ? "" : " " + report::html_escape(data.note, 400)) +
         html_study_charts(data, results) + html_study_tables(data, results) + "</section>\n";
}

}  // namespace standfast::lab
