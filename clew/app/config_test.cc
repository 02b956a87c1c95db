// SPDX-License-Identifier: Apache-2.0
// Goal: a flag wins over a variable, a variable over the file, and what nobody understands is told.
// Method: a table of a few settings, filled from each source.
#include "clew/app/config.h"

#include <algorithm>
#include <cstdio>
#include <fstream>

#include <unistd.h>

#include <gtest/gtest.h>

namespace clew::app {
namespace {

struct ConfigTest : ::testing::Test {
    std::vector<Setting> settings() {
        std::vector<Setting> table = {
            make_setting("port", port, {"QUERY_PORT", "OLD_PORT"}, "A port"),
            make_setting("scribe", scribe, {"SCRIBE_ENABLED"}, "A switch"),
            make_setting("keys", keys, {"AUTOCOMPLETE_KEYS"}, "A list"),
        };
        for (Setting& setting : table) setting.group = "Things";
        return table;
    }

    Expected<std::vector<std::string>> apply(
        FileValues file, Environment environment, std::vector<const char*> arguments
    ) {
        arguments.insert(arguments.begin(), {"clew", "serve"});
        const std::vector<Setting> table = settings();
        Expected<CommandLine> line = parse_command_line(arguments, table);
        if (!line) return std::move(line).error();
        return apply_config({std::move(file), std::move(environment), std::move(*line)}, table);
    }

    std::uint16_t port = 9411;
    bool scribe = true;
    std::vector<std::string> keys;
};

TEST_F(ConfigTest, keeps_defaults_when_nothing_is_said) {
    const auto warnings = apply({}, {"PATH=/bin"}, {});
    ASSERT_TRUE(warnings.has_value());
    EXPECT_TRUE(warnings->empty());
    EXPECT_EQ(port, 9411);
    EXPECT_TRUE(scribe);
}

TEST_F(ConfigTest, lets_a_flag_win_over_a_variable_and_a_variable_over_the_file) {
    ASSERT_TRUE(apply({{"port", "1"}}, {}, {}).has_value());
    EXPECT_EQ(port, 1);
    ASSERT_TRUE(apply({{"port", "1"}}, {"QUERY_PORT=2"}, {}).has_value());
    EXPECT_EQ(port, 2);
    ASSERT_TRUE(apply({{"port", "1"}}, {"QUERY_PORT=2"}, {"--port", "3"}).has_value());
    EXPECT_EQ(port, 3);
    ASSERT_TRUE(apply({}, {}, {"--port=4"}).has_value());
    EXPECT_EQ(port, 4);
}

TEST_F(ConfigTest, lets_the_own_variable_win_over_zipkins_and_skips_empty_ones) {
    ASSERT_TRUE(apply({}, {"OLD_PORT=1", "QUERY_PORT=2", "CLEW_SERVE_PORT=3"}, {}).has_value());
    EXPECT_EQ(port, 3);
    ASSERT_TRUE(apply({}, {"OLD_PORT=1", "QUERY_PORT=", "CLEW_SERVE_PORT="}, {}).has_value());
    EXPECT_EQ(port, 1);
}

TEST_F(ConfigTest, understands_switches_with_and_without_a_value) {
    ASSERT_TRUE(apply({}, {}, {"--no-scribe"}).has_value());
    EXPECT_FALSE(scribe);
    ASSERT_TRUE(apply({}, {"SCRIBE_ENABLED=false"}, {"--scribe"}).has_value());
    EXPECT_TRUE(scribe);
    ASSERT_TRUE(apply({}, {}, {"--scribe", "off"}).has_value());
    EXPECT_FALSE(scribe);
    EXPECT_FALSE(apply({}, {}, {"--scribe", "--no-scribe"}).has_value());
}

TEST_F(ConfigTest, names_the_source_of_what_it_does_not_understand) {
    EXPECT_EQ(
        apply({}, {}, {"--port", "x"}).error().message, "flag --port: 'x' is not a whole number"
    );
    EXPECT_EQ(
        apply({}, {"QUERY_PORT=x"}, {}).error().message,
        "variable QUERY_PORT: 'x' is not a whole number"
    );
    EXPECT_EQ(
        apply({{"port", "x"}}, {}, {}).error().message, "key port: 'x' is not a whole number"
    );
    EXPECT_EQ(
        apply({{"prot", "1"}}, {}, {}).error().message,
        "the configuration file has a key that is no setting: prot"
    );
}

TEST_F(ConfigTest, refuses_flags_that_do_not_exist_and_points_at_the_help) {
    const Expected<std::vector<std::string>> refused = apply({}, {}, {"--prot", "1"});
    ASSERT_FALSE(refused.has_value());
    EXPECT_NE(refused.error().message.find("--prot"), std::string::npos);
    EXPECT_NE(refused.error().message.find("clew serve --help"), std::string::npos);
}

TEST_F(ConfigTest, warns_about_variables_that_only_another_program_understands) {
    const auto warnings =
        apply({}, {"ES_HOSTS=http://es", "KAFKA_TOPIC=x", "CLEW_SERVE_PROT=1", "EST=1"}, {});
    ASSERT_TRUE(warnings.has_value());
    EXPECT_EQ(
        *warnings,
        (std::vector<std::string>{
            "ES_HOSTS is ignored: clew has no such part",
            "KAFKA_TOPIC is ignored: clew has no such part",
            "CLEW_SERVE_PROT is ignored: there is no such setting"})
    );
}

TEST_F(ConfigTest, prints_help_version_and_reference) {
    const std::vector<Setting> table = settings();
    const auto answer = [&](std::vector<const char*> arguments) {
        return parse_command_line(arguments, table)->answer;
    };
    const std::string help = answer({"clew", "serve", "--help"});
    EXPECT_NE(help.find("--port N"), std::string::npos) << help;
    EXPECT_NE(help.find("A port [9411]"), std::string::npos) << help;
    EXPECT_NE(answer({"clew", "--help"}).find("serve"), std::string::npos);
    EXPECT_TRUE(answer({"clew", "--version"}).starts_with("clew "));
    const std::vector<const char*> nothing = {"clew"};
    EXPECT_FALSE(parse_command_line(nothing, table).has_value());
    const std::vector<const char*> reference = {"clew", "serve", "--print-config-reference"};
    EXPECT_TRUE(parse_command_line(reference, table)->prints_reference);
    EXPECT_NE(
        config_reference(table).find(
            "| `--port` | `9411` | `CLEW_SERVE_PORT`, `QUERY_PORT`, `OLD_PORT` | A port |\n"
        ),
        std::string::npos
    );
}

struct ConfigFileTest : ::testing::Test {
    Expected<FileValues> read(const std::string& content) {
        std::ofstream(path) << content;
        return read_config_file(path, tables);
    }
    const std::vector<std::string> tables = {"listening", "page"};
    void TearDown() override { std::remove(path.c_str()); }

