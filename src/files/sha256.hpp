// SHA-256 in lower-case hexadecimal digits, so that a certificate or a model names what it is about.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "files/bytes.hpp"
#include "standfast/result.hpp"

namespace standfast::files {

/// A hash that grows with what is added.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void add(Bytes bytes);
  /// 64 digits; empty if the cryptographic library has no SHA-256 to give. Nothing may be added afterwards.
  [[nodiscard]] std::string digits();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

std::string sha256_of_text(std::string_view text);

/// The hash of a regular file of any size. Fails: kIo; kEnvironment if the cryptographic library has no SHA-256 to
/// give.
Result<std::string> sha256_of_regular_file(const std::string& path);

}  // namespace standfast::files
