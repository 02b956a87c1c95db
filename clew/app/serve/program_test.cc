// SPDX-License-Identifier: Apache-2.0
// Goal: the program behaves as a person and a supervisor expect: it says what it does, ends when it
// is told to without losing what is in flight, and explains why it does not start. Method: the real
// program as a child process.

#include <chrono>
#include <cstdio>
#include <fstream>
#include <sstream>

#include <signal.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "clew/app/serve/internal/spawned_clew.h"
#include "clew/transport/testing/raw_client.h"

namespace clew::app {
namespace {

using transport::testing::RawClient;
using transport::testing::RawReply;

const std::vector<std::string> kServe = {"serve", "--port", "0", "--scribe-port", "0"};

std::vector<std::string> serve_with(const std::vector<std::string>& more) {
    std::vector<std::string> arguments = kServe;
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

TEST(Program, says_which_version_it_is) {
    SpawnedClew clew({"--version"});
    EXPECT_EQ(clew.wait(), 0);
    EXPECT_TRUE(clew.output().starts_with("clew ")) << clew.output();
}

TEST(Program, prints_a_help_that_names_its_settings) {
    SpawnedClew clew({"serve", "--help"});
    EXPECT_EQ(clew.wait(), 0);
    for (const char* text :
         {"Usage: clew serve", "--bind", "--port N", "[9411]", "--scribe-port"}) {
        EXPECT_NE(clew.output().find(text), std::string::npos) << text;
    }
}

TEST(Program, prints_the_reference_that_the_documents_show) {
    SpawnedClew clew({"serve", "--print-config-reference"});
    EXPECT_EQ(clew.wait(), 0);
    ASSERT_TRUE(clew.output().starts_with("### Listening")) << clew.output();
    std::ostringstream page;
    page << std::ifstream(CLEW_SOURCE_FOLDER "/docs/reference/configuration.md").rdbuf();
    EXPECT_NE(page.str().find(clew.output()), std::string::npos)
        << "docs/reference/configuration.md is not what --print-config-reference prints";
}

TEST(Program, exits_2_when_it_is_asked_for_something_that_does_not_exist) {
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{},
          {"serve", "--prot", "1"},
          {"serve", "--port", "high"},
          {"serve", "--storage-type", "cassandra3"},
          {"serve", "--log-format", "xml"},
          {"serve", "--config", "/nowhere/clew.toml"}}) {
        SpawnedClew clew(arguments);
        EXPECT_EQ(clew.wait(), 2) << clew.errors();
        EXPECT_TRUE(clew.errors().starts_with("clew: ")) << clew.errors();
    }
}

TEST(Program, says_in_one_sentence_that_its_port_is_in_use_and_exits_1) {
    SpawnedClew first(kServe);
    ASSERT_TRUE(first.wait_until_ready());
    const std::string port = std::to_string(first.http_port());
    SpawnedClew second({"serve", "--port", port, "--scribe-port", "0"});
    EXPECT_EQ(second.wait(), 1);
    EXPECT_NE(
        second.errors().find(
            "\nclew: HTTP (--port): 127.0.0.1:" + port + " is in use by another program\n"
        ),
        std::string::npos
    ) << second.errors();
}

TEST(Program, says_that_it_cannot_write_its_port_file_and_exits_1) {
    SpawnedClew clew(serve_with({"--port-file", "/nowhere/ports"}));
    EXPECT_EQ(clew.wait(), 1);
    EXPECT_NE(clew.errors().find("\nclew: writing the port file /nowhere/ports"), std::string::npos)
        << clew.errors();
}

TEST(Program, says_where_it_listens_and_who_can_reach_it) {
    SpawnedClew clew(kServe);
    ASSERT_TRUE(clew.wait_until_ready());
    const std::string address = "127.0.0.1:" + std::to_string(clew.http_port());
    EXPECT_TRUE(clew.wait_for_error_line("event=ready http=http://" + address));
    EXPECT_NE(clew.errors().find("page=http://" + address + "/zipkin/"), std::string::npos);
    EXPECT_NE(
        clew.errors().find("scribe=127.0.0.1:" + std::to_string(clew.scribe_port())),
        std::string::npos
    );
    EXPECT_NE(clew.errors().find("reach=\"this machine only"), std::string::npos);
    EXPECT_NE(clew.errors().find("event=configuration bind=127.0.0.1"), std::string::npos);
    SpawnedClew open(serve_with({"--bind", "0.0.0.0"}));
    EXPECT_TRUE(open.wait_for_error_line("reach=\"other machines too, without authentication\""));
}

// Its CPU time, not the clock's: what neighbours on the machine do must not decide.
TEST(Program, needs_less_than_200_ms_of_cpu_until_it_is_ready) {
    SpawnedClew clew(kServe);
    ASSERT_TRUE(clew.wait_until_ready());
    EXPECT_EQ(RawClient(clew.http_port()).ask("GET", "/health").status, 200);
    EXPECT_GT(clew.cpu_time().count(), 0);
    EXPECT_LE(clew.cpu_time(), std::chrono::milliseconds(200));
}

TEST(Program, finishes_the_request_in_flight_when_it_is_told_to_end) {
    for (const int signal_number : {SIGTERM, SIGINT}) {
        SpawnedClew clew(kServe);
        ASSERT_TRUE(clew.wait_until_ready());
        RawClient client(clew.http_port());
        client.send(
            "POST /api/v2/spans HTTP/1.1\r\nHost: localhost\r\n"
            "Content-Length: 29\r\nExpect: 100-continue\r\n\r\n"
        );
        ASSERT_EQ(client.read(25), "HTTP/1.1 100 Continue\r\n\r\n");
        clew.send_signal(signal_number);
        ASSERT_TRUE(clew.wait_for_error_line("event=finishing"));
        client.send("[{\"traceId\":\"1\",\"id\":\"2\"}]  \n");
        const RawReply reply = client.read_reply();
        EXPECT_EQ(reply.status, 202) << reply.body;
        EXPECT_TRUE(client.is_closed());
        EXPECT_EQ(clew.wait(), 0);
        EXPECT_NE(clew.errors().find("event=finished cut_off=nothing"), std::string::npos);
    }
}

TEST(Program, cuts_off_what_takes_too_long_to_finish) {
    SpawnedClew clew(serve_with({"--shutdown-ms-max", "50"}));
    ASSERT_TRUE(clew.wait_until_ready());
    RawClient client(clew.http_port());
    client.send(
        "POST /api/v2/spans HTTP/1.1\r\nHost: localhost\r\n"
        "Content-Length: 29\r\nExpect: 100-continue\r\n\r\n"
    );
    ASSERT_EQ(client.read(25), "HTTP/1.1 100 Continue\r\n\r\n");
    clew.send_signal(SIGTERM);
    EXPECT_TRUE(client.is_closed());
    EXPECT_EQ(clew.wait(), 0);
    EXPECT_NE(clew.errors().find("cut_off=\"what took too long\""), std::string::npos);
}

TEST(Program, ends_at_once_at_the_second_signal) {
    SpawnedClew clew(serve_with({"--shutdown-ms-max", "10m"}));
    ASSERT_TRUE(clew.wait_until_ready());
    RawClient client(clew.http_port());
    client.send(
        "POST /api/v2/spans HTTP/1.1\r\nHost: localhost\r\n"
        "Content-Length: 29\r\nExpect: 100-continue\r\n\r\n"
    );
    ASSERT_EQ(client.read(25), "HTTP/1.1 100 Continue\r\n\r\n");
    clew.send_signal(SIGTERM);
    ASSERT_TRUE(clew.wait_for_error_line("event=finishing"));
    clew.send_signal(SIGINT);
    EXPECT_EQ(clew.wait(), 128 + SIGINT);
}

TEST(Program, lets_flags_win_over_the_environment_and_the_environment_over_the_file) {
    const std::string path =
        ::testing::TempDir() + "clew_program_test_" + std::to_string(getpid()) + ".toml";
    std::ofstream(path
    ) << "ui-query-limit = 1\nui-environment = \"file\"\nui-logs-url = \"file\"\n";
    SpawnedClew clew(
        serve_with({"--config", path, "--ui-environment", "flag"}),
        {"ZIPKIN_UI_ENVIRONMENT=variable", "ZIPKIN_UI_LOGS_URL=variable", "ES_HOSTS=http://es"}
    );
    ASSERT_TRUE(clew.wait_until_ready());
    const std::string config = RawClient(clew.http_port()).ask("GET", "/zipkin/config.json").body;
    EXPECT_NE(config.find("\"queryLimit\" : 1,"), std::string::npos) << config;
    EXPECT_NE(config.find("\"logsUrl\" : \"variable\","), std::string::npos) << config;
    EXPECT_NE(config.find("\"environment\" : \"flag\","), std::string::npos) << config;
    EXPECT_TRUE(clew.wait_for_error_line("ES_HOSTS is ignored: clew has no such part"));
    std::remove(path.c_str());
}

TEST(Program, writes_its_log_as_json_when_asked) {
    SpawnedClew clew(serve_with({"--log-format", "json"}));
    ASSERT_TRUE(clew.wait_until_ready());
    EXPECT_TRUE(clew.wait_for_error_line("\"level\":\"info\",\"event\":\"ready\",\"http\":\"http://"
    ));
}

}  // namespace
}  // namespace clew::app
