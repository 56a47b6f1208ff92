// SHA-256 of files and inputs, so that a certificate names what it is about.
#include "format/sha256.hpp"

#include <array>
#include <bit>
#include <cerrno>
#include <cstdint>
#include <fstream>
#include <memory>
#include <optional>
#include <system_error>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "base/try.hpp"
#include "format/read_whole_file.hpp"
#include "standfast/certificate.hpp"

namespace standfast {
namespace {

static_assert(std::endian::native == std::endian::little, "values are hashed as they lie in memory");

constexpr std::size_t kPieceBytes = std::size_t{1} << 20;

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    good_ = context_ != nullptr && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1;
  }
  void add(const void* bytes, std::size_t size) { good_ = good_ && EVP_DigestUpdate(context_.get(), bytes, size) == 1; }
  /// Nothing where the cryptographic library has no SHA-256 to give.
  std::optional<std::string> digits() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    if (!good_ || EVP_DigestFinal_ex(context_.get(), digest.data(), &size) != 1) return std::nullopt;
    std::string text;
    for (unsigned int i = 0; i < size; ++i) text += fmt::format("{:02x}", digest[i]);
    return text;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
  bool good_ = false;
};

}  // namespace

Result<std::string> sha256_of_file(const std::string& path) {
  STANDFAST_TRY(const std::size_t size, regular_file_size(path, "a file to hash", INTMAX_MAX));
  std::ifstream stream(path, std::ios::binary);
  if (!stream)
    return Error{ErrorCode::kIo, fmt::format("{}: cannot open: {}", path, std::generic_category().message(errno))};
  Sha256 hash;
  std::vector<char> piece(kPieceBytes);
  std::size_t done = 0;
  while (stream) {
    stream.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    hash.add(piece.data(), static_cast<std::size_t>(stream.gcount()));
    done += static_cast<std::size_t>(stream.gcount());
  }
  if (done != size) return Error{ErrorCode::kIo, fmt::format("{}: read {} bytes, expected {}", path, done, size)};
  const auto digits = hash.digits();
  if (digits) return *digits;
  return Error{ErrorCode::kEnvironment, fmt::format("{}: the cryptographic library has no SHA-256", path)};
}

std::string sha256_of(std::span<const float> values) {
  Sha256 hash;
  hash.add(values.data(), values.size_bytes());
  return hash.digits().value_or("");
}

std::string sha256_of_text(std::string_view text) {
  Sha256 hash;
  hash.add(text.data(), text.size());
  return hash.digits().value_or("");
}

}  // namespace standfast
