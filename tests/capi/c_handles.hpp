// Handles of the C interface that free themselves, made from models in memory.
#pragma once

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "format/model_file.hpp"
#include "standfast/standfast.h"

namespace standfast::capi_test {

struct FreeHandle {
  void operator()(standfast_classifier* classifier) const { standfast_free(classifier); }
  void operator()(standfast_threat* threat) const { standfast_threat_free(threat); }
};
using ModelHandle = std::unique_ptr<standfast_classifier, FreeHandle>;
using ThreatHandle = std::unique_ptr<standfast_threat, FreeHandle>;

inline std::string bytes_of(const model::Model& model) {
  auto bytes = format::serialise_model(model);
  EXPECT_TRUE(bytes.ok());
  return bytes.ok() ? std::move(bytes).value() : std::string();
}

inline ModelHandle handle_of(const model::Model& model) {
  const std::string bytes = bytes_of(model);
  standfast_classifier* loaded = nullptr;
  EXPECT_EQ(standfast_load_memory(bytes.data(), bytes.size(), nullptr, &loaded), STANDFAST_OK)
      << standfast_last_error();
  return ModelHandle(loaded);
}

inline ThreatHandle threat_of(const ModelHandle& model, const std::string& toml) {
  standfast_threat* threat = nullptr;
  EXPECT_EQ(standfast_threat_from_text(model.get(), toml.data(), toml.size(), &threat), STANDFAST_OK)
      << standfast_last_error();
  return ThreatHandle(threat);
}

/// A struct whose `size` is set and everything else 0.
template <class Struct>
Struct sized() {
  Struct made{};
  made.size = sizeof made;
  return made;
}

inline bool last_error_has(const std::string& words) {
  return std::string(standfast_last_error()).find(words) != std::string::npos;
}

}  // namespace standfast::capi_test
