// The options of a training run survive JSON, and nonsense is refused by name.
#include <cmath>
#include <limits>
#include <set>

#include <gtest/gtest.h>

#include "standfast/training.hpp"

namespace standfast::training {
namespace {

TrainOptions valid_options() {
  TrainOptions options = preset_options("spam").value();
  options.data.source = "spam:train";
  options.sensitive = "spam";
  options.output = "m.safetensors";
  return options;
}

TEST(Presets, ExistAndAreValidOnceTheirNamesAreGiven) {
  ASSERT_EQ(presets().size(), 15U);
  for (const auto& preset : presets()) {
    TrainOptions options = preset_options(preset.name).value();
    options.data.source = "x";
    options.sensitive = "a";
    options.output = "m";
    EXPECT_TRUE(validate(options).ok()) << preset.name;
    EXPECT_EQ(options.preset, preset.name);
  }
}

TEST(Presets, AnUnknownOneNamesThoseThatExist) {
  const auto result = preset_options("resnet");
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, ErrorCode::kBadOption);
  EXPECT_EQ(result.error().message,
            "--preset: 'resnet' is not one of spam, spam-kinks, table, text, mnist-mlp, mnist-linf, mnist-l2, "
            "mnist-l1, fashion-conv, "
            "cifar-conv, cifar-conv-robust, cifar-learnt, cifar-learnt-robust, cifar-lipschitz, malimg-mlp");
}

TEST(Presets, AreChosenByTheShapeOfTheData) {
  Dataset digits;
  digits.is_image = true;
  digits.input_shape = {1, 28, 28};
  EXPECT_EQ(preset_for(digits), "mnist-l2");
  digits.input_shape = {3, 32, 32};
  EXPECT_EQ(preset_for(digits), "cifar-conv-robust");
  digits.input_shape = {1, 28, 28};
  digits.is_image = false;  // 784 numbers of a table
  EXPECT_EQ(preset_for(digits), "");
  DataRequest embedded;
  embedded.source = "spam";
  EXPECT_EQ(preset_for(*read_data(embedded)), "table");
  EXPECT_EQ(preset_for(Dataset{}), "");
  Dataset messages;
  messages.tokenizer = "words/1";
  messages.input_shape = {0};  // no message has a word
  EXPECT_EQ(preset_for(messages), "text");
}

TEST(OptionsJson, ReadsBackWhatItWrote) {
  TrainOptions options = valid_options();
  options.data.label_column = "is \"spam\"";
  options.data.text_column = "body";
  options.data.classes = {"spam", "mail"};
  options.vocabulary = 12345;
  options.min_count = 6;
  options.certify_words = 12.5;
  options.certify_added_words = 34;
  options.hidden = {7, 5, 3};
  options.feature_map = InputMap::kStandardise;
  options.batch_norm = true;
  options.init = StartingWeights::kPaper;
  options.optimiser = Optimiser::kSgd;
  options.learning_rate = 0.1 + 0.2;
  options.learning_rate_decay = 0.5;
  options.batch_size = 17;
  options.epochs = 3;
  options.jacobian_weight = 1e-3;
  options.network = Network::kConv;
  options.conv = {2, 3, 7, 4, 8, 9, 6, true};
  options.learnt = {3, 7, 4, 9};
  options.lipschitz = {{8, 9}, {1, 4}};
  options.temperature = 0.0625;
  options.kinks = 5;
  options.schedule = Schedule::kCosine;
  options.averaging = 0.75;
  options.weight_decay = 0.375;
  options.label_smoothing = 0.25;
  options.heads = 6;
  options.input_dropout = 0.125;
  options.keep = KeptEpoch::kRanking;
  options.certify_norm = Norm::linf();
  options.certify_radius = 0.15;
  options.domain = {-1, 1};
  options.threat = "t.toml";
  options.sensitive_weight = 2;
  options.crop = 2;
  options.flip = true;
  options.validation_share = 0.3;
  options.max_fpr = 0.01;
  options.seed = std::numeric_limits<std::uint64_t>::max();
  const std::string text = to_json(options);
  const auto again = train_options_from_json(text);
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(to_json(*again), text);
  EXPECT_EQ(again->learning_rate, options.learning_rate);
  EXPECT_EQ(again->seed, options.seed);
  EXPECT_EQ(again->hidden, options.hidden);
  EXPECT_EQ(again->data.classes, options.data.classes);
  EXPECT_EQ(again->data.label_column, options.data.label_column);
  EXPECT_EQ(again->max_fpr, options.max_fpr);
  EXPECT_EQ(again->conv.input_pool, 8);
  EXPECT_EQ(again->averaging, 0.75);
  EXPECT_TRUE(again->conv.input_skips);
  EXPECT_EQ(again->domain, options.domain);
  EXPECT_EQ(again->learnt.filter_stride, 4);
  EXPECT_EQ(again->lipschitz.channels, (std::vector<std::int64_t>{8, 9}));
  EXPECT_EQ(again->lipschitz.blocks, (std::vector<std::int64_t>{1, 4}));
  EXPECT_EQ(again->temperature, 0.0625);
  EXPECT_EQ(again->kinks, 5);
  EXPECT_EQ(again->heads, 6);
  EXPECT_EQ(again->weight_decay, 0.375);
  EXPECT_EQ(again->input_dropout, 0.125);
  EXPECT_EQ(again->keep, KeptEpoch::kRanking);
  EXPECT_EQ(again->network, Network::kConv);
  EXPECT_EQ(again->feature_map, InputMap::kStandardise);
  EXPECT_EQ(again->init, StartingWeights::kPaper);
  EXPECT_EQ(again->optimiser, Optimiser::kSgd);
  EXPECT_EQ(again->schedule, Schedule::kCosine);
  EXPECT_EQ(again->certify_norm, Norm::linf());
}

TEST(OptionsJson, KeepsDefaultsForKeysThatAreAbsent) {
  const auto options = train_options_from_json(R"({"data": "a.csv"})");
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->data.source, "a.csv");
  EXPECT_EQ(options->hidden, TrainOptions{}.hidden);
}

