// What is said about a finished run.
#include "trainer/notes.hpp"

#include <gtest/gtest.h>

namespace standfast::trainer {
namespace {

TrainingData rows(std::size_t sensitive, std::size_t other) {
  TrainingData data;
  data.sensitive_class = "spam";
  data.other_class = "mail";
  data.train.labels.assign(sensitive, 1.0F);
  data.train.labels.resize(sensitive + other, 0.0F);
  data.validation = data.train;
  return data;
}

TEST(Notes, AnAccuracyComesWithItsRows) {
  EXPECT_EQ(validation_text(rows(3, 120), {0, 1, 0.975}), "100.00 % of 3 spam and 97.50 % of 120 mail");
}

TEST(Notes, ABalancedThresholdOnARareClassHintsAtTheOtherOne) {
  const training::ThresholdChoice balanced = {0, 0.96, 0.959};
  EXPECT_EQ(
      rare_class_hint(rows(13, 87), {}, balanced),
      "spam is 13 % of the training rows, and a balanced threshold then costs accuracy: 4.1 % of mail would raise "
      "an alarm; --max-fpr 0.01 allows 1 %");
  EXPECT_NE(rare_class_hint(rows(87, 13), {}, balanced).find("mail is 13 % of the training rows"), std::string::npos);
  EXPECT_EQ(rare_class_hint(rows(39, 61), {}, balanced), "");
  TrainOptions asked;
  asked.max_fpr = 0.01;
  EXPECT_EQ(rare_class_hint(rows(13, 87), asked, balanced), "");
}

}  // namespace
}  // namespace standfast::trainer
