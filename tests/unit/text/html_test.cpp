// What a reader sees of a page, and that a hostile page costs no more than its length.
#include "text/html.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "text/html_tags.hpp"
#include "text/links.hpp"

namespace standfast::text {
namespace {

/// The words of the visible text, one blank between.
std::string seen_words(std::string_view html) {
  std::string words;
  bool is_between = false;
  for (const char c : visible_text(html)) {
    const bool is_blank = c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
    if (!is_blank && is_between && !words.empty()) words += ' ';
    if (!is_blank) words += c;
    is_between = is_blank;
  }
  return words;
}

std::string pieces(std::string_view piece, std::size_t count) {
  std::string text;
  for (std::size_t k = 0; k < count; ++k) text += piece;
  return text;
}

TEST(VisibleText, InlineElementsDoNotPartWords) {
  for (const char* page :
       {"v<b></b>iagra", "v<b>i</b>agra", "v<!-- x -->iagra", "v<xyz>iagra", "v</xyz>iagra", "v<span>iag</span>ra",
        "v<font color=red>i</font>agra", "v<a name=x></a>iagra", "v<img src=x>iagra", "v<wbr>iagra",
        "v<script>x</script>iagra", "v<style>x</style>iagra", "v<svg></svg>iagra", "v<? x ?>iagra", "v</ x>iagra",
        "v<div style='display:inline'>iagra</div>", "<html><body>v<b a='>'></b>iagra", "v<b\"x>iagra"})
    EXPECT_EQ(seen_words(page), "viagra") << page;
}

TEST(VisibleText, BlocksAndBreaksPartWords) {
  for (const char* page :
       {"a<br>b", "a<br/>b", "a</br>b", "<p>a<p>b", "<div>a</div>b", "<table><tr><td>a<td>b</table>", "<li>a<li>b",
        "a<hr>b", "<h1>a</h1>b", "<select><option>a<option>b</select>", "a<textarea>b</textarea>",
        "<span style='display:block'>a</span>b", "a</p>b", "<dt>a<dd>b", "a<center>b"})
    EXPECT_EQ(seen_words(page), "a b") << page;
}

TEST(VisibleText, HiddenTextIsNotRead) {
  for (const char* hidden : {"<!-- x -->",
                             "<script>x</script>",
                             "<style>x</style>",
                             "<script>'<b>x</b>'</script>",
                             "<template>x</template>",
                             "<span hidden>x</span>",
                             "<p style='display:none'>x</p>",
                             "<p style='DISPLAY : None '>x</p>",
                             "<p style='opacity:-.00%'>x</p>",
                             "<p style='color:red;visibility:hidden'>x</p>",
                             "<p style='opacity:0.0'>x</p>",
                             "<p style='font-size:0'>x</p>",
                             "<p style='font-size:0px'>x<b>y</b></p>",
                             "<p style='&#100;isplay:none'>x</p>",
                             "<div style='display:none'><p>x</p><div style='display:block'>y</div></div>",
                             "<iframe>x</iframe>",
                             "<title>x</title>",
                             "<p style='font-size:.0em'>x<i style='font-size:200%'>y</i></p>",
                             "<datalist><option>x</datalist>",
                             "<![CDATA[x]]>",
                             "<!DOCTYPE x>",
                             "<?x?>",
                             "<!-- > x --!>"})
    EXPECT_EQ(seen_words(std::string("a ") + hidden + " b"), "a b") << hidden;
}

TEST(VisibleText, StylesThatHideNothingInTheEndAreRead) {
  for (const char* style : {"font-size:0;font:16px serif",
                            "display:block!important;display:none",
                            "display:none !important",
                            "font-family:&quot;;display:none;&quot;",
                            "font-family:&#39;;display:none;&#39;",
                            "background:url(x;display:none;)",
                            "x:[;display:none;]",
                            "x:{;display:none;}",
                            "x\\;display:none",
                            "opacity:0px",
                            "opacity:0 0",
                            "opacity:0.",
                            "opacity:.",
                            "font-size:0foo",
                            "font-size:0 1px",
                            "font-size:0.",
                            "font-size:px",
                            "font-size:0..0px",
                            "dis/**/play:none",
                            "/*;display:none;*/",
                            "opacity:0;all:initial",
                            "display:contents;opacity:0"})
    EXPECT_EQ(seen_words("a <p style=\"" + std::string(style) + "\">x</p>"), "a x") << style;
}

TEST(VisibleText, LongStylesHideNothing) {
  for (const char* element : {"b", "p"}) {
    const std::string page = std::string("<") + element + " hidden style='display:none;" + std::string(5000, ' ') +
                             ";display:block'>x</" + element + ">";
    EXPECT_EQ(seen_words(page), "x") << element;
  }
}

TEST(VisibleText, ControlsAndTablesHaveTheirOwnSizeOfLetters) {
  for (const char* element :
       {"<table><tr><td>x</table>", "<button>x</button>", "<textarea>x</textarea>", "<select><option>x</select>"})
    EXPECT_EQ(seen_words(std::string("<div style='font-size:0'>") + element + "</div>"), "x") << element;
}

TEST(VisibleText, WhatLeavesAPictureIsRead) {
  for (const char* page : {"<svg><style><p>free</p></style></svg>", "<svg><title><p>free</p></title></svg>",
                           "<math><style>free</style></math>", "<svg><desc></svg></desc><style><p>free",
                           "<svg><script><p>free</p></script>", "<svg><style><title><style>free</title>",
                           "<svg><style><p>fr<b>ee</b>", "<svg><p><style><!-- </style>free",
                           "<svg><p><style><div hidden></style>free", "<svg><style><template></style>free"})
    EXPECT_EQ(seen_words(page), "free") << page;
  EXPECT_EQ(seen_words("<style>x</style>free<svg></svg>"), "free");
}

TEST(VisibleText, BlocksPartWordsBeyondTheLimitOfOpenElements) {
  const std::string page = pieces("<div>", 300) + "<div>a</div>b<span>c</span>d";
  EXPECT_EQ(seen_words(page), "a bcd");
}

TEST(VisibleText, WhatLooksHiddenIsRead) {
  for (const char* shown :
       {"<!-->x", "<!--->x", "<!-- -- --!>x", "<p style='visibility:hidden'><b style='visibility:visible'>x</b></p>",
        "<td style='font-size:0px'><div style='font-size:13px'>x</div></td>",
        "<p style='display:none;display:block'>x</p>", "<p hidden style='display:block'>x</p>",
        "<p style='opacity:0.5'>x</p>", "<p hidden><p>x", "<b style='display:none'></b>x", "<noscript>x</noscript>",
        "<svg><text>x</text></svg>", "<xmp>x</xmp>", "<p style='font-size:0'><font size=3>x</font></p>",
        "<style></style>x", "<plaintext>x"})
    EXPECT_EQ(seen_words(std::string("a ") + shown), "a x") << shown;
}

TEST(VisibleText, AWordGoesOnWhereNothingIsShown) {
  EXPECT_EQ(seen_words("v<span style='display:none'>x</span>iagra"), "viagra");
  EXPECT_EQ(seen_words("v<span style='font-size:0'>x</span>iagra"), "viagra");
  EXPECT_EQ(seen_words("v<span style='visibility:hidden'>x</span>iagra"), "v iagra");  // it keeps its room
}

TEST(VisibleText, MarkupThatIsNoneIsText) {
  EXPECT_EQ(seen_words("1 < 2 <3 a<>b &lt;b&gt;"), "1 < 2 <3 a<>b <b>");
  EXPECT_EQ(seen_words("a </"), "a </");
  EXPECT_EQ(seen_words("<xmp><b>&amp;</b></xmp>"), "<b>&amp;</b>");
  EXPECT_EQ(seen_words("<textarea><b>&amp;</b></textarea>"), "<b>&</b>");
  EXPECT_EQ(seen_words("a <b"), "a");  // a tag without an end is dropped, by browsers as well
  EXPECT_EQ(seen_words("a <b x='"), "a");
}

TEST(VisibleText, EntitiesAreDecoded) {
  EXPECT_EQ(seen_words("&#118;&#x69;agra &amp; &eacute;t&eacute &euro;5 &#128;6"), "viagra & été €5 €6");
  EXPECT_EQ(seen_words("&am<!-- -->p;"), "&amp;");  // parted, it is none
}

TEST(VisibleText, LinksAndPicturesAreWords) {
  EXPECT_EQ(seen_words("<a href='https://Shop.example:8080/x?y'>go</a> now"), "go now http://shop.example");
  EXPECT_EQ(seen_words("a<img alt='b c'>d"), "a b c d");
  EXPECT_EQ(seen_words("v<a href=http://x.example/>i</a>agra"), "viagra http://x.example");
  EXPECT_EQ(seen_words("<p hidden><a href=http://x.example/>i</a><img alt=j></p>"), "");
  EXPECT_EQ(seen_words("<map><area href=http://x.example/></map>"), "http://x.example");
}

TEST(LinkHost, IsWhereBrowsersGo) {
  EXPECT_EQ(link_host("http://a.example/b"), "http://a.example");
  EXPECT_EQ(link_host(" HTTPS://A.example?b"), "http://a.example");
  EXPECT_EQ(link_host("http://bank.example@evil.example/"), "http://evil.example");
  EXPECT_EQ(link_host("http:\\\\evil.example\\x"), "http://evil.example");
  EXPECT_EQ(link_host("ht\ntp://e\tvil.example"), "http://evil.example");
  EXPECT_EQ(link_host("http://%65vil.example"), "http://evil.example");
  EXPECT_EQ(link_host("//a.example#x"), "http://a.example");
  EXPECT_EQ(link_host("http://[::1]:80/"), "http://[::1]");
  for (const char* other :
       {"mailto:a@b.example", "javascript:x", "page.html", "", "http:", "http://", "http:///", "#x", "%"})
    EXPECT_EQ(link_host(other), "") << other;
  EXPECT_EQ(link_host("http://" + std::string(300, 'a')), "");
}

TEST(TameHtml, KeepsFewAttributesAndClosesTags) {
  EXPECT_EQ(tame_html("<A HREF=x onclick='y' HREF=z>").html, "<a href=\"x\">");
  EXPECT_EQ(tame_html("<p style='a\"b'>").html, "<p style=\"a&quot;b\">");
  EXPECT_EQ(tame_html("<p/style=a/ hidden>").html, "<p hidden=\"\" style=\"a/\">");
  EXPECT_EQ(tame_html("</p x=y>").html, "</p>");
}

TEST(VisibleText, ATagThatWasLeftOutMayShowWhatIsHidden) {
  const std::string unseen = "<div style='visibility:hidden'>" + pieces("<div>", 300);
  EXPECT_EQ(seen_words(unseen + "<div style='visibility:visible'>free</div>"), "free");
  const std::string sizeless = "<div style='font-size:0'>" + pieces("<div>", 300);
  EXPECT_EQ(seen_words(sizeless + "<div style='font-size:9px'>free</div>"), "free");
  EXPECT_EQ(seen_words("<p hidden>" + pieces("<br>", 100'000) + "<p>free"), "free");
}

TEST(VisibleText, TextBelowTheDeepestElementIsRead) {
  for (const char* tag : {"<div>", "<b>", "<table><tr><td>", "<ul><li>", "<li><dd>", "<svg><g>", "<p><font size=1>",
                          "<template></template><x>"})
    EXPECT_EQ(seen_words(pieces(tag, 100'000) + "deep"), "deep") << tag;
  EXPECT_EQ(seen_words(pieces("<div>", 100'000) + "deep" + pieces("</div>", 100'000) + "<p>shallow"), "deep shallow");
}

TEST(VisibleText, ManyAttributesAndReopenedElementsTakeNoTime) {
  std::string tag = "<a ";
  for (int k = 0; k < 200'000; ++k) tag += "a" + std::to_string(k) + " ";
  EXPECT_EQ(seen_words(tag + ">x"), "x");
  std::string page;
  for (int k = 0; k < 200; ++k) page += "<font size=" + std::to_string(k) + ">";
  EXPECT_EQ(seen_words(page + pieces("</p>x<p>", 20'000)).size(), 2 * 20'000 - 1);
}

TEST(VisibleText, BytesThatAreNoTextAreRead) {
  EXPECT_EQ(seen_words(std::string_view("a\0b<i\0>c", 8)), "abc");
  EXPECT_EQ(seen_words("\xff<b>\xfe"), "\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(seen_words(""), "");
}

}  // namespace
}  // namespace standfast::text
