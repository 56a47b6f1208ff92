#include <cmath>
#include <filesystem>
#include <limits>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "lab/bench/bench.hpp"
#include "lab/bench/sizes.hpp"
#include "lab/bench/subject.hpp"

namespace standfast::lab {
namespace {

BenchOptions quick() {
  BenchOptions options;
  options.sizes = {"spam"};
  options.batches = {1, 20};
  options.seconds = 0.02;  // a call may take four times as long on a busy machine
  return options;
}

const BenchCell* find(const BenchReport& report, std::size_t batch, std::size_t threads, bool certified,
                      Guarantee guarantee = Guarantee::kNone) {
  for (const auto& cell : report.cells)
    if (cell.batch == batch && cell.threads == threads && cell.certified == certified &&
        (!certified || (cell.method == Method::kSeparable && cell.guarantee == guarantee)))
      return &cell;
  return nullptr;
}

TEST(Bench, HasALineForEveryQuestion) {
  const auto report = run_bench(quick());
  ASSERT_TRUE(report.ok()) << report.error().message;
  // logits and two methods under two guarantees; both numbers of threads at the largest batch
  EXPECT_EQ(report->cells.size(), 5u + 10u);
  for (const std::size_t batch : {1u, 20u}) {
    EXPECT_NE(find(*report, batch, 1, false), nullptr);
    EXPECT_NE(find(*report, batch, 1, true, Guarantee::kReal), nullptr);
  }
  EXPECT_EQ(find(*report, 1, 2, false), nullptr);
  EXPECT_NE(find(*report, 20, 2, true, Guarantee::kNone), nullptr);
  EXPECT_TRUE(report->left_out.empty());
}

TEST(Bench, HasALineForEveryPrecisionOfAProof) {
  BenchOptions options = quick();
  options.batches = {1};
  options.threads = {1};
  options.precisions = {Precision::kFloat64, Precision::kFloat32};
  const auto report = run_bench(options);
  ASSERT_TRUE(report.ok()) << report.error().message;
  // logits, and of each of two methods guarantee none and two proofs
  EXPECT_EQ(report->cells.size(), 1u + 2u * 3u);
  std::size_t narrow = 0, ratios = 0;
  for (const auto& cell : report->cells) narrow += cell.proves() && cell.precision == Precision::kFloat32 ? 1 : 0;
  for (const auto& ratio : report->ratios) ratios += ratio.what == "real float32 / none" ? 1 : 0;
  EXPECT_EQ(narrow, 2u);
  EXPECT_EQ(ratios, 2u);
}

TEST(Bench, MeasuresPositiveTimesAndShares) {
  const auto report = run_bench(quick());
  ASSERT_TRUE(report.ok()) << report.error().message;
  for (const auto& peak : report->peaks) {
    EXPECT_GT(peak.flops, 1e6);
    EXPECT_GT(peak.read_bytes, 1e6);
  }
  for (const auto& cell : report->cells) {
    EXPECT_GE(cell.rounds, 3u);
    EXPECT_GT(cell.inputs_per_second, 0);
    EXPECT_LE(cell.latency.low, cell.latency.median);
    EXPECT_LE(cell.latency.median, cell.latency.high);
    EXPECT_GT(cell.of_flops, 0);
    EXPECT_LT(cell.of_read, 0) << "60 kB of weights are not read from memory";
    if (!cell.certified) continue;
    EXPECT_GE(cell.forward, 0);
    EXPECT_GE(cell.search, 0);
    EXPECT_GE(cell.proof, 0);
    EXPECT_LE(cell.proof, 1);
  }
}

TEST(Bench, ComparesGuaranteesMethodsAndThreads) {
  const auto report = run_bench(quick());
  ASSERT_TRUE(report.ok()) << report.error().message;
  const auto count = [&](const std::string& what, std::size_t batch) {
    std::size_t found = 0;
    for (const auto& ratio : report->ratios) found += ratio.what == what && ratio.batch == batch ? 1 : 0;
    return found;
  };
  EXPECT_EQ(count("real / none", 1), 2u);
  EXPECT_EQ(count("separable / closed-form", 1), 2u);
  EXPECT_EQ(count("2 threads / 1", 1), 0u);
  EXPECT_EQ(count("2 threads / 1", 20), 5u);
  for (const auto& ratio : report->ratios) {
    EXPECT_GT(ratio.ratio.low, 0) << ratio.what;
    EXPECT_LE(ratio.ratio.median, ratio.ratio.high) << ratio.what;
  }
}

TEST(Bench, SaysWhatItLeavesOut) {
  BenchOptions options = quick();
  options.seconds = 1e-9;
  options.batches = {1, 1024};
  const auto report = run_bench(options);
  ASSERT_TRUE(report.ok()) << report.error().message;
  EXPECT_EQ(find(*report, 1024, 1, true, Guarantee::kReal), nullptr);
  ASSERT_FALSE(report->left_out.empty());
  EXPECT_NE(report->left_out.front().find("at batch 1024"), std::string::npos) << report->left_out.front();
}

TEST(Bench, RefusesWhatItCannotMeasure) {
  const auto fails = [](const auto& change) {
    BenchOptions options = quick();
    change(options);
    const auto report = run_bench(options);
    return !report.ok() && report.error().code == ErrorCode::kBadOption;
  };
  EXPECT_TRUE(fails([](auto& o) { o.batches = {}; }));
  EXPECT_TRUE(fails([](auto& o) { o.batches = {0}; }));
  EXPECT_TRUE(fails([](auto& o) { o.batches = {8, 8}; }));
  EXPECT_TRUE(fails([](auto& o) { o.batches = {std::numeric_limits<std::size_t>::max()}; }));
  EXPECT_TRUE(fails([](auto& o) { o.threads = {}; }));
  EXPECT_TRUE(fails([](auto& o) { o.threads = {2000}; }));
  EXPECT_TRUE(fails([](auto& o) { o.seconds = 0; }));
  EXPECT_TRUE(fails([](auto& o) { o.seconds = std::nan(""); }));
  EXPECT_TRUE(fails([](auto& o) { o.methods = {}; }));
  EXPECT_TRUE(fails([](auto& o) { o.guarantees = {}; }));
  EXPECT_TRUE(fails([](auto& o) { o.precisions = {}; }));
  EXPECT_TRUE(fails([](auto& o) { o.sizes = {"huge"}; }));
  EXPECT_TRUE(fails([](auto& o) { o.model = "m.safetensors"; }));
}

TEST(Bench, LeavesNoTemporaryFileBehind) {
  const auto count = [] {
    std::size_t found = 0;
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::temp_directory_path()))
      found += entry.path().filename().string().starts_with("standfast-bench-" + std::to_string(::getpid())) ? 1 : 0;
    return found;
  };
  ASSERT_TRUE(run_bench(quick()).ok());
  EXPECT_EQ(count(), 0u);
}

