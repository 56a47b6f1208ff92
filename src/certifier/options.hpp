// What may be asked of a certificate for one model.
#pragma once

#include <cstddef>

#include "model/model.hpp"
#include "standfast/classifier.hpp"

namespace standfast::certifier {

/// Fails: kBadOption and kUnsupported for norms, feature maps and networks that the method cannot handle, as
/// ThreatModel::validate.
Status check_options(const model::Model& model, const CertifyOptions& options);

/// The passes asked for, or the method's own number.
std::size_t passes_of(const CertifyOptions& options);

}  // namespace standfast::certifier
