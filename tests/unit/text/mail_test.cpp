// Messages whole and broken, as their readers see them.
#include "text/mail.hpp"

#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "files/bytes.hpp"
#include "files/utf8.hpp"

namespace standfast::text {
namespace {

Message read(std::string_view raw) { return read_message(files::as_bytes(raw), true); }
std::string text_of(std::string_view raw) { return read(raw).text; }
std::string subject_of(std::string_view raw) { return read(raw).subject; }

/// The text of a message of one part with this header.
std::string part_text(std::string_view header, std::string_view body) {
  return text_of("Subject: x\n" + std::string(header) + "\n\n" + std::string(body));
}

std::string copies_of(std::string_view piece, std::size_t count) {
  std::string text;
  for (std::size_t k = 0; k < count; ++k) text += piece;
  return text;
}

TEST(ReadMessage, SubjectAndText) {
  const Message message = read("From: a@b.example\nSubject: Hello\nTo: c@d.example\n\nGood day.\n");
  EXPECT_EQ(message.subject, "Hello");
  EXPECT_EQ(message.text, "Good day.\n");
}

TEST(ReadMessage, LinesEndAsTheyLike) {
  EXPECT_EQ(subject_of("Subject: Hello\r\nTo: x\r\n\r\nBody\r\n"), "Hello");
  EXPECT_EQ(text_of("Subject: Hello\r\n\r\nBody\r\n"), "Body\r\n");
}

TEST(ReadMessage, TheLinesOfAMailboxAreNoText) {
  for (const char* lines : {"From a@b.example Thu Sep 26 11:11:54 2002\n",
                            "From a@b.example Thu Sep 26 11:11:54 2002\n>From c@d.example Thu Sep 26 2002\n",
                            ">From a@b.example\r\n>From c@d.example\r\nFrom e@f.example\r\n"}) {
    const Message message = read(std::string(lines) + "Subject: Hello\n\nBody");
    EXPECT_EQ(message.subject, "Hello") << lines;
    EXPECT_EQ(message.text, "Body\n") << lines;
  }
}

TEST(ReadMessage, BytesWithoutAHeaderAreText) {
  EXPECT_EQ(text_of("Good day.\nSubject: none\n"), "Good day.\nSubject: none\n");
  EXPECT_EQ(read_message(files::as_bytes("Subject: x\n\nBody"), false).text, "Subject: x\n\nBody");
  EXPECT_EQ(text_of("\n\nBody"), "\n\nBody");
  EXPECT_EQ(text_of(""), "");
  EXPECT_EQ(subject_of(""), "");
}

TEST(ReadMessage, AHeaderAloneHasASubject) {
  for (const char* raw :
       {"Subject: Hello", "Subject: Hello\n", "Subject: Hello\n\n", "Subject:\r\n Hello\r\n", "subject : Hello\n"})
    EXPECT_EQ(subject_of(raw), "Hello") << raw;
}

TEST(ReadMessage, ALineThatIsNoFieldEndsTheHeader) {
  const Message message = read("Subject: Hello\nThis is no field\nand goes on");
  EXPECT_EQ(message.subject, "Hello");
  EXPECT_EQ(message.text, "This is no field\nand goes on\n");
}

TEST(ReadMessage, FieldsAreUnfolded) {
  EXPECT_EQ(subject_of("Subject: a\n b\n\tc\nTo: x\n\n"), "a b\tc");
  EXPECT_EQ(part_text("Content-Type: text/html;\n charset=iso-8859-1", "<p>\xe9"), "é\n");
}

TEST(ReadMessage, SubjectsAreDecoded) {
  EXPECT_EQ(subject_of("Subject: =?iso-8859-1?q?=E9t=E9?=\n\n"), "été");
  EXPECT_EQ(subject_of("Subject: =?utf-8?B?dmlhZ3Jh?=\n\n"), "viagra");
  EXPECT_EQ(subject_of("Subject: =?utf-8?q?vi?=\n =?utf-8?q?agra?=\n\n"), "viagra");
  EXPECT_EQ(subject_of("Subject: \xe9t\xe9\n\n"), "été");
  EXPECT_EQ(subject_of("Subject: été\n\n"), "été");
  EXPECT_EQ(subject_of("Subject: a\nsubject: b\n\n"), "a\nb");
  for (const char* broken : {"=?utf-8?q?x", "=?no-such-set?q?=E9?=", "=?utf-8?b?!!!?=", "=?utf-8?q?=FF?=", "=?=?=?",
                             "=?"
                             "?q?"
                             "?="})
    EXPECT_TRUE(files::is_utf8(subject_of(std::string("Subject: ") + broken + "\n\n"))) << broken;
}

TEST(ReadMessage, TransferEncodingsAreDecoded) {
  EXPECT_EQ(part_text("Content-Transfer-Encoding: base64", "dmlhZ3Jh"), "viagra\n");
  EXPECT_EQ(part_text("Content-Transfer-Encoding: Quoted-Printable", "vi=61g=\nra"), "viagra\n");
  EXPECT_EQ(part_text("Content-Transfer-Encoding: no-such", "viagra"), "viagra\n");
  EXPECT_EQ(part_text("Content-Transfer-Encoding: x-uuencode", "begin 644 x\n&=FEA9W)A\n`\nend\n"), "viagra\n");
}

TEST(ReadMessage, BrokenEncodingsAreReadAsFarAsTheyGo) {
  EXPECT_EQ(part_text("Content-Transfer-Encoding: base64", "dmlh\nZ3J"), "viagr\n");
  EXPECT_EQ(part_text("Content-Transfer-Encoding: base64", "dm-l.hZ3Jh"), "viagra\n");
  EXPECT_EQ(part_text("Content-Transfer-Encoding: quoted-printable", "=zz via=6"), "=zz via\n");
}

TEST(ReadMessage, NamesOfEncodingsAreFoundInTheirField) {
  for (const char* name : {"\"base64\"", "'Base64'", "base64;", "base64; x=y", "base64 (x)", "(x(y);) base64"})
    EXPECT_EQ(part_text("Content-Transfer-Encoding: " + std::string(name), "dmlhZ3Jh"), "viagra\n") << name;
}

TEST(ReadMessage, Base64GoesOnAfterItsPadding) {
  EXPECT_EQ(part_text("Content-Transfer-Encoding: base64", "ZnJlZQ==\nIHZpYWdyYQ==IHgu"), "free viagra x.\n");
  EXPECT_EQ(part_text("Content-Transfer-Encoding: base64", "=dmlh="), "via\n");
}

TEST(ReadMessage, FieldsThatContradictEachOtherAreAllBelieved) {
  const std::string base64 = "Content-Transfer-Encoding: base64";
  for (const std::string& header :
       {base64 + "\nContent-Transfer-Encoding: 7bit", "Content-Transfer-Encoding: 7bit\n" + base64,
        "Content-Transfer-Encoding: 7bit\nContent-Transfer-Encoding: 8bit\nContent-Transfer-Encoding: x\n" + base64 +
            "\nContent-Transfer-Encoding: binary"}) {
    const std::string text = part_text(header, "dmlhZ3Jh");
    EXPECT_NE(text.find("viagra\n"), std::string::npos) << header;
    EXPECT_NE(text.find("dmlhZ3Jh\n"), std::string::npos) << header;
  }
  EXPECT_EQ(part_text(base64 + "\n" + base64, "dmlhZ3Jh"), "viagra\n");
  EXPECT_EQ(part_text("Content-Transfer-Encoding: 7bit\nContent-Transfer-Encoding: 8bit", "viagra"), "viagra\n");
  EXPECT_EQ(part_text("Content-Type: text/html\nContent-Type: text/plain", "v<b>x</b>"), "vx\nv<b>x</b>\n");
  EXPECT_EQ(part_text("Content-Type: image/gif\nContent-Type: text/plain", "viagra"), "image/gif \nviagra\n");
  EXPECT_EQ(part_text("Content-Disposition: attachment\nContent-Disposition: inline", "viagra"), "viagra\n");
}

TEST(ReadMessage, WhatFollowsABodyThatWasReadTooOftenIsRead) {
  std::string raw = "Content-Type: multipart/mixed; boundary=b\n\n";
  const std::string comment = "<!-- " + std::string(std::size_t{9} << 20U, 'x') + " -->";
  raw += "--b\nContent-Type: text/html\nContent-Type: image/gif\nContent-Type: text/html; x=y\n\n" + comment;
  EXPECT_TRUE(text_of(raw + "\n--b\n\nviagra\n--b--").ends_with("viagra\n"));
}

TEST(ReadMessage, FieldsThatContradictEachOtherCostLittle) {
  const std::string twice = "Content-Type: message/rfc822\nContent-Type: message/global\n\n";
  // every reading twice would be 2^40 of them
  const std::string text = text_of(copies_of(twice, 40) + "Content-Type: text/plain\n\n" + copies_of("free ", 100'000));
  EXPECT_NE(text.find("free"), std::string::npos);
  EXPECT_LE(text.size(), kMaxTextBytes + 1);
}

TEST(ReadMessage, EveryAlternativeIsRead) {
  EXPECT_EQ(
      text_of(
          "Content-Type: multipart/alternative; boundary=b\n\npreamble\n--b\n\nplain\n--b\nContent-Type: text/html\n\n"
          "<b>pa</b>ge\n--b--\nepilogue"),
      "plain\npage\n");
}

TEST(ReadMessage, AttachmentsAreTypeAndName) {
  const std::string raw =
      "Content-Type: multipart/mixed; boundary=\"a b\"\n\n--a b\nContent-Type: image/GIF; name=x.gif\n\nGIF89a\n"
      "--a b\nContent-Type: text/plain\nContent-Disposition: attachment; filename=\"list.txt\"\n\nsecret\n"
      "--a b\nContent-Type: application/pdf\nContent-Disposition: inline; filename*=utf-8''%C3%A9.pdf\n\n%PDF\n--a b--";
  EXPECT_EQ(text_of(raw), "image/gif x.gif\ntext/plain list.txt\napplication/pdf é.pdf\n");
}

TEST(ReadMessage, MessagesInsideComeWithTheirSubject) {
  const std::string inner = "Subject: =?utf-8?q?inner?=\nContent-Type: text/html\n\n<p>deep</p>";
  EXPECT_EQ(part_text("Content-Type: message/rfc822", inner), "inner\ndeep\n");
  EXPECT_EQ(part_text("Content-Type: multipart/digest; boundary=b", "--b\n\n" + inner + "\n--b--"), "inner\ndeep\n");
}

TEST(ReadMessage, AMultipartWithoutItsBoundaryIsRead) {
  const std::string wrong = "--= b\nContent-Type: text/html\n\n<p>pa<b>ge\n--= b--\n";
  EXPECT_EQ(part_text("Content-Type: multipart/mixed; boundary=\"=b\"", wrong), "page\n");
  EXPECT_EQ(part_text("Content-Type: multipart/mixed", "just text"), "just text\n");
  EXPECT_EQ(part_text("Content-Type: multipart/mixed; boundary=b", "--b\n\nnot closed"), "not closed\n");
}

TEST(ReadMessage, TypesThatCannotBeReadAreText) {
  for (const char* type :
       {"Content-Type: text", "Content-Type:", "Content-Type: ;;;", "Content-Type: text/", "Content-Type: html"})
    EXPECT_NE(part_text(type, "words").find("words"), std::string::npos) << type;
}

TEST(ReadMessage, CharacterSetsOfPagesAreFound) {
  EXPECT_EQ(part_text("Content-Type: text/html", "<meta content='text/html; charset=koi8-r'>\xd7"), "в\n");
  for (const char* wide : {"utf-16", "UTF-16le", "utf-32", "ucs-2", "unicode"})
    EXPECT_EQ(part_text("Content-Type: text/html", "<meta charset=" + std::string(wide) + ">viagra"), "viagra\n")
        << wide;
  EXPECT_NE(part_text("Content-Type: text/html; charset=utf-16", "<p>viagra</p>").find("\nviagra\n"),
            std::string::npos);
}

TEST(ReadMessage, AHundredLevelsAreRead) {
  std::string raw;
  for (int k = 0; k < 100; ++k) {
    const std::string boundary = "b" + std::to_string(k);
    raw += "Content-Type: multipart/mixed; boundary=" + boundary + "\n\n--" + boundary + "\n";
  }
  EXPECT_EQ(text_of(raw + "\ndeep"), "deep\n");
  EXPECT_EQ(text_of(copies_of("Content-Type: message/rfc822\n\n", 100) + "Subject: x\n\ndeep"), "x\ndeep\n");
}

TEST(ReadMessage, PartsBeyondTheLimitsAreReadAsTheyStand) {
  const std::string last = "--b\n\nviagra\n";
  const std::string many = copies_of("--b\n\nx\n", 2000);
  EXPECT_TRUE(part_text("Content-Type: multipart/mixed; boundary=b", many + last).ends_with("viagra\n"));
  const std::string inner = "Content-Type: multipart/mixed; boundary=c\n\n" + copies_of("--c\n\nx\n", 2000) + "--c--\n";
  EXPECT_TRUE(part_text("Content-Type: multipart/mixed; boundary=b", "--b\n" + inner + last).ends_with("viagra\n"));
  const std::string deep = copies_of("Content-Type: message/rfc822\n\n", 100'000) + "\nviagra";
  EXPECT_TRUE(text_of(deep).ends_with("viagra\n"));
  const std::string encoded = "--b\nContent-Transfer-Encoding: base64\n\ndmlhZ3Jh\n--b--";
  EXPECT_EQ(part_text("Content-Type: multipart/mixed; boundary=b", copies_of("--b\n\n", 2000) + encoded), "viagra\n");
}

TEST(ReadMessage, MultipartsThatAreSearchedTooOftenAreReadAsTheyStand) {
  std::string raw;
  for (int k = 0; k < 100; ++k) {
    const std::string boundary = "b" + std::to_string(k);
    raw += "Content-Type: multipart/mixed; boundary=" + boundary + "\n\n--" + boundary + "\n";
  }
  EXPECT_NE(text_of(raw + "\nviagra\n" + std::string(std::size_t{4} << 20U, 'x')).find("viagra"), std::string::npos);
}

TEST(ReadMessage, FiftyMegabytesAreReadAsFarAsTheyGo) {
  const std::size_t size = std::size_t{50} << 20U;
  EXPECT_EQ(text_of("Subject: x\n\n" + std::string(size, 'x')).size(), kMaxTextBytes + 1);
  EXPECT_LE(subject_of("Subject: " + std::string(size, 'x')).size(), 200'000U);
  EXPECT_LE(subject_of(copies_of("Subject: x y\n", size / 13)).size(), 200'000U);
  EXPECT_LE(text_of("Subject: x\n\n" + std::string(size, '\0')).size(), 1U);
  EXPECT_LE(text_of("Content-Type: text/html\n\n" + copies_of("<b>x", size / 4)).size(), kMaxTextBytes);
  EXPECT_LE(text_of("To: " + copies_of("a:", size / 2) + "\n\n").size(), 1U);
}

/// A message that has one of everything.
std::string whole_message() {
  return "From a@b.example Thu Sep 26 11:11:54 2002\r\nSubject: =?iso-8859-1?q?=E9t=E9?= x\r\nFrom: \"A\" "
         "<a@b.example>\r\n"
         "MIME-Version: 1.0\r\nContent-Type: multipart/mixed;\r\n boundary=\"--x\"\r\n\r\n----x\r\n"
         "Content-Type: multipart/alternative; boundary=y\r\n\r\n--y\r\nContent-Type: text/plain; charset=koi8-r\r\n"
         "Content-Transfer-Encoding: base64\r\n\r\n18nBx9LB\r\n--y\r\nContent-Type: text/html; charset=shift_jis\r\n"
         "Content-Transfer-Encoding: quoted-printable\r\n\r\n<p style=3D\"display:none\">=83o</p><a "
         "href=3Dhttp://x.example>\r\n"
         "--y--\r\n----x\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nbody\r\n----x\r\n"
         "Content-Type: image/png; name*0=a; name*1=b\r\nContent-Disposition: attachment\r\n\r\nx\r\n----x--\r\n";
}

TEST(ReadMessage, HasOneOfEverything) {
  const Message message = read(whole_message());
  EXPECT_EQ(message.subject, "été x");
  for (const char* word : {"виагра", "http://x.example", "inner\n", "body", "image/png ab"})
    EXPECT_NE(message.text.find(word), std::string::npos) << word << " in " << message.text;
}

TEST(ReadMessage, EveryTruncationIsRead) {
  const std::string whole = whole_message();
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    const Message message = read(std::string_view(whole).substr(0, length));
    EXPECT_TRUE(files::is_utf8(message.subject) && files::is_utf8(message.text)) << length;
  }
}

TEST(ReadMessage, BytesChangedAtRandomAreRead) {
  Random random(7);
  for (int k = 0; k < 2000; ++k) {
    std::string raw = whole_message();
    for (int change = 0; change < 8; ++change) raw[random.below(raw.size())] = static_cast<char>(random.below(256));
    const Message message = read(raw);
    EXPECT_TRUE(files::is_utf8(message.subject) && files::is_utf8(message.text)) << k;
    EXPECT_EQ((message.subject + message.text).find('\0'), std::string::npos) << k;
  }
}

TEST(ReadMessage, NulEverywhereIsRead) {
  std::string raw;
  for (const char c : std::string("Subject: viagra\n\nviagra"))
    raw += std::string(1, c) + (c == ':' || c == '\n' ? "" : std::string(1, '\0'));
  EXPECT_TRUE(files::is_utf8(text_of(raw)));
  EXPECT_EQ(text_of(std::string_view("Subject: a\0b\n\nvia\0gra", 22)), "viagra\n");
  EXPECT_EQ(subject_of(std::string_view("Subject: a\0b\n\nvia\0gra", 22)), "ab");
}

TEST(ReadMessage, ThreadsReadTheSame) {
  const std::string raw = whole_message();
  const std::string expected = text_of(raw);
  std::vector<std::string> texts(4);
  std::vector<std::thread> threads;
  for (std::string& text : texts) {
    threads.emplace_back([&] {
      for (int k = 0; k < 50; ++k) text = text_of(raw);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& text : texts) EXPECT_EQ(text, expected);
}

}  // namespace
}  // namespace standfast::text
