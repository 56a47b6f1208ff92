// Paths are collected first, each with its class. Then the messages are read and made into words by all cores, a
// bounded number at a time, in an order that does not depend on the cores.
#include "data/messages.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/parallel.hpp"
#include "base/try.hpp"
#include "data/classes.hpp"
#include "data/file.hpp"
#include "data/mbox.hpp"
#include "data/words.hpp"
#include "standfast/text.hpp"

namespace standfast::data {
namespace {

constexpr std::size_t kMessagesAtOnce = 4096;  // whose words are in memory as texts

/// Endings of files that lie among messages and are none.
constexpr std::array<std::string_view, 28> kOtherEndings = {
    ".csv", ".tsv",  ".npy", ".npz",  ".safetensors", ".zip",  ".gz",   ".tgz",   ".bz2", ".xz",
    ".gif", ".webp", ".bmp", ".tif",  ".tiff",        ".pdf",  ".json", ".jsonl", ".md",  ".py",
    ".bin", ".png",  ".jpg", ".jpeg", ".db",          ".toml", ".html", ".lock"};

bool is_other_name(const std::string& name) { return std::ranges::count(kOtherEndings, lower_ending(name)) > 0; }

bool is_mbox_name(const std::string& name) {
  return lower_ending(name) == ".mbox" ||
         (lower_ending(name) == ".gz" && lower_ending(name.substr(0, name.size() - 3)) == ".mbox");
}

/// "spam.mbox.gz" -> "spam".
std::string mbox_stem(std::string name) {
  if (lower_ending(name) == ".gz") name.resize(name.size() - 3);
  name.resize(name.size() - std::string_view(".mbox").size());
  return name;
}

/// Reads messages in the order in which they are added.
class MessageReader {
 public:
  Status add_file(const std::string& path, const std::optional<std::string>& label) {
    paths_.push_back(path);
    STANDFAST_CHECK(add_label(label));
    return paths_.size() < kMessagesAtOnce ? Status() : read_waiting();
  }

  Status add_mbox(const std::string& path, const std::optional<std::string>& label) {
    STANDFAST_CHECK(read_waiting());
    STANDFAST_TRY(const files::Buffer bytes, read_unpacked(path));
    const std::vector<std::string> messages = split_mbox(files::as_text(bytes));
    if (messages.empty())
      return Error{ErrorCode::kBadFormat,
                   fmt::format("{}: holds no message, expected an mbox, whose messages begin with \"From \"", path)};
    std::vector<std::vector<std::string>> words(messages.size());
    parallel_for(messages.size(), 16, 0, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) words[i] = words_of_message(messages[i]);
    });
    for (std::size_t i = 0; i < messages.size(); ++i) {
      words_.add_message(words[i]);
      names_.push_back(fmt::format("{}#{}", path, i));
      STANDFAST_CHECK(add_label(label));
    }
    return {};
  }

  void pass_over(const std::string& path) {
    if (passed_over_++ == 0) first_passed_ = path;
  }

  [[nodiscard]] std::size_t count() const { return names_.size() + paths_.size(); }

  Result<Dataset> finish_dataset(const std::string& source) && {
    STANDFAST_CHECK(read_waiting());
    Dataset data;
    data.source = source;
    data.tokenizer = kTokenizer;
    data.class_names = classes_.names();
    data.labels = std::move(labels_);
    for (std::size_t i = 0; i < names_.size(); ++i) data.source_index.push_back(static_cast<std::int64_t>(i));
    data.source_names = std::move(names_);
    std::move(words_).finish(data);
    sort_classes(data);
    if (passed_over_ > 0)
      data.notes.push_back(fmt::format("{}: passed over {} that {} no message; the first is {}", source,
                                       passed_over_ == 1 ? "1 entry" : fmt::format("{} entries", passed_over_),
                                       passed_over_ == 1 ? "is" : "are", first_passed_));
    return data;
  }

 private:
  Status add_label(const std::optional<std::string>& label) {
    if (!label) return {};
    STANDFAST_TRY(const std::int32_t number, classes_.number_of(*label));
    labels_.push_back(number);
    return {};
  }

