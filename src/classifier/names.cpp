// The words of the command line and the reports for methods and guarantees.
#include <string>
#include <string_view>

#include "standfast/classifier.hpp"

namespace standfast {

std::string_view method_name(Method method) { return method == Method::kClosedForm ? "closed-form" : "separable"; }

std::string_view guarantee_name(Guarantee guarantee) { return guarantee == Guarantee::kNone ? "none" : "real"; }

Result<Method> parse_method(std::string_view text) {
  for (const Method method : {Method::kClosedForm, Method::kSeparable}) {
    if (text == method_name(method)) return method;
  }
  return Error{ErrorCode::kBadOption, "method: found '" + std::string(text) + "', expected closed-form or separable"};
}

Result<Guarantee> parse_guarantee(std::string_view text) {
  for (const Guarantee guarantee : {Guarantee::kNone, Guarantee::kReal}) {
    if (text == guarantee_name(guarantee)) return guarantee;
  }
  return Error{ErrorCode::kBadOption, "guarantee: found '" + std::string(text) + "', expected none or real"};
}

}  // namespace standfast
