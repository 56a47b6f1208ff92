// What an element's own attributes say about whether its text is seen.
#pragma once

#include <string_view>

namespace standfast::text {

/// How the text of an element is shown. Its elements inherit it.
struct Visibility {
  bool is_gone = false;      // takes no room; nothing inside can come back
  bool is_unseen = false;    // takes room; an element inside can be seen again
  bool is_sizeless = false;  // letters of size 0; an element inside can have a size again

  bool is_shown() const { return !is_gone && !is_unseen && !is_sizeless; }
};

enum class Flow { kDefault, kInline, kBlock };

struct Style {
  Visibility visibility;
  Flow flow = Flow::kDefault;
};

/// The visibility inside of an element with this `style` attribute, and whether it says that words end at it.
Style apply_style(std::string_view style, const Visibility& outside);

}  // namespace standfast::text
