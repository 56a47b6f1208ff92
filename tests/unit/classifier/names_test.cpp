#include <gtest/gtest.h>

#include "standfast/classifier.hpp"

namespace standfast::classifier {
namespace {

TEST(Names, EveryMethodReadsBack) {
  for (const Method method : {Method::kClosedForm, Method::kSeparable, Method::kRefined, Method::kExact}) {
    EXPECT_EQ(parse_method(method_name(method)).value(), method) << method_name(method);
  }
  EXPECT_EQ(parse_method("closed-form").value(), Method::kClosedForm);
  EXPECT_EQ(parse_method("separable").value(), Method::kSeparable);
  EXPECT_EQ(parse_method("refined").value(), Method::kRefined);
  EXPECT_EQ(parse_method("exact").value(), Method::kExact);
}

TEST(Names, EveryGuaranteeReadsBack) {
  for (const Guarantee guarantee : {Guarantee::kNone, Guarantee::kReal, Guarantee::kDeployed}) {
    EXPECT_EQ(parse_guarantee(guarantee_name(guarantee)).value(), guarantee) << guarantee_name(guarantee);
  }
  EXPECT_EQ(parse_guarantee("none").value(), Guarantee::kNone);
  EXPECT_EQ(parse_guarantee("real").value(), Guarantee::kReal);
  EXPECT_EQ(parse_guarantee("deployed").value(), Guarantee::kDeployed);
}

TEST(Names, OtherWordsAreRefusedWithThoseThatAreKnown) {
  for (const char* word : {"", "Exact", "exact ", "closed form", "best"}) {
    EXPECT_EQ(parse_method(word).error().code, ErrorCode::kBadOption) << word;
    EXPECT_EQ(parse_guarantee(word).error().code, ErrorCode::kBadOption) << word;
  }
  EXPECT_EQ(parse_method("best").error().message,
            "method: found 'best', expected closed-form, separable, refined or exact");
  EXPECT_EQ(parse_guarantee("best").error().message, "guarantee: found 'best', expected none, real or deployed");
}

}  // namespace
}  // namespace standfast::classifier
