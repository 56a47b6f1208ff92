// Where a link of a page leads.
#pragma once

#include <string>
#include <string_view>

namespace standfast::text {

/// `http://host` for an address on the web, in any scheme that browsers open; empty for others, such as `mailto:`.
/// As browsers do, it drops blanks and the name of a user, and reads `%77` as `w` and `\` as `/`.
std::string link_host(std::string_view address);

}  // namespace standfast::text