  Status read_waiting() {
    std::vector<std::vector<std::string>> words(paths_.size());
    std::vector<std::optional<Error>> errors(paths_.size());
    parallel_for(paths_.size(), 16, 0, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        const auto bytes = read_file(paths_[i]);
        if (bytes.ok())
          words[i] = words_of_message(files::as_text(*bytes));
        else
          errors[i] = bytes.error();
      }
    });
    for (std::size_t i = 0; i < paths_.size(); ++i) {
      if (errors[i]) return *errors[i];
      words_.add_message(words[i]);
      names_.push_back(std::move(paths_[i]));
    }
    paths_.clear();
    return {};
  }

  std::vector<std::string> paths_;  // of messages that wait to be read
  std::vector<std::string> names_;
  ClassNames classes_;
  std::vector<std::int32_t> labels_;
  WordCollector words_;
  std::size_t passed_over_ = 0;
  std::string first_passed_;
};

/// cur/ and new/ of a Maildir; nothing if it is none.
std::vector<std::string> maildir_folders(const Folder& folder) {
  std::vector<std::string> found;
  for (const char* name : {"cur", "new"})
    if (std::ranges::count(folder.folders, name) > 0) found.push_back(folder.path + "/" + name);
  return found;
}

/// Whether the same mbox lies beside this one unpacked.
bool is_packed_copy(const Folder& folder, const std::string& file) {
  return lower_ending(file) == ".gz" && std::ranges::count(folder.files, file.substr(0, file.size() - 3)) > 0;
}

Status add_files(MessageReader& reader, const Folder& folder, const std::optional<std::string>& label) {
  for (const auto& file : folder.files) {
    const std::string path = folder.path + "/" + file;
    if (is_packed_copy(folder, file)) continue;
    if (is_mbox_name(file)) {
      STANDFAST_CHECK(reader.add_mbox(path, label));
    } else if (is_other_name(file)) {
      reader.pass_over(path);
    } else {
      STANDFAST_CHECK(reader.add_file(path, label));
    }
  }
  for (const auto& other : folder.others) reader.pass_over(folder.path + "/" + other);
  return {};
}

/// The messages of one folder: those of a Maildir, or its files.
Status add_messages(MessageReader& reader, const std::string& path, const std::optional<std::string>& label) {
  STANDFAST_TRY(const Folder folder, list_folder(path));
  const std::size_t before = reader.count();
  const std::vector<std::string> maildir = maildir_folders(folder);
  for (const auto& inner : maildir) {
    STANDFAST_TRY(const Folder files, list_folder(inner));
    STANDFAST_CHECK(add_files(reader, files, label));
  }
  if (maildir.empty()) {
    STANDFAST_CHECK(add_files(reader, folder, label));
    for (const auto& inner : folder.folders) reader.pass_over(path + "/" + inner);
  }
  if (reader.count() > before) return {};
  return Error{ErrorCode::kBadFormat, fmt::format("{}: holds no messages, expected files of one message each, a "
                                                  "Maildir's cur/ and new/, or an mbox",
                                                  path)};
}

}  // namespace

bool is_message_name(const std::string& name) {
  return is_mbox_name(name) || lower_ending(name) == ".eml" || lower_ending(name) == ".txt";
}

Result<Dataset> read_message_file(const std::string& path) {
  MessageReader reader;
  STANDFAST_CHECK(is_mbox_name(path) ? reader.add_mbox(path, {}) : reader.add_file(path, {}));
  return std::move(reader).finish_dataset(path);
}

Result<Dataset> read_message_folder(const std::string& path, bool require_labels) {
  STANDFAST_TRY(const Folder folder, list_folder(path));
  MessageReader reader;
  const bool classes = maildir_folders(folder).empty() && !folder.folders.empty();
  const bool boxes = std::ranges::any_of(folder.files, is_mbox_name);
  if (!classes && !boxes) {
    if (require_labels)
      return Error{ErrorCode::kBadFormat,
                   fmt::format("{}: holds messages without labels, expected one folder or .mbox file per class", path)};
    STANDFAST_CHECK(add_messages(reader, path, {}));
    return std::move(reader).finish_dataset(path);
  }
  for (const auto& label : folder.folders) STANDFAST_CHECK(add_messages(reader, path + "/" + label, label));
  for (const auto& file : folder.files) {
    if (is_packed_copy(folder, file)) continue;
    if (is_mbox_name(file)) {
      STANDFAST_CHECK(reader.add_mbox(path + "/" + file, mbox_stem(file)));
    } else {
      reader.pass_over(path + "/" + file);
    }
  }
  return std::move(reader).finish_dataset(path);
}

}  // namespace standfast::data