    const std::string path =
        ::testing::TempDir() + "clew_config_test_" + std::to_string(getpid()) + ".toml";
};

TEST_F(ConfigFileTest, reads_every_kind_of_value_as_text) {
    const auto values = read(
        "port = 80\nscribe = false\n[page]\nui-environment = \"prod\"\nsample-rate = 0.5\n"
        "keys = [\"a\", \"b\", 3]\n"
    );
    ASSERT_TRUE(values.has_value()) << values.error().message;
    FileValues sorted = *values;
    std::sort(sorted.begin(), sorted.end());
    EXPECT_EQ(
        sorted,
        (FileValues{
            {"keys", "a,b,3"},
            {"port", "80"},
            {"sample-rate", "0.5"},
            {"scribe", "false"},
            {"ui-environment", "prod"}})
    );
}

TEST_F(ConfigFileTest, refuses_a_table_that_is_no_group_of_settings) {
    for (const char* content :
         {"[zzz]\nport = 1\n", "[zzz]\n", "[page.more]\nport = 1\n", "port = {a = 1}\n"}) {
        const auto values = read(content);
        ASSERT_FALSE(values.has_value()) << content;
        EXPECT_EQ(values.error().code, Code::invalid_argument);
    }
    EXPECT_EQ(
        read("[zzz]\n").error().message,
        path + ": there is no table [zzz]; tables are: listening, page"
    );
}

TEST_F(ConfigFileTest, refuses_what_is_no_file_or_does_not_end) {
    const auto folder = read_config_file(::testing::TempDir(), tables);
    ASSERT_FALSE(folder.has_value());
    EXPECT_NE(folder.error().message.find("Is a directory"), std::string::npos);
    const auto device = read_config_file("/dev/zero", tables);
    ASSERT_FALSE(device.has_value());
    EXPECT_EQ(
        device.error(),
        (Error{
            Code::limit_exceeded, "the configuration file /dev/zero is larger than 1048576 bytes"})
    );
    EXPECT_TRUE(read_config_file("/dev/null", tables).has_value());
}

TEST(Config, shows_no_password_of_a_url) {
    std::string field;
    const Setting setting = make_setting("url", field, {}, "A URL");
    const auto shown = [&](const char* text) {
        field = text;
        return loggable_value(setting);
    };
    EXPECT_EQ(shown("http://u:s3cr3t@h/x?a=b@c"), "http://***@h/x?a=b@c");
    EXPECT_EQ(shown("https://token@h"), "https://***@h");
    EXPECT_EQ(shown("http://u:p@ss@h/"), "http://***@h/");
    EXPECT_EQ(shown("//u:p@h/x,http://v:q@i"), "//***@h/x,http://***@i");
    EXPECT_EQ(shown("http://h/x@y"), "http://h/x@y");
    EXPECT_EQ(shown("plain@text"), "plain@text");
}

TEST_F(ConfigFileTest, says_where_a_file_is_malformed) {
    const auto values = read("port = 80\nscribe = maybe\n");
    ASSERT_FALSE(values.has_value());
    EXPECT_EQ(values.error().code, Code::malformed);
    EXPECT_NE(values.error().message.find(path + ":2:"), std::string::npos)
        << values.error().message;
}

TEST_F(ConfigFileTest, refuses_values_that_no_setting_takes) {
    EXPECT_FALSE(read("port = 1979-05-27\n").has_value());
    EXPECT_FALSE(read("keys = [[1], [2]]\n").has_value());
}

TEST_F(ConfigFileTest, says_that_a_file_is_not_there) {
    const auto values = read_config_file(path + ".missing", tables);
    ASSERT_FALSE(values.has_value());
    EXPECT_NE(values.error().message.find(".missing"), std::string::npos);
}

}  // namespace
}  // namespace clew::app
