// What the commands that run many jobs share: result files that a stopped run goes on from, clocks, messages.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace standfast::lab {

/// The processor time of this program, or of the programs that it started and that have ended.
double own_processor_seconds();
double children_processor_seconds();

/// `name` in a folder.
std::string path_in(const std::string& folder, const std::string& name);

/// Nothing if there is no such file, or none of a sensible size.
std::optional<std::string> read_result_text(const std::string& path);

/// Says "task done/total", one message in five seconds, as the trainer's.
std::function<void(std::string_view task, std::size_t done, std::size_t total)> said_now_and_then();

}  // namespace standfast::lab
