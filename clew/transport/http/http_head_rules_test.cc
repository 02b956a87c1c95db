// SPDX-License-Identifier: Apache-2.0
// Goal: hosts and framing headers are judged as RFC 9112 and RFC 3986 ask. Method: rows of texts;
// test/server/test_http_framing.py sends whole requests.
#include "clew/transport/http/internal/http_head_rules.h"

#include <gtest/gtest.h>

namespace clew::transport {
namespace {

TEST(HttpHeadRules, knows_a_host_with_and_without_a_port) {
    for (const char* host :
         {"a",
          "zipkin:9411",
          "my_service.local",
          "127.0.0.1:",
          "[::1]",
          "[::1]:65535",
          "[fe80::1%25eth0]:1",
          "[::ffff:1.2.3.4]",
          "a%41~!$&'()*+,;=-._"}) {
        EXPECT_TRUE(is_host(host)) << host;
    }
    for (const char* host :
         {"",    ":80",       "a/b@c d", "u@h",  "a b",     "a:b",   "a:80:80", "a:65536",
          "a%4", "a%zz",      "[::1",    "[]",   "[a]",     "[::g]", "[::1]x",  "::1",
          "a\"", "h\xc3\xbc", "[::1%]",  "a\tb", "a,b:1,c", "a?b"}) {
        EXPECT_FALSE(is_host(host)) << host;
    }
}

HttpViolation framing_of(std::vector<HttpHeader> headers, bool is_http_1_0 = false) {
    HttpRequest request;
    request.headers = std::move(headers);
    return check_framing(request, is_http_1_0);
}

TEST(HttpHeadRules, takes_one_length_or_chunks) {
    EXPECT_EQ(framing_of({}).status, 0);
    EXPECT_EQ(framing_of({{"content-length", "007"}}).status, 0);
    EXPECT_EQ(framing_of({{"transfer-encoding", "Chunked"}}).status, 0);
}

TEST(HttpHeadRules, refuses_lengths_that_two_readers_may_read_differently) {
    for (const char* length : {"", "2, 2", "2,", "+2", "-2", "0x2", "2 2", "2.0", "two"}) {
        EXPECT_EQ(framing_of({{"Content-Length", length}}).status, 400) << length;
    }
    EXPECT_EQ(framing_of({{"Content-Length", "2"}, {"Content-Length", "2"}}).status, 400);
    EXPECT_EQ(framing_of({{"Content-Length", "2"}, {"Content-Length", "3"}}).status, 400);
    EXPECT_EQ(framing_of({{"Content-Length", "2"}, {"Transfer-Encoding", "chunked"}}).status, 400);
}

TEST(HttpHeadRules, refuses_codings_that_are_not_chunked_alone) {
    const std::vector<std::pair<const char*, int>> rows = {
        {"", 400},
        {"gzip", 400},
        {"identity", 400},
        {"xchunked", 400},
        {"chunked;a=b", 400},
        {"chunked, gzip", 400},
        {"chunked, chunked", 400},
        {"chunked,", 400},
        {", chunked", 400},
        {"gzip, chunked", 501},
        {"gzip,\tchunked ", 501},
    };
    for (const auto& [codings, status] : rows) {
        EXPECT_EQ(framing_of({{"Transfer-Encoding", codings}}).status, status) << codings;
    }
    EXPECT_EQ(
        framing_of({{"Transfer-Encoding", "gzip"}, {"Transfer-Encoding", "chunked"}}).status, 501
    );
    EXPECT_EQ(framing_of({{"Transfer-Encoding", "chunked"}}, true).status, 400);
}

TEST(HttpHeadRules, wants_one_host_but_of_http_1_0_none) {
    HttpRequest request;
    EXPECT_EQ(check_host(request, true).status, 0);
    EXPECT_EQ(check_host(request, false).status, 400);
    request.headers = {{"HOST", "a:1"}};
    EXPECT_EQ(check_host(request, false).status, 0);
    EXPECT_EQ(request.host, "a:1");
    request.headers.push_back({"Host", "a:1"});
    EXPECT_EQ(check_host(request, false).status, 400);
    EXPECT_EQ(check_host(request, true).status, 400);
}

TEST(HttpHeadRules, prefers_the_host_of_an_absolute_target_to_the_header) {
    HttpRequest request;
    ASSERT_TRUE(request.set_target("http://target:2/"));
    request.headers = {{"Host", "header"}};
    EXPECT_EQ(check_host(request, false).status, 0);
    EXPECT_EQ(request.host, "target:2");
}

}  // namespace
}  // namespace clew::transport
