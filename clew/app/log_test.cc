// SPDX-License-Identifier: Apache-2.0
// Goal: every event is one line that programs can read, whatever text is in it. Method: compare.
#include "clew/app/log.h"

#include <gtest/gtest.h>

namespace clew::app {
namespace {

TEST(Log, quotes_only_what_needs_quotes) {
    EXPECT_EQ(
        logfmt_line("ready", {{"port", "9411"}, {"reach", "this machine"}, {"empty", ""}}),
        R"(event=ready port=9411 reach="this machine" empty="")"
    );
}

TEST(Log, keeps_a_strangers_text_on_its_line) {
    EXPECT_EQ(
        logfmt_line("error", {{"text", "a=b\n\"c\"\x1b[0m"}}),
        R"(event=error text="a=b\n\"c\"\u001b[0m")"
    );
}

TEST(Log, writes_the_same_as_members_of_an_object) {
    EXPECT_EQ(
        json_members("ready", {{"port", "9411"}, {"text", "\"x\""}}),
        R"("event":"ready","port":"9411","text":"\"x\"")"
    );
}

TEST(Log, refuses_formats_and_levels_that_do_not_exist) {
    EXPECT_FALSE(configure_log("xml", "info").has_value());
    EXPECT_FALSE(configure_log("logfmt", "chatty").has_value());
}

TEST(Log, writes_lines_to_stderr_in_the_format_asked_for) {
    ::testing::internal::CaptureStderr();
    ASSERT_TRUE(configure_log("json", "warn").has_value());
    log(LogLevel::info, "not shown", {});
    log(LogLevel::warning, "shown", {{"a", "b"}});
    log(LogLevel::error, "too", {});
    const std::string text = ::testing::internal::GetCapturedStderr();
    EXPECT_EQ(text.find("not shown"), std::string::npos);
    EXPECT_NE(text.find(R"("level":"warning","event":"shown","a":"b"})"), std::string::npos)
        << text;
    EXPECT_NE(text.find(R"("event":"too")"), std::string::npos);
}

}  // namespace
}  // namespace clew::app
