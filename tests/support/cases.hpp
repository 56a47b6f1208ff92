// How random tests are seeded, counted and reproduced.
//
//     STANDFAST_SEED=1234 STANDFAST_CASES=1 build/release/bin/property --gtest_filter=Soundness.*
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "base/random.hpp"
#include "model/model.hpp"
#include "standfast/classifier.hpp"

namespace standfast::support {

/// Runs `body` with one stream per case: case k has the seed STANDFAST_SEED + k, so that a failing case is case 0 of
/// its own seed. Prints the first seed, and the seed of each case that fails. STANDFAST_CASES replaces the default
/// count.
void for_each_case(std::size_t default_count, const std::function<void(Random& random)>& body);

/// The model through its file and back, as a program would get it.
Classifier make_classifier(const model::Model& model);
/// The same where the library may refuse the model.
Result<Classifier> try_make_classifier(const model::Model& model);

/// The radius of one input under one norm; an error is a test failure and gives 0.
double radius_of(const Classifier& classifier, std::span<const float> x, Norm norm, const ThreatModel& threat,
                 Method method = Method::kSeparable, Guarantee guarantee = Guarantee::kReal);

/// Whether a change of this size disproves the radius. A certified count of k features allows all k of them to change.
bool disproves(Norm norm, double radius, double distance_upper);

/// The model as text, for the message of a failing case: shape, map, nodes, all weights of a small one.
std::string describe(const model::Model& model);
std::string describe(const ThreatModel& threat);

}  // namespace standfast::support
