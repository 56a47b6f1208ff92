// The page is tamed (html_tags), parsed by gumbo as browsers parse it, and walked without recursion.
#include "text/html.hpp"

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gumbo.h>

#include "text/html_style.hpp"
#include "text/html_tags.hpp"
#include "text/links.hpp"

namespace standfast::text {
namespace {

/// Browsers show these without a break before and after. Elements that nobody knows are shown so too.
bool parts_words(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_A:
    case GUMBO_TAG_ABBR:
    case GUMBO_TAG_ACRONYM:
    case GUMBO_TAG_B:
    case GUMBO_TAG_BASEFONT:
    case GUMBO_TAG_BDI:
    case GUMBO_TAG_BDO:
    case GUMBO_TAG_BIG:
    case GUMBO_TAG_BLINK:
    case GUMBO_TAG_CITE:
    case GUMBO_TAG_CODE:
    case GUMBO_TAG_DATA:
    case GUMBO_TAG_DEL:
    case GUMBO_TAG_DFN:
    case GUMBO_TAG_EM:
    case GUMBO_TAG_FONT:
    case GUMBO_TAG_I:
    case GUMBO_TAG_IMG:
    case GUMBO_TAG_INS:
    case GUMBO_TAG_KBD:
    case GUMBO_TAG_LABEL:
    case GUMBO_TAG_MAP:
    case GUMBO_TAG_MARK:
    case GUMBO_TAG_META:
    case GUMBO_TAG_LINK:
    case GUMBO_TAG_BASE:
    case GUMBO_TAG_NOBR:
    case GUMBO_TAG_NOSCRIPT:
    case GUMBO_TAG_OBJECT:
    case GUMBO_TAG_OUTPUT:
    case GUMBO_TAG_PARAM:
    case GUMBO_TAG_Q:
    case GUMBO_TAG_RB:
    case GUMBO_TAG_RUBY:
    case GUMBO_TAG_S:
    case GUMBO_TAG_SAMP:
    case GUMBO_TAG_SMALL:
    case GUMBO_TAG_SPAN:
    case GUMBO_TAG_STRIKE:
    case GUMBO_TAG_STRONG:
    case GUMBO_TAG_SUB:
    case GUMBO_TAG_SUP:
    case GUMBO_TAG_TIME:
    case GUMBO_TAG_TT:
    case GUMBO_TAG_U:
    case GUMBO_TAG_UNKNOWN:
    case GUMBO_TAG_VAR:
    case GUMBO_TAG_WBR:
      return false;
    default:
      return true;
  }
}

bool is_never_shown(const GumboNode& node) {
  if (node.type == GUMBO_NODE_TEMPLATE) return true;
  if (node.type != GUMBO_NODE_ELEMENT) return false;
  const GumboTag tag = node.v.element.tag;
  return tag == GUMBO_TAG_HEAD || tag == GUMBO_TAG_TEMPLATE || tag == GUMBO_TAG_DATALIST || tag == GUMBO_TAG_SCRIPT ||
         tag == GUMBO_TAG_STYLE || tag == GUMBO_TAG_TITLE;
}

/// Browsers give these letters of a size of their own; tables on a page without a document type.
bool has_own_size(GumboTag tag) {
  return tag == GUMBO_TAG_TABLE || tag == GUMBO_TAG_BUTTON || tag == GUMBO_TAG_SELECT || tag == GUMBO_TAG_INPUT;
}

/// The attribute's value; null if the element has none.
const char* attribute_of(const GumboElement& element, const char* name) {
  const GumboAttribute* attribute = gumbo_get_attribute(&element.attributes, name);
  return attribute == nullptr ? nullptr : attribute->value;
}

class Walker {
 public:
  /// `hides`: do attributes of elements hide their text?
  explicit Walker(bool hides) : hides_(hides) {}

  std::string text_below(const GumboNode& root) && {
    enter(root, {});
    while (!open_.empty()) {
      Open& open = open_.back();
      if (open.next_child == open.children->length) {
        if (open.ends_word) end_word();
        open_.pop_back();
        continue;
      }
      const auto& child = *static_cast<const GumboNode*>(open.children->data[open.next_child++]);
      enter(child, open.visibility);
    }
    end_word();
    return std::move(text_);
  }

 private:
  struct Open {
    const GumboVector* children;
    Visibility visibility;
    bool ends_word;
    unsigned next_child = 0;
  };

  void enter(const GumboNode& node, const Visibility& outside) {
    if (is_never_shown(node)) return;
    if (node.type == GUMBO_NODE_DOCUMENT) {
      open_.push_back({&node.v.document.children, outside, true});
    } else if (node.type == GUMBO_NODE_ELEMENT) {
      enter_element(node.v.element, outside);
    } else if (node.type != GUMBO_NODE_COMMENT) {
      add_text(node.v.text.text, outside);
    }
  }

  void enter_element(const GumboElement& element, const Visibility& outside) {
    Visibility before = outside;
    before.is_gone = attribute_of(element, "hidden") != nullptr;
    if (has_own_size(element.tag)) before.is_sizeless = false;
    if (element.tag == GUMBO_TAG_FONT && attribute_of(element, "size") != nullptr) before.is_sizeless = false;
    const char* declarations = attribute_of(element, "style");
    Style style = declarations == nullptr ? Style{before} : apply_style(declarations, before);
    if (!hides_) style.visibility = {};
    if (style.visibility.is_gone) return;
    const bool ends_word = style.flow == Flow::kDefault || element.tag == GUMBO_TAG_BR ? parts_words(element.tag)
                                                                                       : style.flow == Flow::kBlock;
    if (ends_word) end_word();
    if (style.visibility.is_shown()) add_attributes(element);
    open_.push_back({&element.children, style.visibility, ends_word});
  }

  void add_attributes(const GumboElement& element) {
    const char* alt = element.tag == GUMBO_TAG_IMG ? attribute_of(element, "alt") : nullptr;
    if (alt != nullptr && *alt != '\0') {
      end_word();
      text_ += alt;
      end_word();
    }
    const bool is_link = element.tag == GUMBO_TAG_A || element.tag == GUMBO_TAG_AREA;
    const char* address = is_link ? attribute_of(element, "href") : nullptr;
    if (address == nullptr) return;
    std::string link = link_host(address);
    if (!link.empty() && links_.insert(link).second) waiting_links_.push_back(std::move(link));
  }

  void add_text(std::string_view text, const Visibility& visibility) {
    if (visibility.is_shown())
      text_ += text;
    else if (visibility.is_unseen)
      text_ += ' ';  // the room that it takes
  }

  /// Links wait until a word ends, since one can begin inside of a word.
  void end_word() {
    if (!text_.empty() && !text_.ends_with('\n')) text_ += '\n';
    for (const std::string& link : waiting_links_) text_ += link + '\n';
    waiting_links_.clear();
  }

  bool hides_;
  std::vector<Open> open_;
  std::string text_;
  std::set<std::string> links_;  // each host once
  std::vector<std::string> waiting_links_;
};

}  // namespace

std::string visible_text(std::string_view html) {
  const TamePage page = tame_html(html.substr(0, kMaxHtmlBytes));
  const auto destroy = [](GumboOutput* output) { gumbo_destroy_output(&kGumboDefaultOptions, output); };
  const std::unique_ptr<GumboOutput, decltype(destroy)> output(
      gumbo_parse_with_options(&kGumboDefaultOptions, page.html.data(), page.html.size()), destroy);
  if (output == nullptr) return {};
  // A tag that was left out could have shown again what is hidden.
  return Walker(page.is_whole).text_below(*output->document);
}

}  // namespace standfast::text
