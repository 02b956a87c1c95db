// SPDX-License-Identifier: Apache-2.0
// Goal: a head is read the same however it is cut, and what it says of the body is right. Method:
// every cut of one request, and rows of heads.
#include "clew/transport/http/internal/http_request_parser.h"

#include <gtest/gtest.h>

namespace clew::transport {
namespace {

constexpr std::string_view kHead =
    "POST /api/v2/spans?x=1 HTTP/1.1\r\nHost: localhost:9411\r\nContent-Type: application/json\r\n"
    "Content-Length: 12\r\nExpect: 100-continue\r\nX-Empty:\r\n\r\n";

TEST(HttpRequestParser, reads_a_head_the_same_wherever_it_is_cut) {
    const std::string bytes = std::string(kHead) + "and the body";
    for (std::size_t cut = 1; cut < kHead.size(); ++cut) {
        HttpRequestParser parser({});
        HttpRequest request;
        ASSERT_EQ(parser.parse_head(std::string_view(bytes).substr(0, cut), request), 0u) << cut;
        ASSERT_EQ(parser.parse_head(bytes, request), kHead.size()) << cut;
        ASSERT_EQ(parser.failed_with(), 0);
        EXPECT_EQ(request.method, HttpMethod::post);
        EXPECT_EQ(request.path, "/api/v2/spans");
        EXPECT_EQ(request.query, "x=1");
        ASSERT_EQ(request.headers.size(), 5u) << cut;
        EXPECT_EQ(request.header("content-type"), "application/json");
        EXPECT_EQ(request.header("X-Empty"), "");
        EXPECT_EQ(parser.content_length(), 12u);
        EXPECT_TRUE(parser.expects_continue());
        EXPECT_TRUE(parser.keep_alive());
        EXPECT_FALSE(parser.is_chunked());
    }
}

TEST(HttpRequestParser, points_into_the_bytes_it_was_given) {
    HttpRequestParser parser({});
    HttpRequest request;
    ASSERT_NE(parser.parse_head(kHead, request), 0u);
    EXPECT_GE(request.path.data(), kHead.data());
    EXPECT_LT(request.headers[4].name.data(), kHead.data() + kHead.size());
}

TEST(HttpRequestParser, holds_the_head_to_its_limit_exactly) {
    for (const std::uint32_t slack : {0u, 1u}) {
        HttpRequestParser parser({static_cast<std::uint32_t>(kHead.size()) - slack, 100});
        HttpRequest request;
        EXPECT_EQ(parser.parse_head(kHead, request), slack == 0 ? kHead.size() : 0u);
        EXPECT_EQ(parser.failed_with(), slack == 0 ? 0 : 431);
    }
}

TEST(HttpRequestParser, holds_a_declared_body_to_its_limit_exactly) {
    HttpRequest request;
    HttpRequestParser within({8192, 12});
    EXPECT_NE(within.parse_head(kHead, request), 0u);
    HttpRequestParser beyond({8192, 11});
    EXPECT_EQ(beyond.parse_head(kHead, request), 0u);
    EXPECT_EQ(beyond.failed_with(), 413);
}

TEST(HttpRequestParser, reads_chunks_wherever_they_are_cut) {
    const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n";
    const std::string chunks = "3\r\nabc\r\n0A;e=\"x\"\r\n0123456789\r\n0\r\nTrailer: 1\r\n\r\n";
    for (std::size_t cut = 0; cut <= chunks.size(); ++cut) {
        HttpRequestParser parser({});
        HttpRequest request;
        ASSERT_EQ(parser.parse_head(head, request), head.size());
        ASSERT_TRUE(parser.is_chunked());
        std::string body;
        const std::size_t used = parser.parse_chunks(chunks.substr(0, cut), body);
        parser.parse_chunks(chunks.substr(used), body);
        EXPECT_EQ(parser.failed_with(), 0) << cut << parser.reason();
        EXPECT_TRUE(parser.is_body_complete()) << cut;
        EXPECT_EQ(body, "abc0123456789") << cut;
        EXPECT_EQ(request.headers.size(), 2u);
    }
}

TEST(HttpRequestParser, begins_anew_after_reset) {
    HttpRequestParser parser({});
    HttpRequest request;
    parser.parse_head("nonsense\r\n\r\n", request);
    EXPECT_EQ(parser.failed_with(), 400);
    EXPECT_FALSE(parser.reason().empty());
    parser.reset();
    request.clear();
    EXPECT_EQ(parser.failed_with(), 0);
    EXPECT_EQ(parser.parse_head(kHead, request), kHead.size());
}

TEST(HttpRequestParser, knows_when_the_connection_stays) {
    const std::vector<std::pair<std::string, bool>> heads = {
        {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", true},
        {"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", false},
        {"GET / HTTP/1.1\r\nHost: x\r\nConnection: foo, Close\r\n\r\n", false},
        {"GET / HTTP/1.0\r\n\r\n", false},
        {"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true},
    };
    for (const auto& [head, stays] : heads) {
        HttpRequestParser parser({});
        HttpRequest request;
        ASSERT_EQ(parser.parse_head(head, request), head.size());
        EXPECT_EQ(parser.keep_alive(), stays) << head;
        EXPECT_EQ(parser.is_http_1_0(), head.find("1.0") != std::string::npos);
    }
}

}  // namespace
}  // namespace clew::transport
