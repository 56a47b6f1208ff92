// The page of a study: what was run, one section per data set, what the words mean.
#include <string>

#include <fmt/format.h>

#include "lab/study/html_parts.hpp"
#include "report/html_style.hpp"
#include "report/html_text.hpp"

namespace standfast::lab {
namespace {

std::string head() {
  std::string html =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>Certified robustness, reproduced and bettered - Standfast</title>\n<style>";
  html += report::html_style();
  html += study_style();
  return html + "</style>\n</head>\n<body>\n<main>\n";
}

std::string opening(const Study& study) {
  std::string html =
      "<header>\n<p class=\"kicker\">Standfast reproduce</p>\n<h1>Certified robustness of feature-convex "
      "classifiers</h1>\n";
  html += fmt::format(
      "<p>{} model{}: the published recipes and ours, on the same data, measured the same way.</p>\n"
      "</header>\n",
      study.results.size(), study.results.size() == 1 ? "" : "s");
  html += html_study_overview(study);
  std::string items;
  for (const auto& note : study.notes) items += "<li>" + report::html_escape(note, 2000) + "</li>\n";
  return items.empty() ? html : html + "<ul class=\"notes\">\n" + items + "</ul>\n";
}

constexpr const char* kBackground = R"html(<h2>What the words mean</h2>
<dl>
<dt>radius</dt><dd>No allowed change of the input that is smaller turns a verdict for the certified class. Each radius was confirmed by a separate verifier with bounds on its own rounding: a theorem about the stored weights in real arithmetic. Printed radii are rounded down, distances of attacks up.</dd>
<dt>formula</dt><dd>The published closed form: the margin over the Lipschitz constant of the feature map and the dual norm of the gradient. It knows no bounds on the pixels.</dd>
<dt>one pass</dt><dd>The exact worst case of the same affine minorant when every pixel stays in [0, 1].</dd>
<dt>refined</dt><dd>The best of several minorants, found in a few more passes; pixels in [0, 1].</dd>
<dt>attack</dt><dd>The smallest change found that does turn the verdict; pixels in [0, 1]. The true distance lies between the refined radius and this one.</dd>
<dt>validation</dt><dd>The honest protocol: the threshold was set on training data that were held back, and test data were looked at once.</dd>
<dt>first 1,000</dt><dd>The published protocol: the same network with its threshold moved so that both classes are judged equally well on the first 1,000 test inputs, which are then measured as well. Radii depend strongly on the threshold: compare them at equal class accuracies.</dd>
<dt>median</dt><dd>Over the inputs of the certified class that are judged right.</dd>
<dt>time</dt><dd>Processor time of one thread: training with reading the data; a certificate with its confirmation.</dd>
</dl>
<footer>Written by Standfast. Every number on this page was computed from models trained by this run.</footer>
</main>
</body>
</html>
)html";

}  // namespace

std::string to_html(const Study& study) {
  std::string html = head() + opening(study);
  for (const auto& data : study_data())
    if (const auto results = results_of(study, data.name); !results.empty()) html += html_study_data(data, results);
  return html + kBackground;
}

}  // namespace standfast::lab
