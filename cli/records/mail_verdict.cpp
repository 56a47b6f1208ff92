// Words of the message, the row of those that the model knows, and its certificates under the two threats in words.
#include "cli/records/mail_verdict.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "cli/terminal/flags.hpp"
#include "cli/terminal/try.hpp"
#include "standfast/data.hpp"
#include "standfast/evaluation.hpp"
#include "standfast/text.hpp"

namespace standfast::cli {
namespace {

/// One message as a data set of the model's words. Both lists ascend.
Dataset as_dataset(const std::vector<std::string>& words, const ModelSummary& model) {
  Dataset data;
  data.source = "message";
  data.tokenizer = model.tokenizer;
  data.feature_names = model.feature_names;
  data.input_shape = model.input_shape;
  data.source_index = {0};
  auto name = data.feature_names.begin();
  for (const std::string& word : words) {
    name = std::lower_bound(name, data.feature_names.end(), word);
    if (name == data.feature_names.end()) break;
    if (*name == word) data.words.word.push_back(static_cast<std::uint32_t>(name - data.feature_names.begin()));
  }
  data.words.begin.push_back(data.words.word.size());
  return data;
}

/// A name in which a rule of a mail program finds no surprise.
std::string plain_class_name(const std::string& name) {
  std::string plain = name.substr(0, 40);
  for (char& c : plain) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    if (!is_plain) c = '_';
  }
  return plain;
}

Result<Certificates> certify_words(const Classifier& classifier, const Dataset& message, const ThreatModel& threat) {
  CertifyOptions options;
  options.norms = {Norm::l1()};
  options.threat = threat;
  options.threads = 1;
  CLI_TRY(Certificates certificates, certify(classifier, message, options));
  count_whole_prices(certificates, message, threat);
  return certificates;
}

}  // namespace

std::string MailVerdict::text() const {
  if (!is_sensitive) return fmt::format("{} score={:.3f}", class_name, score);
  return fmt::format("{} words={} added={} score={:.3f}", class_name, words, added_words, score);
}

Status check_reads_text(const std::string& path, const Classifier& classifier) {
  const ModelSummary& model = classifier.summary();
  if (model.tokenizer == kTokenizer) return {};
  if (model.tokenizer.empty())
    return bad_option(fmt::format("{}: was not trained on text, expected a model of messages", path));
  return bad_option(fmt::format("{}: its words are those of {}, expected {}", path, model.tokenizer, kTokenizer));
}

Result<MailVerdict> judge_message(const Classifier& classifier, std::string_view raw) {
  const ModelSummary& model = classifier.summary();
  const Dataset message = as_dataset(words_of_message(raw), model);
  CLI_TRY(const Certificates words, certify_words(classifier, message, ThreatModel::words(message.dim())));
  if (!words.judged(0)) return Error{ErrorCode::kBadValue, "the network overflows, expected a finite logit"};
  MailVerdict verdict;
  verdict.is_sensitive = words.sensitive(0);
  verdict.class_name = plain_class_name(verdict.is_sensitive ? model.sensitive_class : model.other_class);
  verdict.score = words.logits[0];
  if (!verdict.is_sensitive) return verdict;
  CLI_TRY(const Certificates added, certify_words(classifier, message, ThreatModel::added_words(message.dim())));
  verdict.words = words.radius(0, 0);
  verdict.added_words = added.radius(0, 0);
  return verdict;
}

}  // namespace standfast::cli