TEST(OptionsJson, WritesTheWordsOfTheCommandLine) {
  const std::string text = to_json(preset_options("mnist-l2").value());
  for (const char* part : {R"("network":"mlp")", R"("feature_map":"identity")", R"("init":"centred")",
                           R"("optimiser":"adam")", R"("schedule":"decay")", R"("certify_norm":"2")"})
    EXPECT_NE(text.find(part), std::string::npos) << part;
  EXPECT_NE(to_json(TrainOptions{}).find(R"("certify_norm":"")"), std::string::npos);
}

template <class Value>
void expect_distinct_words() {
  std::set<std::string_view> words;
  for (const auto& choice : choices_of<Value>()) {
    EXPECT_TRUE(words.insert(choice.word).second) << choice.word;
    EXPECT_EQ(word_for(choice.value), choice.word);
    EXPECT_FALSE(choice.meaning.empty()) << choice.word;
  }
}

TEST(Choices, HaveOneWordEach) {
  expect_distinct_words<Network>();
  expect_distinct_words<InputMap>();
  expect_distinct_words<StartingWeights>();
  expect_distinct_words<Optimiser>();
  expect_distinct_words<Schedule>();
  expect_distinct_words<KeptEpoch>();
}

OpenTrainOptions open_options() {
  OpenTrainOptions open;
  open.options.data.source = "digits";
  open.options.sensitive = "3";
  open.options.output = "m.safetensors";
  open.options.epochs = 7;
  open.given = {"data", "sensitive", "output", "epochs"};
  return open;
}

