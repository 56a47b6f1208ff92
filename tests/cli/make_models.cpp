// Writes the models that the command-line tests use into the folder named on the command line.
//
// table.safetensors: f(x) = relu(a + b - 2) + a + b/2 - c - 1 on three features, small enough to check by hand.
// steep.safetensors: f(x) = 3e38 (3e38 x), on which float32 overflows; steeper.safetensors has nine such layers, on
// which float64 overflows as well. spam.safetensors: a hand-made linear filter with the embedded e-mails' feature
// names. words.safetensors reads messages: f = 2 free + 1.5 win + winner - hello - 0.5. mail.safetensors as well:
// f = free + offer + winner - 2 meeting - 0.5.
#include <cstdio>
#include <map>
#include <string>

#include "format/model_file.hpp"
#include "model/graph_builder.hpp"
#include "standfast/data.hpp"
#include "standfast/text.hpp"

namespace {

using namespace standfast;

model::Node linear(const std::string& name, std::int32_t input, model::Shape shape, std::vector<float> weight,
                   float bias) {
  return model::linear_node(name, input, {std::move(shape), std::move(weight)}, {{1}, {bias}});
}

model::Model table_model() {
  model::Model model;
  model.input_shape = {3};
  model.feature_names = {"links", "capitals", "greeting"};
  model.feature_units = {"links", "letters", "words"};
  model.graph.input_shape = {3};
  model.graph.nodes = {linear("hidden", model::kGraphInput, {1, 3}, {1, 1, 0}, -2),
                       model::node_of(model::NodeKind::kRelu, "relu", {0}), linear("positive", 1, {1, 1}, {1}, 0),
                       linear("skip", model::kGraphInput, {1, 3}, {1, 0.5F, -1}, -1),
                       model::node_of(model::NodeKind::kAdd, "logit", {2, 3})};
  model.sensitive_class = "spam";
  model.other_class = "mail";
  model.provenance = {{"data", "by hand"}, {"validation_accuracy_other", "0.500000"}, {"version", "0"}};
  return model;
}

model::Model mail_model() {
  model::Model model;
  model.input_shape = model.graph.input_shape = {4};
  model.feature_names = {"free", "meeting", "offer", "winner"};
  model.tokenizer = kTokenizer;
  model.domain = model::Domain{{0}, {1}};
  model.graph.nodes = {linear("logit", model::kGraphInput, {1, 4}, {1, -2, 1, 1}, -0.5F)};
  model.sensitive_class = "spam";
  model.other_class = "ham";
  return model;
}

/// Layers of weight 3e38 on one feature: float32 overflows on almost every input.
model::Model steep_model(int layers) {
  model::Model model;
  model.input_shape = model.graph.input_shape = {1};
  for (int k = 0; k < layers; ++k) {
    model.graph.nodes.push_back(linear("layer" + std::to_string(k), k - 1, {1, 1}, {3e38F}, 0));
  }
  model.sensitive_class = "spam";
  model.other_class = "mail";
  return model;
}

Result<model::Model> spam_model() {
  const DataRequest request = {"spam", "", {}, true};
  auto data = read_data(request);
  if (!data.ok()) return data.error();
  const std::map<std::string, float> slopes = {
      {"word_freq_free", 1.0F}, {"word_freq_remove", 2.0F},  {"word_freq_your", 0.5F}, {"word_freq_000", 2.0F},
      {"char_freq_$", 3.0F},    {"char_freq_!", 1.0F},       {"word_freq_hp", -1.0F},  {"word_freq_george", -2.0F},
      {"word_freq_edu", -1.0F}, {"word_freq_meeting", -1.0F}};
  std::vector<float> weight;
  for (const auto& name : data->feature_names) {
    const auto slope = slopes.find(name);
    weight.push_back(slope == slopes.end() ? 0.0F : slope->second);
  }
  model::Model model;
  model.input_shape = data->input_shape;
  model.feature_names = data->feature_names;
  model.feature_units = data->feature_units;
  model.graph.input_shape = data->input_shape;
  model.graph.nodes = {linear("logit", model::kGraphInput, {1, 57}, std::move(weight), -1.5F)};
  model.sensitive_class = "spam";
  for (const auto& name : data->class_names)
    if (name != "spam") model.other_class = name;
  return model;
}

model::Model words_model() {
  model::Model model;
  model.input_shape = model.graph.input_shape = {4};
  model.feature_names = {"free", "hello", "win", "winner"};
  model.tokenizer = "words/1";
  model.graph.nodes = {linear("logit", model::kGraphInput, {1, 4}, {2, -1, 1.5F, 1}, -0.5F)};
  model.sensitive_class = "spam";
  model.other_class = "mail";
  model.provenance = {{"label", "label"}, {"text", "text"}};
  return model;
}

Status write_all(const std::string& folder) {
  if (auto status = format::save_model(table_model(), folder + "/table.safetensors"); !status.ok()) return status;
  if (auto status = format::save_model(words_model(), folder + "/words.safetensors"); !status.ok()) return status;
  if (auto status = format::save_model(mail_model(), folder + "/mail.safetensors"); !status.ok()) return status;
  for (const int layers : {2, 9}) {
    const std::string path = folder + (layers == 2 ? "/steep.safetensors" : "/steeper.safetensors");
    if (auto status = format::save_model(steep_model(layers), path); !status.ok()) return status;
  }
  auto spam = spam_model();
  if (!spam.ok()) return spam.error();
  return format::save_model(*spam, folder + "/spam.safetensors");
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  const Status status = write_all(arguments[1]);
  if (!status.ok()) std::fprintf(stderr, "make_models: %s\n", status.error().message.c_str());
  return status.ok() ? 0 : 1;
}
