#include "data/messages.hpp"

#include <algorithm>

#include "data/mbox.hpp"
#include "standfast/text.hpp"
#include "unit/data/data_support.hpp"

namespace standfast::data {
namespace {

using Words = std::vector<std::string>;
using test::read;
using test::read_unlabelled;
using test::TempFolder;

std::string mail(const std::string& text) { return "Subject: hello there\n\n" + text + "\n"; }

Words words_of_row(const Dataset& data, std::size_t i) {
  Words words;
  for (const std::uint32_t word : data.words.row(i)) words.push_back(data.feature_names[word]);
  return words;
}

TEST(Messages, AFolderPerClassHoldsFilesOfAnyName) {
  const TempFolder folder;
  ASSERT_NE(folder.write("spam/00001.7c53336b37003a9286aba55d2945844c", mail("cheap pills")), "");
  ASSERT_NE(folder.write("mail/a.eml", mail("see you")), "");
  ASSERT_NE(folder.write("mail/notes", "just text"), "");
  const auto data = read(folder.path());
  ASSERT_TRUE(data.ok()) << data.error().message;
  EXPECT_TRUE(data->is_text());
  EXPECT_EQ(data->tokenizer, "words/1");
  EXPECT_EQ(data->class_names, (Words{"mail", "spam"}));
  EXPECT_EQ(data->labels, (std::vector<std::int32_t>{0, 0, 1}));
  EXPECT_EQ(words_of_row(*data, 2), (Words{"cheap", "hello", "pills", "there"}));
  EXPECT_EQ(words_of_row(*data, 1), (Words{"just", "text"}));
  EXPECT_EQ(data->source_names[0], folder.path() + "/mail/a.eml");
  EXPECT_TRUE(std::ranges::is_sorted(data->feature_names));
}

TEST(Messages, AMaildirIsReadFromCurAndNew) {
  const TempFolder folder;
  ASSERT_NE(folder.write("spam/cur/1:2,S", mail("one")), "");
  ASSERT_NE(folder.write("spam/new/2", mail("two")), "");
  ASSERT_NE(folder.write("spam/tmp/3", mail("half a message")), "");
  ASSERT_NE(folder.write("mail/new/4", mail("three")), "");
  const auto data = read(folder.path());
  ASSERT_TRUE(data.ok()) << data.error().message;
  EXPECT_EQ(data->count(), 3U);
  const auto one = read_unlabelled(folder.path() + "/spam");
  ASSERT_TRUE(one.ok()) << one.error().message;
  EXPECT_EQ(one->count(), 2U);
  EXPECT_TRUE(one->labels.empty());
}

TEST(Messages, AnMboxPerClassIsSplitAtItsFromLines) {
  const TempFolder folder;
  const std::string box = "From a@b Mon\n" + mail("first\n>From here on") + "\nFrom c@d Tue\n" + mail("second");
  ASSERT_NE(folder.write("spam.mbox", box), "");
  ASSERT_NE(folder.write("mail.mbox", "From a@b Mon\n" + mail("third")), "");
  const auto data = read(folder.path());
  ASSERT_TRUE(data.ok()) << data.error().message;
  EXPECT_EQ(data->labels, (std::vector<std::int32_t>{0, 1, 1}));
  EXPECT_EQ(words_of_row(*data, 1), (Words{"first", "from", "hello", "here", "on", "there"}));
  EXPECT_EQ(data->source_names[2], folder.path() + "/spam.mbox#1");
  const auto alone = read_unlabelled(folder.path() + "/spam.mbox");
  ASSERT_TRUE(alone.ok());
  EXPECT_EQ(alone->count(), 2U);
  test::expect_error(read(folder.path() + "/spam.mbox"), ErrorCode::kBadOption, "have no labels");
}

TEST(Messages, APackedCopyOfAnMboxIsReadOnce) {
  const TempFolder folder;
  ASSERT_NE(folder.write("spam.mbox", "From a@b Mon\n" + mail("first")), "");
  ASSERT_NE(folder.write("spam.mbox.gz", "not looked at"), "");
  ASSERT_NE(folder.write("mail.mbox", "From a@b Mon\n" + mail("second")), "");
  const auto data = read(folder.path());
  ASSERT_TRUE(data.ok()) << data.error().message;
  EXPECT_EQ(data->count(), 2U);
}

TEST(Messages, AnMboxWithoutAMessageIsRefused) {
  const TempFolder folder;
  const std::string path = folder.write("x.mbox", "hello\n");
  test::expect_error(read_unlabelled(path), ErrorCode::kBadFormat, "holds no message");
  EXPECT_TRUE(split_mbox("").empty());
  EXPECT_EQ(split_mbox("From a\nb\nFrom c\n").size(), 1U);  // no blank line before the second
}

TEST(Messages, FilesOfOtherKindsArePassedOverAndCounted) {
  const TempFolder folder;
  ASSERT_NE(folder.write("spam/1", mail("one")), "");
  ASSERT_NE(folder.write("spam/table.csv", "a,b\n"), "");
  ASSERT_NE(folder.write("mail/2", mail("two")), "");
  ASSERT_NE(folder.write("readme.md", "x"), "");
  const auto data = read(folder.path());
  ASSERT_TRUE(data.ok()) << data.error().message;
  ASSERT_EQ(data->notes.size(), 1U);
  EXPECT_NE(data->notes[0].find("passed over 2 entries"), std::string::npos) << data->notes[0];
  ASSERT_NE(folder.write("empty/table.csv", "a,b\n"), "");
  test::expect_error(read(folder.path()), ErrorCode::kBadFormat, "empty: holds no messages");
}

TEST(Messages, SidesOfAFolderAreJoinedWithTheWordsOfBoth) {
  const TempFolder folder;
  ASSERT_NE(folder.write("train/spam/1", mail("cheap")), "");
  ASSERT_NE(folder.write("train/mail/2", mail("meeting")), "");
  ASSERT_NE(folder.write("test/spam/3", mail("pills")), "");
  ASSERT_NE(folder.write("test/mail/4", mail("lunch")), "");
  const auto all = read(folder.path());
  ASSERT_TRUE(all.ok()) << all.error().message;
  EXPECT_EQ(all->feature_names, (Words{"cheap", "hello", "lunch", "meeting", "pills", "there"}));
  EXPECT_EQ(words_of_row(*all, 3), (Words{"hello", "pills", "there"}));
  EXPECT_EQ(read(folder.path() + ":test")->feature_names, (Words{"hello", "lunch", "pills", "there"}));
}

TEST(Messages, AVocabularyDecidesWhichWordsCount) {
  const TempFolder folder;
  ASSERT_NE(folder.write("spam/1", mail("cheap pills")), "");
  ASSERT_NE(folder.write("mail/2", mail("meeting")), "");
  DataRequest request;
  request.source = folder.path();
  request.vocabulary = {"never", "pills", "there"};
  const auto data = read_data(request);
  ASSERT_TRUE(data.ok()) << data.error().message;
  EXPECT_EQ(data->feature_names, request.vocabulary);
  EXPECT_EQ(data->dense_rows(0, 2), (std::vector<float>{0, 0, 1, 0, 1, 1}));
  // with a model's vocabulary a file of any name is a message
  request.source = folder.write("loose", mail("pills"));
  request.require_labels = false;
  EXPECT_EQ(read_data(request)->dense_rows(0, 1), (std::vector<float>{0, 1, 1}));
}

TEST(Messages, EqualMessagesStayOnOneSideOfTheSplit) {
  const TempFolder folder;
  for (int i = 0; i < 40; ++i) {
    const std::string text = mail("number " + std::string(static_cast<std::size_t>(i / 4), 'x') + "y");
    ASSERT_NE(folder.write((i % 2 == 0 ? "spam/" : "mail/") + std::to_string(i), text), "");
  }
  const auto train = read(folder.path() + ":train"), test = read(folder.path() + ":test");
  ASSERT_TRUE(train.ok() && test.ok());
  for (std::size_t i = 0; i < test->count(); ++i)
    for (std::size_t k = 0; k < train->count(); ++k)
      EXPECT_FALSE(std::ranges::equal(words_of_row(*test, i), words_of_row(*train, k)));
}

}  // namespace
}  // namespace standfast::data
