// Whatever a caller hands over that can be checked is refused with a sentence, and nothing is written.
#include <array>
#include <atomic>
#include <cstring>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "capi/c_handles.hpp"
#include "support/small_models.hpp"

extern "C" int standfast_layout_is_checked(void);

namespace standfast::capi_test {
namespace {

constexpr std::size_t kHuge = std::numeric_limits<std::size_t>::max();
constexpr std::array<float, 4> kRows = {0, 0, 1, 1};

class Hostile : public testing::Test {
 protected:
  standfast_status certify(const float* rows, std::size_t count) {
    return standfast_certify(model.get(), rows, count, &options, &found);
  }
  void expect_refused(standfast_status status, const std::string& words) {
    EXPECT_EQ(certify(kRows.data(), 2), status);
    EXPECT_TRUE(last_error_has(words)) << standfast_last_error();
    EXPECT_EQ(standfast_last_status(), status);
    for (const double radius : radii) EXPECT_EQ(radius, -1) << "written by a call that failed";
    EXPECT_EQ(found.done, 7U);
  }

  ModelHandle model = handle_of(support::corner_model());
  standfast_certify_options options = sized<standfast_certify_options>();
  std::array<double, 6> radii = {-1, -1, -1, -1, -1, -1};
  standfast_certificates found = {sizeof found, nullptr, nullptr, radii.data(), nullptr, nullptr, 7};
};

TEST_F(Hostile, NullPointersAreRefused) {
  standfast_classifier* out = nullptr;
  EXPECT_EQ(standfast_load_file(nullptr, nullptr, &out), STANDFAST_BAD_OPTION);
  EXPECT_EQ(standfast_load_file("model", nullptr, nullptr), STANDFAST_BAD_OPTION);
  EXPECT_EQ(standfast_load_memory(nullptr, 5, nullptr, &out), STANDFAST_BAD_OPTION);
  EXPECT_EQ(standfast_load_memory("model", 5, nullptr, nullptr), STANDFAST_BAD_OPTION);
  EXPECT_EQ(standfast_describe(model.get(), nullptr), STANDFAST_BAD_OPTION);
  auto description = sized<standfast_description>();
  EXPECT_EQ(standfast_describe(nullptr, &description), STANDFAST_BAD_OPTION);
  float logit = 0;
  EXPECT_EQ(standfast_score(nullptr, kRows.data(), 1, 0, &logit), STANDFAST_BAD_OPTION);
  EXPECT_EQ(standfast_score(model.get(), nullptr, 1, 0, &logit), STANDFAST_BAD_OPTION);
  EXPECT_EQ(standfast_score(model.get(), kRows.data(), 1, 0, nullptr), STANDFAST_BAD_OPTION);
  EXPECT_EQ(standfast_certify(nullptr, kRows.data(), 1, &options, &found), STANDFAST_BAD_OPTION);
  EXPECT_EQ(standfast_certify(model.get(), kRows.data(), 1, &options, nullptr), STANDFAST_BAD_OPTION);
  EXPECT_EQ(certify(nullptr, 1), STANDFAST_BAD_OPTION);
  EXPECT_TRUE(last_error_has("rows: found NULL")) << standfast_last_error();
  options.norm_count = 1;
  expect_refused(STANDFAST_BAD_OPTION, "norms: found NULL");
  auto attacks = sized<standfast_attacks>();
  EXPECT_EQ(standfast_attack(nullptr, kRows.data(), 1, nullptr, &attacks), STANDFAST_BAD_OPTION);
  EXPECT_EQ(standfast_attack(model.get(), kRows.data(), 1, nullptr, nullptr), STANDFAST_BAD_OPTION);
  EXPECT_EQ(standfast_explain(nullptr, kRows.data(), 2, nullptr, nullptr, nullptr), STANDFAST_BAD_OPTION);
  EXPECT_EQ(standfast_explain(model.get(), nullptr, 2, nullptr, nullptr, nullptr), STANDFAST_BAD_OPTION);
  standfast_threat* threat = nullptr;
  EXPECT_EQ(standfast_threat_from_file(model.get(), nullptr, &threat), STANDFAST_BAD_OPTION);
  EXPECT_EQ(standfast_threat_from_file(nullptr, "t", &threat), STANDFAST_BAD_OPTION);
  EXPECT_EQ(standfast_threat_from_text(model.get(), nullptr, 3, &threat), STANDFAST_BAD_OPTION);
  EXPECT_EQ(standfast_threat_from_text(model.get(), "", 0, nullptr), STANDFAST_BAD_OPTION);
  EXPECT_EQ(standfast_threat_from_domain(nullptr, 0, 1, &threat), STANDFAST_BAD_OPTION);
  EXPECT_EQ(standfast_threat_from_name(model.get(), nullptr, &threat), STANDFAST_BAD_OPTION);
  EXPECT_EQ(standfast_confirm_file(model.get(), nullptr, nullptr, 0, nullptr, nullptr), STANDFAST_BAD_OPTION);
  EXPECT_EQ(standfast_confirm_memory(model.get(), nullptr, 9, nullptr, 0, nullptr, nullptr), STANDFAST_BAD_OPTION);
  EXPECT_EQ(standfast_confirm_memory(nullptr, "{}", 2, nullptr, 0, nullptr, nullptr), STANDFAST_BAD_OPTION);
  EXPECT_EQ(out, nullptr);
  EXPECT_EQ(threat, nullptr);
  standfast_free(nullptr);
  standfast_threat_free(nullptr);
}

TEST_F(Hostile, NoRowsAreNoWork) {
  EXPECT_EQ(certify(nullptr, 0), STANDFAST_OK) << standfast_last_error();
  EXPECT_EQ(found.done, 0U);
  EXPECT_EQ(standfast_score(model.get(), nullptr, 0, 0, nullptr), STANDFAST_OK);
  auto attacks = sized<standfast_attacks>();
  EXPECT_EQ(standfast_attack(model.get(), nullptr, 0, nullptr, &attacks), STANDFAST_OK);
  EXPECT_EQ(radii[0], -1);
}

TEST_F(Hostile, ArraysThatAreNullAreLeftOut) {
  found.radii = nullptr;
  EXPECT_EQ(certify(kRows.data(), 2), STANDFAST_OK);
  EXPECT_EQ(found.done, 2U);
  EXPECT_EQ(standfast_certify(model.get(), kRows.data(), 2, nullptr, &found), STANDFAST_OK);
}

TEST_F(Hostile, CountsThatNoMemoryHoldsAreRefused) {
  // 2^63 rows of 2 features: their product wraps around to 0
  for (const std::size_t count : {kHuge, (kHuge >> 1U) + 1, kHuge / 8}) {
    EXPECT_EQ(certify(kRows.data(), count), STANDFAST_BAD_SHAPE);
    float logit = 0;
    EXPECT_EQ(standfast_score(model.get(), kRows.data(), count, 0, &logit), STANDFAST_BAD_SHAPE);
    EXPECT_EQ(standfast_confirm_memory(model.get(), "{}", 2, kRows.data(), count, nullptr, nullptr),
              STANDFAST_BAD_SHAPE);
  }
  EXPECT_TRUE(last_error_has("more than any memory"));
  standfast_classifier* out = nullptr;
  EXPECT_EQ(standfast_load_memory("x", kHuge, nullptr, &out), STANDFAST_BAD_FORMAT);
  EXPECT_EQ(standfast_confirm_memory(model.get(), "{}", kHuge, nullptr, 0, nullptr, nullptr), STANDFAST_BAD_FORMAT);
  standfast_threat* threat = nullptr;
  EXPECT_EQ(standfast_threat_from_text(model.get(), "x", kHuge, &threat), STANDFAST_BAD_FORMAT);
  options.norm_count = kHuge;
  options.norms = radii.data();
  expect_refused(STANDFAST_BAD_OPTION, "norm_count");
}

TEST_F(Hostile, NaNAndInfinityAreNamedByInputAndFeature) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    const std::array<float, 4> rows = {0, 0, 0, bad};
    EXPECT_EQ(certify(rows.data(), 2), STANDFAST_BAD_VALUE);
    EXPECT_TRUE(last_error_has("input 1, feature 1")) << standfast_last_error();
    float logits[2];
    EXPECT_EQ(standfast_score(model.get(), rows.data(), 2, 0, logits), STANDFAST_BAD_VALUE);
  }
  EXPECT_EQ(radii[0], -1);
}

