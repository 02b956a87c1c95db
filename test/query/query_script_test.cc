// SPDX-License-Identifier: Apache-2.0
// Goal: every text test of this folder holds, and a text test that does not hold is noticed.
// Method: each *.test file becomes a test of its name; scripts with mistakes in them must fail.
#include "test/query/query_script.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

namespace clew::testing {

namespace {

using Failures = std::vector<std::string>;

constexpr const char* kSpans = "spans\ntrace=a id=1 at=1000 local=frontend name=get\n\n";

Failures failures_of(const std::string& questions) { return run_query_script(kSpans + questions); }

TEST(QueryScript, holds_when_the_rows_are_right) {
    EXPECT_EQ(failures_of("ask services\nfrontend\n"), Failures{});
}

TEST(QueryScript, notices_a_wrong_a_missing_and_an_extra_row) {
    EXPECT_EQ(
        failures_of("ask services\nbackend\n"),
        Failures{"line 4: ask services\n  due:\n    backend\n  came:\n    frontend"}
    );
    EXPECT_EQ(failures_of("ask services\n").size(), 1U);
    EXPECT_EQ(failures_of("ask services\nfrontend\nbackend\n").size(), 1U);
}

TEST(QueryScript, notices_a_refusal_that_did_not_come) {
    EXPECT_EQ(failures_of("ask services\n! no\n").size(), 1U);
    EXPECT_EQ(failures_of("ask traces limit=0\n! limit <= 0\n"), Failures{});
}

TEST(QueryScript, notices_words_that_mean_nothing) {
    EXPECT_EQ(
        failures_of("tell services\n").front(), "line 4: \"tell\" is no word of a query script"
    );
    EXPECT_EQ(failures_of("ask\n").size(), 1U);
    EXPECT_EQ(failures_of("ask whom a\n").size(), 1U);
    EXPECT_EQ(run_query_script("storage colour=red\n\nask services\n").size(), 1U);
    EXPECT_EQ(run_query_script("spans\nid=1\n\nask services\n").size(), 1U);
    EXPECT_EQ(failures_of(""), Failures{"it asks nothing"});
}

class QueryFile : public ::testing::Test {
public:
    explicit QueryFile(std::filesystem::path path) : path_(std::move(path)) {}

    void TestBody() override {
        std::ifstream file(path_, std::ios::binary);
        const std::string script(std::istreambuf_iterator<char>(file), {});
        EXPECT_TRUE(script.starts_with("# ")) << "the first line says which behaviour";
        for (const std::string& failure : run_query_script(script)) {
            ADD_FAILURE() << path_.filename().string() << ", " << failure;
        }
    }

private:
    std::filesystem::path path_;
};

// Registered before main(), which gtest_main provides.
const bool kRegistered = [] {
    const std::filesystem::path folder = std::filesystem::path(CLEW_SOURCE_DIR) / "test/query";
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() != ".test") continue;
        ::testing::RegisterTest(
            "QueryFile",
            entry.path().stem().c_str(),
            nullptr,
            nullptr,
            entry.path().c_str(),
            1,
            [path = entry.path()]() -> QueryFile* { return new QueryFile(path); }
        );
    }
    return true;
}();

TEST(QueryScript, finds_its_files) {
    EXPECT_TRUE(kRegistered);
    int files = 0;
    const auto& tests = *::testing::UnitTest::GetInstance();
    for (int i = 0; i < tests.total_test_suite_count(); ++i) {
        const auto& suite = *tests.GetTestSuite(i);
        if (std::string(suite.name()) == "QueryFile") files = suite.total_test_count();
    }
    EXPECT_GE(files, 20);
}

}  // namespace

}  // namespace clew::testing