TEST(OpenOptions, BecomeThePresetOfTheDataWithWhatWasGiven) {
  const std::string document = to_json(open_options());
  Dataset digits;
  digits.is_image = true;
  digits.input_shape = {1, 28, 28};
  const auto options = options_for_data(document, digits);
  ASSERT_TRUE(options.ok()) << options.error().message;
  TrainOptions expected = preset_options("mnist-l2").value();
  expected.data.source = "digits";
  expected.sensitive = "3";
  expected.output = "m.safetensors";
  expected.epochs = 7;
  EXPECT_EQ(to_json(*options), to_json(expected));
}

TEST(OpenOptions, AreThePlainOnesWhereNoPresetSuitsTheData) {
  const auto options = options_for_data(to_json(open_options()), Dataset{});
  ASSERT_TRUE(options.ok()) << options.error().message;
  EXPECT_EQ(to_json(*options), to_json(open_options().options));
}

TEST(OpenOptions, ANamedPresetStaysWhateverTheData) {
  Dataset digits;
  digits.is_image = true;
  digits.input_shape = {1, 28, 28};
  const std::string document = to_json(valid_options());
  EXPECT_EQ(to_json(options_for_data(document, digits).value()), document);
}

TEST(OpenOptions, AreRefusedWhereNoPresetMakesThemValid) {
  OpenTrainOptions open = open_options();
  EXPECT_TRUE(validate(open).ok());
  // a domain bounds the margin of some presets, but not of all
  open.options.domain = {0, 1};
  open.given.insert("domain");
  EXPECT_TRUE(validate(open).ok());
  open.options.epochs = 0;
  ASSERT_FALSE(validate(open).ok());
  EXPECT_EQ(validate(open).error().message, "--epochs: 0 is not in [1, 1000000]");
}

TEST(OptionsJson, IsAlwaysValidUtf8) {
  TrainOptions options = valid_options();
  options.output = "m\xff.safetensors";
  EXPECT_TRUE(train_options_from_json(to_json(options)).ok());
}

struct BadDocument {
  const char* text;
  ErrorCode code;
  const char* message;
};

class BadOptionsJson : public testing::TestWithParam<BadDocument> {};

TEST_P(BadOptionsJson, IsRefusedWithOneSentence) {
  const auto result = train_options_from_json(GetParam().text);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, GetParam().code);
  EXPECT_EQ(result.error().message, GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Documents, BadOptionsJson,
    testing::Values(
        BadDocument{"", ErrorCode::kBadFormat, "training options: byte 1 is not what JSON allows there"},
        BadDocument{"{\"seed\": 1", ErrorCode::kBadFormat, "training options: byte 11 is not what JSON allows there"},
        BadDocument{"[1]", ErrorCode::kBadFormat, "training options: is not an object, expected one"},
        BadDocument{R"({"seed": 1, "seed": 1})", ErrorCode::kBadFormat,
                    "training options: key \"seed\" is there twice, expected once"},
        BadDocument{R"({"sead": 1})", ErrorCode::kBadOption, "training options: unknown key 'sead'"},
        BadDocument{R"({"seed": -1})", ErrorCode::kBadOption,
                    "training options: 'seed' is number, expected a non-negative integer that fits 64 bits"},
        BadDocument{R"({"epochs": 1.5})", ErrorCode::kBadOption,
                    "training options: 'epochs' is number, expected an integer that fits 64 bits"},
        BadDocument{R"({"epochs": 18446744073709551615})", ErrorCode::kBadOption,
                    "training options: 'epochs' is number, expected an integer that fits 64 bits"},
        BadDocument{R"({"hidden": "200,50"})", ErrorCode::kBadOption,
                    "training options: 'hidden' is string, expected a list of integers"},
        BadDocument{R"({"hidden": [200, "50"]})", ErrorCode::kBadOption,
                    "training options: 'hidden' is array, expected a list of integers"},
        BadDocument{R"({"batch_norm": 1})", ErrorCode::kBadOption,
                    "training options: 'batch_norm' is number, expected true or false"},
        BadDocument{R"({"network": "rnn"})", ErrorCode::kBadOption,
                    "training options: 'network' is 'rnn', expected one of mlp, conv, learnt, lipschitz"},
        BadDocument{R"({"feature_map": "fourier"})", ErrorCode::kBadOption,
                    "training options: 'feature_map' is 'fourier', expected one of identity, standardise, "
                    "abs, standardise,abs, auto, log, rank"},
        BadDocument{R"({"init": "zero"})", ErrorCode::kBadOption,
                    "training options: 'init' is 'zero', expected one of icnn, paper, centred"},
        BadDocument{R"({"optimiser": 1})", ErrorCode::kBadOption,
                    "training options: 'optimiser' is number, expected a string"},
        BadDocument{R"({"schedule": "steps"})", ErrorCode::kBadOption,
                    "training options: 'schedule' is 'steps', expected one of decay, cosine, one-cycle"},
        BadDocument{R"({"certify_norm": "two"})", ErrorCode::kBadOption,
                    "training options: 'certify_norm' is 'two', expected 1, 2, inf or nothing"},
        BadDocument{R"({"momentum": 0.9})", ErrorCode::kBadOption, "training options: unknown key 'momentum'"},
        BadDocument{R"({"learning_rate": null})", ErrorCode::kBadOption,
                    "training options: 'learning_rate' is null, expected a number"}));

