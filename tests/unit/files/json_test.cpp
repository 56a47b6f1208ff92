#include "files/json.hpp"

#include <cmath>
#include <limits>
#include <string>

#include <gtest/gtest.h>

namespace standfast::files {
namespace {

JsonDocument parsed(std::string_view text) {
  auto document = JsonDocument::parse(text, 4, "f");
  EXPECT_TRUE(document.ok()) << document.error().message;
  return std::move(document).value();
}

template <class T>
void expect_error(const Result<T>& result, const std::string& message) {
  ASSERT_FALSE(result.ok()) << "expected: " << message;
  EXPECT_EQ(result.error().code, ErrorCode::kBadFormat);
  EXPECT_EQ(result.error().message, message);
}

TEST(Json, FieldsHaveTheirTypes) {
  const JsonDocument document =
      parsed(R"({"text":"a","truth":true,"number":-1.5,"integer":-7,"count":18446744073709551615,)"
             R"("list":[1,2.5],"texts":["a","b"],"null":null,"object":{"x":1}})");
  const auto object = document.root().object(
      {"text", "truth", "number", "integer", "count", "list", "texts", "null", "object"}, {"absent"});
  ASSERT_TRUE(object.ok()) << object.error().message;
  EXPECT_EQ(*object->text("text"), "a");
  EXPECT_EQ(*object->truth("truth"), true);
  EXPECT_EQ(*object->number("number"), -1.5);
  EXPECT_EQ(*object->integer("integer"), -7);
  EXPECT_EQ(*object->count("count"), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(object->array("list")->size(), 2U);
  EXPECT_EQ(*(*object->array("list"))[1].number(), 2.5);
  EXPECT_EQ(object->array("list")->if_numbers(), (std::vector<double>{1, 2.5}));
  EXPECT_FALSE(object->array("texts")->if_numbers().has_value());
  EXPECT_EQ(*object->texts("texts"), (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(object->find("null")->is_null());
  EXPECT_EQ(*object->find("object")->object({"x"})->integer("x"), 1);
  EXPECT_FALSE(object->has("absent"));
  EXPECT_FALSE(object->find("absent").has_value());
}

TEST(Json, AWrongTypeIsNamedWithItsPlace) {
  const JsonDocument document = parsed(R"({"a":"x","b":1.0,"c":-1,"d":9223372036854775808,"e":[1]})");
  const auto object = *document.root().object_of_any_keys();
  expect_error(object.text("b"), "f: \"b\": is not a string, expected one");
  expect_error(object.truth("b"), "f: \"b\": is not true or false, expected one");
  expect_error(object.number("a"), "f: \"a\": is not a number, expected one");
  expect_error(object.number_or_infinity("a"), R"(f: "a": is "\"x\"", expected a number, "inf" or "-inf")");
  expect_error(object.integer("b"), "f: \"b\": holds \"1.0\", expected a whole number below 2^63");
  expect_error(object.integer("d"), "f: \"d\": holds \"9223372036854775808\", expected a whole number below 2^63");
  expect_error(object.count("c"), "f: \"c\": is not a whole number >= 0, expected one");
  expect_error(object.array("a"), "f: \"a\": is not an array, expected one");
  expect_error(object.texts("e"), "f: \"e\": holds something else than strings, expected strings");
  expect_error(object.find("a")->object({}), "f: \"a\": is not an object, expected one");
  expect_error((*object.array("e"))[0].at_place("f: element 0").text(), "f: element 0: is not a string, expected one");
  EXPECT_STREQ(object.find("e")->type_name(), "array");
}

TEST(Json, UnknownAndMissingFieldsAreRefused) {
  const JsonDocument document = parsed(R"({"a":1,"b":2})");
  expect_error(document.root().object({"a"}), "f: has the field \"b\", expected a");
  expect_error(document.root().object({"a"}, {"c"}), "f: has the field \"b\", expected a, c");
  expect_error(document.root().object({"a", "c"}, {"b"}), "f: has no field \"c\", expected one");
  EXPECT_TRUE(document.root().object({"a"}, {"b"}).ok());
  expect_error(document.root().object_of_any_keys()->number("c"), "f: has no field \"c\", expected one");
  EXPECT_EQ(document.root().object_of_any_keys()->keys(), (std::vector<std::string>{"a", "b"}));
}

TEST(Json, AKeyThatIsThereTwiceIsRefusedAtAnyDepth) {
  expect_error(JsonDocument::parse(R"({"a":1,"a":1})", 4, "f"), "f: key \"a\" is there twice, expected once");
  expect_error(JsonDocument::parse(R"([{"x":{"a":1,"b":2,"a":3}}])", 4, "f"),
               "f: key \"a\" is there twice, expected once");
  EXPECT_TRUE(JsonDocument::parse(R"([{"a":1},{"a":1}])", 4, "f").ok());
}

TEST(Json, WhatIsNotJsonIsRefused) {
  for (const char* bad : {"", "{", "{\"a\":1", "[1,]", "NaN", "[NaN]", "[Infinity]", "[1e999]", "{} {}", "\"\xff\"",
                          "\"\xed\xa0\x80\"", "'a'", "[01]", "// note\n1"}) {
    const auto document = JsonDocument::parse(bad, 4, "f");
    ASSERT_FALSE(document.ok()) << bad;
    EXPECT_TRUE(document.error().message.starts_with("f: byte ")) << document.error().message;
  }
}

TEST(Json, DepthIsLimited) {
  EXPECT_TRUE(JsonDocument::parse("[[[[1]]]]", 4, "f").ok());
  expect_error(JsonDocument::parse("[[[[[1]]]]]", 4, "f"), "f: nests deeper than 4 levels");
  expect_error(JsonDocument::parse(std::string(1'000'000, '['), 4, "f"), "f: nests deeper than 4 levels");
}

TEST(Json, InfinitiesAreStringsAndMinusZeroIsZero) {
  const JsonDocument document = parsed(R"(["inf","-inf",-0.0,"nan"])");
  const auto list = *document.root().array();
  EXPECT_EQ(*list[0].number_or_infinity(), std::numeric_limits<double>::infinity());
  EXPECT_EQ(*list[1].number_or_infinity(), -std::numeric_limits<double>::infinity());
  EXPECT_FALSE(std::signbit(*list[2].number_or_infinity()));
  EXPECT_FALSE(list[3].number_or_infinity().ok());
}

TEST(Json, ADocumentOutlivesItsText) {
  auto text = std::make_unique<std::string>(R"({"a":"long enough to be allocated somewhere"})");
  const JsonDocument document = parsed(*text);
  text.reset();
  EXPECT_EQ(*document.root().object({"a"})->text("a"), "long enough to be allocated somewhere");
}

TEST(Json, AByteOrderMarkIsRefused) {
  const auto parsed = JsonDocument::parse("\xEF\xBB\xBF{}", 3, "a.json");
  ASSERT_FALSE(parsed.ok());
  EXPECT_EQ(parsed.error().message, "a.json: begins with a byte order mark, expected none");
  EXPECT_TRUE(JsonDocument::parse("{}", 3, "a.json").ok());
}

}  // namespace
}  // namespace standfast::files
