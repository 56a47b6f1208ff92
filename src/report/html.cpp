// The page: a head that forbids every request, then the sections in reading order.
#include <string>

#include <fmt/format.h>

#include "report/html_sections.hpp"
#include "report/html_style.hpp"
#include "report/html_text.hpp"
#include "standfast/report.hpp"

namespace standfast {

std::string to_html(const Evaluation& evaluation, const ModelSummary& model, const Dataset& data,
                    std::span<const std::string> notes) {
  const report::ReportInput input{evaluation, model, data};
  std::string html =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src "
      "data:\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  html += fmt::format("<title>{} against {} - Standfast</title>\n", report::html_escape(evaluation.sensitive_class, 80),
                      report::html_escape(evaluation.other_class, 80));
  html += fmt::format("<style>{}</style>\n</head>\n<body>\n<main>\n", report::html_style());
  html += report::html_opening(input, notes);
  html += report::html_certified(input);
  html += report::html_verdicts(input);
  html += report::html_extremes(input);
  html += report::html_background(input);
  return html +
         "<footer>Written by Standfast. Every number on this page was computed from the data named "
         "above.</footer>\n</main>\n</body>\n</html>\n";
}

}  // namespace standfast
