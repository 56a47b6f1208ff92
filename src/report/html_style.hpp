// The page's style sheet.
#pragma once

#include <string_view>

namespace standfast::report {

/// CSS for light and dark screens, phones and paper. Holds no "</style" and no URL.
std::string_view html_style();

}  // namespace standfast::report
