// Changes of messages in words: what a price counts, and which words are added and removed.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "standfast/evaluation.hpp"
#include "standfast/threat.hpp"

namespace standfast::cli {

/// What a radius or a price in this norm counts: "words" or "added words" under the threat models of that name, in norm
/// 1; otherwise the norm's name.
std::string price_name(const ThreatModel& threat, Norm norm);
/// The same as a key of a record: "added_words".
std::string price_key(const ThreatModel& threat);

/// The words whose presence differs. Shape: before and after are (dim), names has dim words.
WordChange words_changed(std::span<const float> before, std::span<const float> after,
                         const std::vector<std::string>& names);
/// "`meeting`, `thanks` and 3 more", at most `most`; safe for a terminal.
std::string words_in_line(const std::vector<std::string>& words, std::size_t most);
/// "add `meeting`, `thanks` and 3 more; remove `free`", at most `most` of each list; safe for a terminal.
std::string change_in_words(const WordChange& change, std::size_t most);
/// {"add":[...],"remove":[...]}, without the braces.
std::string change_as_json(const WordChange& change);

}  // namespace standfast::cli
