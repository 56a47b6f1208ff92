// The words of the command line and the reports for methods, guarantees and precisions.
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "standfast/classifier.hpp"

namespace standfast {

namespace {

constexpr std::array<std::pair<Method, std::string_view>, 4> kMethods = {{{Method::kClosedForm, "closed-form"},
                                                                          {Method::kSeparable, "separable"},
                                                                          {Method::kRefined, "refined"},
                                                                          {Method::kExact, "exact"}}};
constexpr std::array<std::pair<Guarantee, std::string_view>, 3> kGuarantees = {
    {{Guarantee::kNone, "none"}, {Guarantee::kReal, "real"}, {Guarantee::kDeployed, "deployed"}}};

constexpr std::array<std::pair<Precision, std::string_view>, 2> kPrecisions = {
    {{Precision::kFloat64, "float64"}, {Precision::kFloat32, "float32"}}};

template <class Table, class Value>
std::string_view name_of_value(const Table& table, Value value) {
  return table[static_cast<std::size_t>(value)].second;  // the tables are in the order of the enumerations
}

template <class Value, std::size_t n>
Result<Value> parse_value(const std::array<std::pair<Value, std::string_view>, n>& table, const std::string& what,
                          std::string_view text) {
  std::string expected;
  for (std::size_t i = 0; i < n; ++i) {
    if (text == table[i].second) return table[i].first;
    expected += (i == 0 ? "" : i + 1 < n ? ", " : " or ") + std::string(table[i].second);
  }
  return Error{ErrorCode::kBadOption, what + ": found '" + std::string(text) + "', expected " + expected};
}

}  // namespace

std::string_view method_name(Method method) { return name_of_value(kMethods, method); }
std::string_view guarantee_name(Guarantee guarantee) { return name_of_value(kGuarantees, guarantee); }
std::string_view precision_name(Precision precision) { return name_of_value(kPrecisions, precision); }
std::string_view guarantee_meaning(Guarantee guarantee) {
  if (guarantee == Guarantee::kNone) return "the search's own numbers, not confirmed";
  if (guarantee == Guarantee::kReal) return "confirmed for the stored weights in real arithmetic";
  return "holds for the program's own verdict, whatever its rounding";
}
Result<Method> parse_method(std::string_view text) { return parse_value(kMethods, "method", text); }
Result<Guarantee> parse_guarantee(std::string_view text) { return parse_value(kGuarantees, "guarantee", text); }
Result<Precision> parse_precision(std::string_view text) { return parse_value(kPrecisions, "precision", text); }

}  // namespace standfast