TEST_F(Hostile, MisalignedPointersAreRefused) {
  std::array<float, 5> aligned = {};
  const auto* odd = reinterpret_cast<const float*>(reinterpret_cast<const char*>(aligned.data()) + 1);
  EXPECT_EQ(certify(odd, 2), STANDFAST_BAD_VALUE);
  found.radii = reinterpret_cast<double*>(reinterpret_cast<char*>(radii.data()) + 4);
  EXPECT_EQ(certify(kRows.data(), 1), STANDFAST_BAD_VALUE);
  EXPECT_TRUE(last_error_has("radii: found an address")) << standfast_last_error();
}

TEST_F(Hostile, OptionsOutOfRangeAreRefused) {
  const auto refused = [this](auto change, const char* words) {
    options = sized<standfast_certify_options>();
    change(options);
    expect_refused(STANDFAST_BAD_OPTION, words);
  };
  refused([](auto& o) { o.method = 5; }, "method: found 5");
  refused([](auto& o) { o.method = -1; }, "method: found -1");
  refused([](auto& o) { o.guarantee = 4; }, "guarantee");
  refused([](auto& o) { o.precision = 3; }, "precision");
  refused([](auto& o) { o.both_classes = 2; }, "both_classes");
  refused([](auto& o) { o.passes = kHuge; }, "passes");
  refused([](auto& o) { o.gap = std::numeric_limits<double>::quiet_NaN(); }, "gap");
  refused([](auto& o) { o.gap = -1; }, "gap");
  for (const double p : {0.5, -1.0, std::numeric_limits<double>::quiet_NaN(), 1.5}) {
    const std::array<double, 1> norms = {p};  // 1.5 has no separable worst case
    refused(
        [&norms](auto& o) {
          o.norms = norms.data();
          o.norm_count = 1;
        },
        "norm");
  }
}