struct BadOption {
  const char* name;
  void (*change)(TrainOptions&);
  const char* message;
};

class BadOptions : public testing::TestWithParam<BadOption> {};

TEST_P(BadOptions, AreRefusedByTheirCommandLineName) {
  TrainOptions options = valid_options();
  GetParam().change(options);
  const auto status = validate(options);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kBadOption);
  EXPECT_EQ(status.error().message, GetParam().message);
}

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

INSTANTIATE_TEST_SUITE_P(
    Options, BadOptions,
    testing::Values(
        BadOption{"Data", [](TrainOptions& o) { o.data.source.clear(); }, "DATA: no data set is named"},
        BadOption{"Sensitive", [](TrainOptions& o) { o.sensitive.clear(); }, "--sensitive: no class is named"},
        BadOption{"Output", [](TrainOptions& o) { o.output.clear(); }, "--output: no model file is named"},
        BadOption{"ThreeClasses",
                  [](TrainOptions& o) {
                    o.data.classes = {"spam", "b", "c"};
                  },
                  "--classes: 'spam,b,c' does not name two different classes"},
        BadOption{"SensitiveElsewhere",
                  [](TrainOptions& o) {
                    o.data.classes = {"3", "8"};
                  },
                  "--sensitive: 'spam' is not one of --classes 3,8"},
        BadOption{"NoLayer", [](TrainOptions& o) { o.hidden.clear(); }, "--hidden: 0 layers, expected 1 to 100"},
        BadOption{"ZeroWidth",
                  [](TrainOptions& o) {
                    o.hidden = {200, 0};
                  },
                  "--hidden: 0 is not in [1, 65536]"},
        BadOption{"HugeWidth", [](TrainOptions& o) { o.hidden = {INT64_MAX}; },
                  "--hidden: 9223372036854775807 is not in [1, 65536]"},
        BadOption{"EvenKernel",
                  [](TrainOptions& o) {
                    o.network = Network::kConv;
                    o.conv.first_kernel = 4;
                  },
                  "--first-kernel, --kernel: found 4 and 3, expected odd numbers"},
        BadOption{"Depth",
                  [](TrainOptions& o) {
                    o.network = Network::kConv;
                    o.conv.depth = INT64_MAX;
                  },
                  "--depth: 9223372036854775807 is not in [0, 100]"},
        BadOption{"CertifyNorm",
                  [](TrainOptions& o) {
                    o.certify_norm = Norm::of(3).value();
                    o.certify_radius = 1;
                  },
                  "--certify-for: '3' is not one of 1, 2, inf"},
        BadOption{"CertifyNan",
                  [](TrainOptions& o) {
                    o.certify_norm = Norm::l2();
                    o.certify_radius = kNan;
                  },
                  "--certify-for: nan is not in [1e-09, 1000000000]"},
        BadOption{"CertifyInfinity",
                  [](TrainOptions& o) {
                    o.certify_norm = Norm::l2();
                    o.certify_radius = kInf;
                  },
                  "--certify-for: inf is not in [1e-09, 1000000000]"},
        BadOption{"CertifyWordsNan", [](TrainOptions& o) { o.certify_words = kNan; },
                  "--certify-for words: nan is not in [0, 1000000]"},
        BadOption{"CertifyAddedWords", [](TrainOptions& o) { o.certify_added_words = -1; },
                  "--certify-for added-words: -1 is not in [0, 1000000]"},
        BadOption{"CertifyWordsAndANorm",
                  [](TrainOptions& o) {
                    o.certify_words = 3;
                    o.certify_norm = Norm::l1();
                    o.certify_radius = 1;
                  },
                  "--certify-for: found words and a norm, expected one of them"},
        BadOption{"Vocabulary", [](TrainOptions& o) { o.vocabulary = 0; }, "--vocabulary: 0 is not in [1, 1048576]"},
        BadOption{"MinCount", [](TrainOptions& o) { o.min_count = 0; }, "--min-count: 0 is not in [1, 1073741824]"},
        BadOption{"BoundsOfNothing", [](TrainOptions& o) { o.threat = "t.toml"; },
                  "--domain, --threat: they bound the changes of --certify-for NORM:RADIUS, which is not given"},
        BadOption{"DomainUpsideDown",
                  [](TrainOptions& o) {
                    o.certify_norm = Norm::l2();
                    o.certify_radius = 1;
                    o.domain = {1, 0};
                  },
                  "--domain: 1,0 is not two finite numbers LO,HI with LO <= HI"},
        BadOption{"DomainNan",
                  [](TrainOptions& o) {
                    o.certify_norm = Norm::l2();
                    o.certify_radius = 1;
                    o.domain = {kNan, 0};
                  },
                  "--domain: nan,0 is not two finite numbers LO,HI with LO <= HI"},
        BadOption{"NanRate", [](TrainOptions& o) { o.learning_rate = kNan; },
                  "--learning-rate: nan is not in [1e-12, 1000]"},
        BadOption{"Decay", [](TrainOptions& o) { o.learning_rate_decay = 1.5; },
                  "--learning-rate-decay: 1.5 is not in [1e-06, 1]"},
        BadOption{"Batch", [](TrainOptions& o) { o.batch_size = 0; }, "--batch-size: 0 is not in [1, 1048576]"},
        BadOption{"Epochs", [](TrainOptions& o) { o.epochs = 0; }, "--epochs: 0 is not in [1, 1000000]"},
        BadOption{"InfinitePenalty", [](TrainOptions& o) { o.jacobian_weight = kInf; },
                  "--jacobian-weight: inf is not in [0, 1000000]"},
        BadOption{"ZeroWeight", [](TrainOptions& o) { o.sensitive_weight = 0; },
                  "--sensitive-weight: 0 is not in [1e-06, 1000000]"},
        BadOption{"Crop", [](TrainOptions& o) { o.crop = -1; }, "--crop: -1 is not in [0, 1024]"},
        BadOption{"Averaging", [](TrainOptions& o) { o.averaging = 1; }, "--averaging: 1 is not in [0, 0.99999]"},
        BadOption{"InputPool",
                  [](TrainOptions& o) {
                    o.network = Network::kConv;
                    o.conv.input_pool = 0;
                  },
                  "--input-pool: 0 is not in [1, 1024]"},
        BadOption{"Smoothing", [](TrainOptions& o) { o.label_smoothing = 0.75; },
                  "--label-smoothing: 0.75 is not in [0, 0.5]"},
        BadOption{"Decayed", [](TrainOptions& o) { o.weight_decay = -1; }, "--weight-decay: -1 is not in [0, 100]"},
        BadOption{"Dropout", [](TrainOptions& o) { o.input_dropout = 1; }, "--input-dropout: 1 is not in [0, 0.9]"},
        BadOption{"NoHeads", [](TrainOptions& o) { o.heads = 0; }, "--heads: 0 is not in [1, 256]"},
        BadOption{"HeadsOfAConvNet",
                  [](TrainOptions& o) {
                    o.network = Network::kConv;
                    o.heads = 2;
                  },
                  "--heads: found 2 for the network conv, expected 1: several are for mlp"},
        BadOption{"NoKinks", [](TrainOptions& o) { o.kinks = 0; }, "--kinks: 0 is not in [1, 16]"},
        BadOption{"KinksWithoutAbs",
                  [](TrainOptions& o) {
                    o.kinks = 2;
                    o.feature_map = InputMap::kStandardise;
                  },
                  "--kinks: the feature map standardise has none, expected abs or standardise,abs"},
        BadOption{"KinksUnderAMargin",
                  [](TrainOptions& o) {
                    o.kinks = 2;
                    o.certify_norm = Norm::l2();
                    o.certify_radius = 1;
                  },
                  "--kinks, --certify-for: found 2 kinks, expected 1"},
        BadOption{"EvenFilters",
                  [](TrainOptions& o) {
                    o.network = Network::kLearnt;
                    o.learnt.filter_kernel = 4;
                  },
                  "filter_kernel: 4 is not odd"},
        BadOption{"LearntMapAfterAnother",
                  [](TrainOptions& o) {
                    o.network = Network::kLearnt;
                    o.feature_map = InputMap::kAbs;
                  },
                  "--feature-map: abs cannot go before a learnt one, expected identity"},
        BadOption{"StagesWithoutBlocks",
                  [](TrainOptions& o) {
                    o.network = Network::kLipschitz;
                    o.lipschitz.blocks = {2};
                  },
                  "--stage-blocks: 1 stages, and --stage-channels has 3, expected as many"},
        BadOption{"NoStages",
                  [](TrainOptions& o) {
                    o.network = Network::kLipschitz;
                    o.lipschitz = {{}, {}};
                  },
                  "--stage-channels: 0 stages, expected 1 to 10"},
        BadOption{"Temperature",
                  [](TrainOptions& o) {
                    o.network = Network::kLipschitz;
                    o.temperature = 0;
                  },
                  "--temperature: 0 is not in [1e-06, 1000000]"},
        BadOption{"LipschitzMarginInAnotherNorm",
                  [](TrainOptions& o) {
                    o.network = Network::kLipschitz;
                    o.feature_map = InputMap::kIdentity;
                    o.certify_norm = Norm::linf();
                    o.certify_radius = 1;
                  },
                  "--certify-for: found inf for the network lipschitz, expected 2"},
        BadOption{"LipschitzMarginWithinBounds",
                  [](TrainOptions& o) {
                    o.network = Network::kLipschitz;
                    o.feature_map = InputMap::kIdentity;
                    o.certify_norm = Norm::l2();
                    o.certify_radius = 1;
                    o.domain = {0, 1};
                  },
                  "--domain, --threat: the margin of the network lipschitz knows no bounds of changes"},
        BadOption{"Validation", [](TrainOptions& o) { o.validation_share = 0; },
                  "--validation-share: 0 is not in [0.01, 0.9]"},
        BadOption{"Fpr", [](TrainOptions& o) { o.max_fpr = 1.5; }, "--max-fpr: 1.5 is not in [0, 1]"},
        BadOption{"NanFpr", [](TrainOptions& o) { o.max_fpr = kNan; }, "--max-fpr: nan is not in [0, 1]"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Options, MoreEpochsLetTheRateFallAsFarAsBefore) {
  const TrainOptions start;  // 40 epochs, 0.95
  EXPECT_EQ(stretched_decay(start, 40), 0.95);
  EXPECT_EQ(stretched_decay(start, 2), 0.95);
  EXPECT_NEAR(std::pow(stretched_decay(start, 400), 400), std::pow(0.95, 40), 1e-12);
  EXPECT_NEAR(train_options_from_json(R"({"epochs": 80})")->learning_rate_decay, std::sqrt(0.95), 1e-15);
  EXPECT_EQ(train_options_from_json(R"({"epochs": 80, "learning_rate_decay": 0.9})")->learning_rate_decay, 0.9);
  EXPECT_EQ(train_options_from_json(R"({"epochs": 80, "learning_rate_decay": 0.95})")->learning_rate_decay, 0.95);
  EXPECT_EQ(train_options_from_json(R"({"hidden": [8]})")->learning_rate_decay, 0.95);
}

TEST(Options, ThePresetOfTablesFollowsRowsAndColumns) {
  const TrainOptions table = preset_options("table").value();
  const TrainOptions middle = fitted_to(table, 10000, 50);
  EXPECT_EQ(middle.heads, table.heads);
  EXPECT_EQ(middle.hidden, table.hidden);
  EXPECT_EQ(middle.input_dropout, table.input_dropout);
  EXPECT_EQ(middle.epochs, table.epochs);
  EXPECT_LT(middle.jacobian_weight, 0.001);
  const TrainOptions small = fitted_to(table, 40, 2);
  EXPECT_EQ(small.heads, 1);
  EXPECT_EQ(small.hidden, std::vector<std::int64_t>{4});
  EXPECT_GT(small.jacobian_weight, 0.01);
  EXPECT_LT(small.input_dropout, 0.01);
  EXPECT_EQ(fitted_to(table, 20000, 50).epochs, 30);
  EXPECT_EQ(fitted_to(table, 100000, 50).epochs, 6);
  EXPECT_EQ(fitted_to(table, 10000000, 50).epochs, 6);
  for (const std::size_t rows : {1U, 3U, 1000U, 1000000U}) {
    TrainOptions fitted = fitted_to(table, rows, 1);
    fitted.data.source = "x";
    fitted.sensitive = "a";
    fitted.output = "m";
    EXPECT_TRUE(validate(fitted).ok()) << rows;
  }
  const TrainOptions spam = preset_options("spam").value();
  EXPECT_EQ(to_json(fitted_to(spam, 1000000, 1)), to_json(spam));
}

TEST(Options, PresetForTextPassesOverMoreMessagesLessOften) {
  const TrainOptions text = preset_options("text").value();
  EXPECT_EQ(to_json(fitted_to(text, 100, 30000)), to_json(text));
  EXPECT_EQ(fitted_to(text, 40000, 30000).epochs, (text.epochs + 1) / 2);
  EXPECT_EQ(fitted_to(text, 100000000, 30000).epochs, 3);
}

TEST(Options, WordsToCertifyFollowTheLengthOfMessages) {
  Dataset data;
  data.tokenizer = "words/1";
  data.source_index.assign(3, 0);
  data.words.word.assign(75, 0);  // 25 in the mean
  EXPECT_EQ(options_for_data(R"({"preset": "auto"})", data)->certify_words, 10);
  EXPECT_EQ(options_for_data(R"({"preset": "auto", "certify_words": 3})", data)->certify_words, 3);
  EXPECT_EQ(
      options_for_data(R"({"preset": "auto", "certify_words": 0, "certify_added_words": 8})", data)->certify_words, 0);
}

TEST(Options, WhatIsAskedForComesBeforeWhatFitsTheRows) {
  Dataset data;
  data.input_shape = {1};
  data.source_index.assign(20000, 0);
  data.features.assign(20000, 0.0F);
  EXPECT_EQ(options_for_data(R"({"preset": "auto"})", data)->epochs, 30);
  EXPECT_EQ(options_for_data(R"({"preset": "auto", "epochs": 7})", data)->epochs, 7);
}

}  // namespace
}  // namespace standfast::training
