// Certificates of others are proven again; what does not hold is refused, and the first refusal is named.
#include <array>
#include <cstdio>
#include <span>
#include <string>

#include <gtest/gtest.h>

#include "capi/c_handles.hpp"
#include "format/certificate_file.hpp"
#include "standfast/classifier.hpp"
#include "support/small_models.hpp"

namespace standfast::capi_test {
namespace {

constexpr std::array<float, 4> kInputs = {0, 0, 0.25F, 0.5F};

class Confirm : public testing::Test {
 protected:
  Confirm() {
    const std::string bytes = bytes_of(support::corner_model());
    const auto classifier = Classifier::parse(std::as_bytes(std::span(bytes)), "model");
    CertifyOptions options;
    options.keep_proofs = true;
    options.norms = {Norm::l1(), Norm::l2()};
    options.threat = *ThreatModel::domain(2, -5, 5);
    const auto certified = classifier->certify(kInputs, 2, options);
    auto description = sized<standfast_description>();
    EXPECT_EQ(standfast_describe(model.get(), &description), STANDFAST_OK);
    file.model_sha256 = description.sha256;
    file.threat = options.threat;
    for (std::size_t i = 0; i < 2; ++i) {
      CertificateFile::Input input{i, {kInputs[2 * i], kInputs[2 * i + 1]}, {}};
      for (std::size_t k = 0; k < 2; ++k)
        input.certificates.push_back({options.norms[k], certified->radius(i, k), certified->proofs[2 * i + k]});
      file.inputs.push_back(input);
    }
  }
  standfast_status confirm(const float* rows = nullptr, std::size_t count = 0) {
    const auto text = format::serialise_certificates(file);
    EXPECT_TRUE(text.ok());
    return standfast_confirm_memory(model.get(), text->data(), text->size(), rows, count, threat.get(), &found);
  }

  ModelHandle model = handle_of(support::corner_model());
  ThreatHandle threat;
  CertificateFile file;
  standfast_confirmation found = sized<standfast_confirmation>();
};

TEST_F(Confirm, WhatHoldsIsConfirmed) {
  EXPECT_EQ(confirm(), STANDFAST_OK) << standfast_last_error();
  EXPECT_EQ(found.inputs, 2U);
  EXPECT_EQ(found.certificates, 4U);
  EXPECT_EQ(found.confirmed, 4U);
  EXPECT_EQ(confirm(kInputs.data(), 2), STANDFAST_OK) << standfast_last_error();
}

TEST_F(Confirm, AFileIsReadLikeMemory) {
  const std::string path = testing::TempDir() + "/capi_certificates.jsonl";
  ASSERT_TRUE(write_certificates(path, file).ok());
  EXPECT_EQ(standfast_confirm_file(model.get(), path.c_str(), kInputs.data(), 2, nullptr, nullptr), STANDFAST_OK);
  std::remove(path.c_str());
  EXPECT_EQ(standfast_confirm_file(model.get(), path.c_str(), nullptr, 0, nullptr, nullptr), STANDFAST_IO);
}

TEST_F(Confirm, ALargerRadiusIsRefused) {
  file.inputs[1].certificates[0].radius *= 1.001;
  EXPECT_EQ(confirm(), STANDFAST_REFUSED);
  EXPECT_EQ(found.confirmed, 3U);
  EXPECT_TRUE(last_error_has("input 1, l1: claims the radius")) << standfast_last_error();
}

TEST_F(Confirm, OtherRowsAreRefused) {
  const std::array<float, 4> others = {0, 0, 0.25F, 0.75F};
  EXPECT_EQ(confirm(others.data(), 2), STANDFAST_REFUSED);
  EXPECT_TRUE(last_error_has("input 1, l1: is not that row")) << standfast_last_error();
  EXPECT_EQ(confirm(kInputs.data(), 1), STANDFAST_REFUSED);
  EXPECT_TRUE(last_error_has("input 1, l1: is not among the 1 rows")) << standfast_last_error();
}

TEST_F(Confirm, AnotherModelIsRefused) {
  file.model_sha256 = std::string(64, '0');
  EXPECT_EQ(confirm(), STANDFAST_REFUSED);
  EXPECT_EQ(found.confirmed, 0U);
  EXPECT_TRUE(last_error_has("SHA-256")) << standfast_last_error();
}

TEST_F(Confirm, AThreatThatIsDemandedMustBeTheFiles) {
  threat = threat_of(model, "[default]\nlower = -5\nupper = 5\ncost = 1\n");
  EXPECT_EQ(confirm(), STANDFAST_OK) << standfast_last_error();
  threat = threat_of(model, "[default]\nlower = -5\nupper = 6\n");
  EXPECT_EQ(confirm(), STANDFAST_REFUSED);
  EXPECT_TRUE(last_error_has("another threat")) << standfast_last_error();
}

TEST_F(Confirm, BytesThatAreNoCertificatesAreRefusedByTheirLine) {
  const std::string text = "{\"schema\":\"standfast/certificates/9\"}\n";
  EXPECT_EQ(standfast_confirm_memory(model.get(), text.data(), text.size(), nullptr, 0, nullptr, nullptr),
            STANDFAST_UNSUPPORTED);
  EXPECT_EQ(standfast_confirm_memory(model.get(), "{", 1, nullptr, 0, nullptr, nullptr), STANDFAST_BAD_FORMAT);
}

}  // namespace
}  // namespace standfast::capi_test