TEST_F(Hostile, StructsOfAnotherSizeAreRefusedUnlessTheirRestIsZero) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{8}, sizeof options - 1, kHuge}) {
    options.size = size;
    expect_refused(STANDFAST_BAD_OPTION, "options.size");
  }
  struct Later {
    standfast_certify_options known;
    std::uint64_t field_of_a_later_release;
  } later = {sized<standfast_certify_options>(), 0};
  later.known.size = sizeof later;
  EXPECT_EQ(standfast_certify(model.get(), kRows.data(), 1, &later.known, &found), STANDFAST_OK);
  later.field_of_a_later_release = 1;
  EXPECT_EQ(standfast_certify(model.get(), kRows.data(), 1, &later.known, &found), STANDFAST_UNSUPPORTED);
  EXPECT_TRUE(last_error_has("does not know")) << standfast_last_error();
  found.size = 3;
  options = sized<standfast_certify_options>();
  EXPECT_EQ(certify(kRows.data(), 1), STANDFAST_BAD_OPTION);
  auto load = sized<standfast_load_options>();
  load.size = 0;
  standfast_classifier* out = nullptr;
  const std::string bytes = bytes_of(support::corner_model());
  EXPECT_EQ(standfast_load_memory(bytes.data(), bytes.size(), &load, &out), STANDFAST_BAD_OPTION);
  EXPECT_EQ(out, nullptr);
  EXPECT_EQ(standfast_layout_is_checked(), standfast_abi());
}

TEST_F(Hostile, AThreatOfAnotherModelIsRefused) {
  const ModelHandle other = handle_of(support::affine_model({1, 2, 3}, 1));
  const ThreatHandle threat = threat_of(other, "[default]\nlower = 0\n");
  options.threat = threat.get();
  expect_refused(STANDFAST_BAD_SHAPE, "threat: found one of 3 features, expected 2");
}

