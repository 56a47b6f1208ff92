// SHA-256 (FIPS 180-4); the arithmetic is OpenSSL's libcrypto. A step that fails is remembered, and the digits are
// empty then: a library in a restricted mode may refuse any of them.
#include "files/sha256.hpp"

#include <array>
#include <cstdint>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "base/try.hpp"
#include "files/read_file.hpp"

namespace standfast::files {

struct Sha256::Context {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> digest{EVP_MD_CTX_new(), EVP_MD_CTX_free};
  bool good = digest != nullptr && EVP_DigestInit_ex(digest.get(), EVP_sha256(), nullptr) == 1;
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {}
Sha256::~Sha256() = default;

void Sha256::add(Bytes bytes) {
  context_->good = context_->good && EVP_DigestUpdate(context_->digest.get(), bytes.data(), bytes.size()) == 1;
}

std::string Sha256::digits() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned int size = 0;
  if (!context_->good || EVP_DigestFinal_ex(context_->digest.get(), bytes.data(), &size) != 1) return {};
  context_->good = false;
  std::string text;
  for (unsigned int i = 0; i < size; ++i) text += fmt::format("{:02x}", bytes[i]);
  return text;
}

std::string sha256_of_text(std::string_view text) {
  Sha256 hash;
  hash.add(as_bytes(text));
  return hash.digits();
}

Result<std::string> sha256_of_regular_file(const std::string& path) {
  Sha256 hash;
  STANDFAST_CHECK(
      read_regular_file_in_pieces(path, "a file to hash", INTMAX_MAX, [&](Bytes piece) { hash.add(piece); }));
  std::string digits = hash.digits();
  if (!digits.empty()) return digits;
  return Error{ErrorCode::kEnvironment, fmt::format("{}: the cryptographic library has no SHA-256", path)};
}

}  // namespace standfast::files
