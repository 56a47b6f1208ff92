// A raw message as what its reader sees: subject and text.
#pragma once

#include <cstddef>
#include <string>

#include "files/bytes.hpp"

namespace standfast::text {

/// Limits on one message. What lies beyond the limits of bytes is not read, and the rest is read as if it were all.
/// Parts beyond the other two are plain text as they stand, not decoded.
inline constexpr std::size_t kMaxMessageBytes = std::size_t{16} << 20U;  // of the raw message
inline constexpr std::size_t kMaxTextBytes = std::size_t{8} << 20U;      // of its text
inline constexpr int kMaxNesting = 128;                                  // messages and multiparts inside each other
inline constexpr std::size_t kMaxParts = 1000;                           // that hold anything

/// Both are UTF-8 without NUL.
struct Message {
  std::string subject;
  std::string text;
};

/// The subject and every text part in order, each alternative among them; HTML as readers show it.
///
/// A body with several types or encodings is read by each: readers differ in which they believe.
/// A message inside of the message comes with its subject. An attachment is one line, `type/subtype file-name`.
/// Mail that is broken is read as far as it goes. Bytes without a header, or if `is_mail` is false, are plain text.
/// Never fails. May be called from several threads.
Message read_message(files::Bytes raw, bool is_mail);

}  // namespace standfast::text
