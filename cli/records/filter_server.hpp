// Verdicts from a process that has loaded the model already.
#pragma once

#include <string>

#include "standfast/result.hpp"

namespace standfast::cli {

/// The largest message that gets a verdict. Mail servers take 10 to 50 MB.
inline constexpr std::size_t kMaxMessage = std::size_t{128} << 20U;
/// Seconds. A verdict takes some milliseconds; mail servers wait for minutes.
inline constexpr int kPatience = 30;
/// Seconds to reach whoever listens and to have the answer; then the model is loaded here.
inline constexpr int kPatienceWithOthers = 5;

/// The verdict on one message as it goes from process to process: `+` for an alarm, `-` for none, `!` for an error, and
/// then the text of the field.
std::string packed_verdict(const Result<std::string>& verdict);
/// The text behind `+` or `-`, with it. Fails: with the error behind `!`; kIo for anything else.
Result<std::string> unpacked_verdict(const std::string& packed);

/// The verdict on a message by the model in this file: "+spam words=35 ..." or "-ham ...".
Result<std::string> judge_with_file(const std::string& model, const std::string& message);

/// Judges messages at this socket until the program is ended, by the model in this file, which is read again whenever
/// it changes. Fails: as Classifier::load and listen_locally.
Status serve_verdicts(const std::string& model, const std::string& socket);

/// The verdict of whoever listens at the socket. Fails: kIo if nobody answers in time; as unpacked_verdict.
Result<std::string> ask_for_verdict(const std::string& socket, const std::string& message);

}  // namespace standfast::cli