TEST(Bench, WritesWhatWasNotMeasuredAsNull) {
  BenchReport report;
  report.models = {{"m\xFF", "", 3, 10, 40}};
  report.cells.resize(1);
  report.cells[0].certified = false;
  const auto json = nlohmann::json::parse(to_json(report));
  EXPECT_EQ(json.at("schema"), "standfast/bench/1");
  EXPECT_EQ(json.at("lines").at(0).at("method"), "logits");
  EXPECT_TRUE(json.at("lines").at(0).at("of_peak_flops").is_null());
  EXPECT_TRUE(json.at("lines").at(0).at("proof").is_null());
}

TEST(BenchSizes, AreSameBitsEachTimeAndConvex) {
  for (const auto& size : bench_sizes()) {
    if (size.name == "image") continue;  // 263 MB
    const model::Model model = random_model(size.name);
    EXPECT_EQ(model::validate(model).ok(), true) << size.name;
    EXPECT_EQ(model, random_model(size.name));
  }
}

TEST(BenchSubject, HasInputsThatAllNeedACertificate) {
  model::Model model = random_model("spam");
  model.threshold = 1000;
  const auto subject = make_subject(std::move(model), "far", "", 100);
  ASSERT_TRUE(subject.ok()) << subject.error().message;
  EXPECT_EQ(subject->count, 100u);
  const auto logits = subject->classifier.logits(subject->inputs, subject->count);
  ASSERT_TRUE(logits.ok());
  for (const float logit : *logits) EXPECT_GT(logit, 0);
}

TEST(BenchSubject, CountsTheMultiplyAddsOfAConvolutionAtEveryPlace) {
  const auto subject = make_subject(random_model("cifar"), "cifar", "", 1);
  ASSERT_TRUE(subject.ok()) << subject.error().message;
  constexpr std::size_t kPlaces = 32 * 32;
  // places of the bench_sizes() summary: 11x11 over 6 channels, then three times 3x3 over 16 and over 6, then 16 to 1
  EXPECT_EQ(subject->about.multiply_adds, kPlaces * 16 * (6 * 121 + 3 * (16 * 9 + 6 * 9)) + 16);
}

}  // namespace
}  // namespace standfast::lab
