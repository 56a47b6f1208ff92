// What a user reads while training goes on.
#include "trainer/progress.hpp"

#include <gtest/gtest.h>

namespace standfast::trainer {
namespace {

TEST(Progress, ShowsEpochLossAccuraciesAndTimeLeft) {
  RunState state;
  state.epoch = 3;
  state.epochs = 60;
  state.done = 0.05;
  state.mean_loss = 0.05214;
  state.train = {0, 0.981, 0.984};
  state.validation = {0, 0.98, 0.983};
  state.validation_rows = 600;
  EXPECT_EQ(progress_line(state, 3.5),
            "epoch 3/60  loss 0.0521  train 98.1/98.4 %  validation 98.0/98.3 % of 600 rows  1:07 left");
}

TEST(Progress, ShowsNoAccuracyBeforeOneIsKnown) {
  RunState state;
  state.epoch = 1;
  state.epochs = 2;
  state.mean_loss = 0.7;
  EXPECT_EQ(progress_line(state, 0), "epoch 1/2  loss 0.7000");
}

TEST(Progress, WritesDurationsLikeAClock) {
  EXPECT_EQ(format_duration(-1), "0:00");
  EXPECT_EQ(format_duration(59.2), "1:00");
  EXPECT_EQ(format_duration(3723), "1:02:03");
}

}  // namespace
}  // namespace standfast::trainer
