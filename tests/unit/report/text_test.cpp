#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "standfast/report.hpp"
#include "unit/report/example.hpp"

namespace standfast::report {
namespace {

std::size_t widest_line(const std::string& text) {
  std::istringstream lines(text);
  std::size_t widest = 0;
  for (std::string line; std::getline(lines, line);) widest = std::max(widest, line.size());
  return widest;
}

TEST(TextReport, ShowsRatesQuantilesAndExtremes) {
  const auto text = to_text(example::evaluation());
  for (const auto* part : {"66.67 %", "spam", "mail", "mail.csv:test", "threat file mail.toml", "l1", "linf", "median",
                           "inf", "4.25", "least robust", "most robust", "false-positive rate"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

TEST(TextReport, ShowsBothBoundsAndTheGap) {
  const auto text = to_text(example::attacked_evaluation());
  for (const auto* part : {"certified <= true <= attacked", "none found", "certified/attacked: mean", "0.5000",
                           "50.00 %", "\nattacked "}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
  EXPECT_EQ(to_text(example::evaluation()).find("attacked"), std::string::npos);
}

TEST(TextReport, SaysTheGuaranteeInWords) {
  Evaluation evaluation = example::evaluation();
  EXPECT_NE(to_text(evaluation).find("real: confirmed for the stored weights"), std::string::npos);
  evaluation.guarantee = Guarantee::kDeployed;
  EXPECT_NE(to_text(evaluation).find("deployed: holds for the program's own verdict, whatever its rounding"),
            std::string::npos);
  evaluation.guarantee = Guarantee::kNone;
  EXPECT_NE(to_text(evaluation).find("none: the search's own numbers, not confirmed"), std::string::npos);
}

TEST(TextReport, StaysWithinAHundredColumns) {
  EXPECT_LE(widest_line(to_text(example::attacked_evaluation())), 100u);
  EXPECT_LE(widest_line(to_text(example::evaluation())), 100u);
  EXPECT_LE(widest_line(to_text(example::hostile_evaluation())), 100u);
}

TEST(TextReport, LetsNoControlCharacterThrough) {
  EXPECT_EQ(to_text(example::hostile_evaluation()).find('\x1b'), std::string::npos);
}

TEST(TextReport, AnEmptyEvaluationHasNoNumbersButATable) {
  EXPECT_NE(to_text(Evaluation{}).find("right"), std::string::npos);
}

}  // namespace
}  // namespace standfast::report
