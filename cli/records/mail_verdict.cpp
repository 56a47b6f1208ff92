// Words of the message, the row of those that the model knows, and its certificates under the two threats in words.
#include "cli/records/mail_verdict.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "cli/terminal/flags.hpp"
#include "cli/terminal/try.hpp"
#include "standfast/data.hpp"
#include "standfast/evaluation.hpp"
#include "standfast/text.hpp"

namespace standfast::cli {
namespace {

/// Which of the model's words these are. Both lists ascend.
WordRows row_of(const std::vector<std::string>& words, const std::vector<std::string>& vocabulary) {
  WordRows row;
  auto name = vocabulary.begin();
  for (const std::string& word : words) {
    name = std::lower_bound(name, vocabulary.end(), word);
    if (name == vocabulary.end()) break;
    if (*name == word) row.word.push_back(static_cast<std::uint32_t>(name - vocabulary.begin()));
  }
  row.begin.push_back(row.word.size());
  return row;
}

Status check_reads_text(const std::string& path, const ModelSummary& model) {
  if (model.tokenizer == kTokenizer) return {};
  if (model.tokenizer.empty())
    return bad_option(fmt::format("{}: was not trained on text, expected a model of messages", path));
  return bad_option(fmt::format("{}: its words are those of {}, expected {}", path, model.tokenizer, kTokenizer));
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

}  // namespace

std::string MailVerdict::text() const {
  if (!is_sensitive) return fmt::format("{} score={:.3f}", class_name, score);
  return fmt::format("{} words={} added={} score={:.3f}", class_name, words, added_words, score);
}

MailJudge::MailJudge(Classifier classifier)
    : classifier_(std::move(classifier)),
      words_(ThreatModel::words(classifier_.dim())),
      added_words_(ThreatModel::added_words(classifier_.dim())) {
  const ModelSummary& model = classifier_.summary();
  message_.source = "message";
  message_.tokenizer = model.tokenizer;
  message_.feature_names = model.feature_names;
  message_.input_shape = model.input_shape;
  message_.source_index = {0};
}

Result<MailJudge> MailJudge::load(const std::string& model) {
  CLI_TRY(Classifier classifier, Classifier::load(model));
  CLI_CHECK(check_reads_text(model, classifier.summary()));
  return MailJudge(std::move(classifier));
}

Result<Certificates> MailJudge::certify_words(const ThreatModel& threat) const {
  CertifyOptions options;
  options.norms = {Norm::l1()};
  options.threat = threat;
  options.threads = 1;
  CLI_TRY(Certificates certificates, certify(classifier_, message_, options));
  count_whole_prices(certificates, message_, threat);
  return certificates;
}

Result<MailVerdict> MailJudge::judge(std::string_view raw) {
  const ModelSummary& model = classifier_.summary();
  message_.words = row_of(words_of_message(raw), model.feature_names);
  CLI_TRY(const std::vector<float> logits, standfast::logits(classifier_, message_));
  if (!std::isfinite(logits[0])) return Error{ErrorCode::kBadValue, "the network overflows, expected a finite logit"};
  MailVerdict verdict;
  verdict.is_sensitive = logits[0] > 0;
  verdict.class_name = plain_class_name(verdict.is_sensitive ? model.sensitive_class : model.other_class);
  verdict.score = logits[0];
  if (!verdict.is_sensitive) return verdict;
  CLI_TRY(const Certificates words, certify_words(words_));
  CLI_TRY(const Certificates added, certify_words(added_words_));
  verdict.words = words.radius(0, 0);
  verdict.added_words = added.radius(0, 0);
  return verdict;
}

}  // namespace standfast::cli
