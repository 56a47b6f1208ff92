// What may be asked of a certificate for one model.
#pragma once

#include <cstddef>

#include "model/model.hpp"
#include "standfast/classifier.hpp"

namespace standfast::certifier {

/// Fails: kBadOption for norms, passes, a gap, proofs or both classes that do not fit the method or the guarantee,
/// kUnsupported for feature maps and networks that the method cannot handle, and kBadShape or kBadValue for costs and
/// bounds (ThreatModel::validate).
Status check_options(const model::Model& model, const CertifyOptions& options);

/// The passes asked for, or the method's own number.
std::size_t passes_of(const CertifyOptions& options);

}  // namespace standfast::certifier