TEST_F(Hostile, FilesAndTextsThatAreNotWhatTheyShouldBeAreRefused) {
  standfast_classifier* out = nullptr;
  EXPECT_EQ(standfast_load_file("/nonexistent/model", nullptr, &out), STANDFAST_IO);
  EXPECT_EQ(standfast_load_file("/", nullptr, &out), STANDFAST_IO);
  EXPECT_EQ(standfast_load_memory("", 0, nullptr, &out), STANDFAST_BAD_FORMAT);
  std::string bytes = bytes_of(support::corner_model());
  for (std::size_t length = 0; length < bytes.size(); length += 7)
    EXPECT_NE(standfast_load_memory(bytes.data(), length, nullptr, &out), STANDFAST_OK) << length;
  EXPECT_EQ(out, nullptr);
  standfast_threat* threat = nullptr;
  const std::string toml = "[default]\nprice = 3\n";
  EXPECT_EQ(standfast_threat_from_text(model.get(), toml.data(), toml.size(), &threat), STANDFAST_BAD_FORMAT);
  EXPECT_TRUE(last_error_has("text:2")) << standfast_last_error();
  EXPECT_EQ(standfast_threat_from_file(model.get(), "/nonexistent", &threat), STANDFAST_IO);
  EXPECT_EQ(standfast_threat_from_domain(model.get(), 1, 0, &threat), STANDFAST_BAD_VALUE);
  EXPECT_EQ(standfast_threat_from_name(model.get(), "words", &threat), STANDFAST_BAD_OPTION);
  EXPECT_EQ(standfast_threat_from_name(model.get(), "bytes", &threat), STANDFAST_BAD_OPTION);
  EXPECT_EQ(threat, nullptr);
}

TEST_F(Hostile, TheLastErrorIsTheThreadsOwnAndHoldsWholeCharacters) {
  standfast_classifier* out = nullptr;
  EXPECT_EQ(standfast_load_file("/nonexistent", nullptr, &out), STANDFAST_IO);
  std::thread([] {
    EXPECT_STREQ(standfast_last_error(), "");
    EXPECT_EQ(standfast_last_status(), STANDFAST_OK);
  }).join();
  std::string path = "/";
  for (int i = 0; i < 700; ++i) path += "\xC3\xA9";  // two bytes each
  for (int shift = 0; shift < 2; ++shift) {
    EXPECT_EQ(standfast_load_file(path.c_str(), nullptr, &out), STANDFAST_IO);
    const std::string sentence = standfast_last_error();
    EXPECT_LT(sentence.size(), 1024U);
    EXPECT_GT(sentence.size(), 1000U);
    EXPECT_NE(static_cast<unsigned char>(sentence.back()), 0xC3);
    path += "x";
    path.insert(1, "x");
  }
}

TEST_F(Hostile, OneHandleServesManyThreads) {
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this, &wrong] {
      for (int i = 0; i < 50; ++i) {
        std::array<double, 3> mine = {};
        auto arrays = sized<standfast_certificates>();
        arrays.radii = mine.data();
        if (standfast_certify(model.get(), kRows.data(), 1, nullptr, &arrays) != STANDFAST_OK || mine[0] < 1) ++wrong;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST_F(Hostile, AStoppedCallSaysHowFarItCame) {
  options.threads = 1;
  std::atomic<int> asked = 0;
  options.user = &asked;
  options.stop = [](void* user) { return static_cast<std::int32_t>(++*static_cast<std::atomic<int>*>(user) > 3); };
  std::vector<float> rows(2 * 4096);
  std::vector<double> many(3 * 4096, -1);
  found.radii = many.data();
  EXPECT_EQ(certify(rows.data(), 4096), STANDFAST_STOPPED);
  EXPECT_GT(found.done, 0U);
  EXPECT_LT(found.done, 4096U);
  EXPECT_GT(many[3 * found.done - 1], 0);
  EXPECT_EQ(many[3 * found.done], -1);
}

}  // namespace
}  // namespace standfast::capi_test
