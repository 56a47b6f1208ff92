// From a data set to the numbers that training runs on: two classes, a held-out share, the feature map of the training
// rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "model/feature_map.hpp"
#include "standfast/data.hpp"
#include "standfast/result.hpp"
#include "standfast/threat.hpp"
#include "standfast/training.hpp"

namespace standfast::trainer {

/// Shape: features is (count, dim of u) of u = phi(x), or empty for messages, which are kept as words; labels is
/// (count), 1 for the sensitive class and 0 for the other.
struct FeatureRows {
  std::vector<float> features;
  std::vector<float> labels;
  WordRows words;  ///< The words of each message, as indices into TrainingData::feature_names.

  [[nodiscard]] std::size_t count() const { return labels.size(); }
};

struct TrainingData {
  model::Shape input_shape;    ///< The shape of x.
  model::Shape feature_shape;  ///< The shape of u = phi(x).
  model::FeatureMap map;
  FeatureRows train;
  FeatureRows validation;
  std::vector<float> background;  ///< phi of the image whose pixels are all 0, (dim of u).
  /// 1 / max(root mean square, 1) of each feature of u over the training rows. Small features stay small: a rare word
  /// enlarged to the size of a common one is soon learnt by heart.
  std::vector<float> conditioner;
  /// Per feature of u: whether it comes from a feature of x that never changes. Empty: none does.
  std::vector<bool> constant;
  /// Per feature of u: 1 if the score may not fall as it rises, -1 if it may not rise, 0 if it may do either. Empty:
  /// all may do either.
  std::vector<std::int8_t> monotone;
  ThreatModel threat;      ///< Bounds of the changes to train against.
  double mean_square = 0;  ///< Mean of ||u||^2 over the training rows.
  bool is_image = false;
  std::vector<std::string> feature_names;
  std::vector<std::string> feature_units;
  Columns columns;           ///< What the columns of the table are; empty for other data.
  std::string tokenizer;     ///< What made words of messages; empty for other data.
  std::string text_column;   ///< The table's column that messages come from; empty for other data.
  std::string label_column;  ///< The table's column that the labels come from; empty for other data.
  std::string sensitive_class;
  std::string other_class;
  std::string data_hash;           ///< hash_rows of all rows read.
  std::vector<std::string> notes;  ///< What the user should know about the data, a line each.

  /// Whether the rows are messages, kept as words.
  [[nodiscard]] bool is_text() const { return !tokenizer.empty(); }
};

/// u of `rows` rows from `first` on, of whatever kind. Shape: (rows, dim of u).
std::vector<float> dense_rows(const FeatureRows& from, std::size_t dim, std::size_t first, std::size_t rows);

/// Fails: kBadOption if the data have not exactly two classes, or the sensitive one is none of them; kBadValue if
/// a side of the split lacks a class; kBadOption for crops and flips of a table. A threat file may also
/// fail with kIo, kBadFormat, kBadShape or kUnsupported.
Result<TrainingData> prepare_training(const Dataset& data, const TrainOptions& options);
/// The same with a split of one's own: `first` trains, `second` is held out.
Result<TrainingData> prepare_training(const Dataset& data, const Split& split, const TrainOptions& options);

/// "sha256:" and 64 hexadecimal digits: SHA-256 of the bytes of all features and then of all labels, little-endian. The
/// features of messages are their words, in order, each with a line feed behind it and one more behind each message.
std::string hash_rows(const Dataset& data);

/// phi(x) for maps of centres, scales and a final abs, the copies of `with_kinks` before it. Shape: x and the result
/// are (count, dim) and (count, dim of u).
std::vector<float> apply_map(const model::FeatureMap& map, const std::vector<float>& x, std::size_t dim);

}  // namespace standfast::trainer
