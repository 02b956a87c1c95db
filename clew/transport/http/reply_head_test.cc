// SPDX-License-Identifier: Apache-2.0
// Goal: a reply's verdict is read from as many bytes as have come, and nothing else passes for one.
// Method: texts in; whole heads are also given byte by byte.
#include "clew/transport/http/reply_head.h"

#include <string>

#include <gtest/gtest.h>

namespace clew::transport {
namespace {

ReplyHead head_of(const std::string& text) {
    for (std::size_t size = 0; size < text.size(); ++size) {
        const auto early = parse_reply_head(std::string_view(text).substr(0, size), 0);
        EXPECT_TRUE(early && !early->has_value()) << size;
    }
    const Expected<std::optional<ReplyHead>> head = parse_reply_head(text + "body", 0);
    EXPECT_TRUE(head && head->has_value()) << text;
    EXPECT_EQ((*head)->size_bytes, text.size());
    return **head;
}

bool is_malformed(std::string_view text) { return !parse_reply_head(text, 0).has_value(); }

TEST(ReplyHead, reads_status_length_and_connection) {
    const ReplyHead head = head_of("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nDate: x\r\n\r\n");
    EXPECT_EQ(head.status, 202);
    EXPECT_EQ(head.content_length, 0U);
    EXPECT_TRUE(head.keeps_connection);
    EXPECT_TRUE(head.has_known_end());
    EXPECT_FALSE(head.is_interim());
}

TEST(ReplyHead, accepts_a_status_line_without_reason_and_bare_line_feeds) {
    EXPECT_EQ(head_of("HTTP/1.1 204\n\n").status, 204);
    EXPECT_TRUE(head_of("HTTP/1.1 204\n\n").has_known_end());
}

TEST(ReplyHead, reads_header_names_and_words_in_any_case) {
    EXPECT_FALSE(head_of("HTTP/1.1 200 OK\r\nCONNECTION: foo, Close\r\n\r\n").keeps_connection);
    EXPECT_TRUE(head_of("HTTP/1.0 200 OK\r\nconnection:Keep-Alive\r\n\r\n").keeps_connection);
}

TEST(ReplyHead, expects_old_http_to_hang_up) {
    EXPECT_FALSE(head_of("HTTP/1.0 200 OK\r\n\r\n").keeps_connection);
}

TEST(ReplyHead, reads_how_long_to_wait) {
    EXPECT_EQ(
        head_of("HTTP/1.1 503 x\r\nRetry-After:  7 \r\n\r\n").retry_after, std::chrono::seconds(7)
    );
}

TEST(ReplyHead, believes_no_length_beside_a_transfer_encoding) {
    const ReplyHead head =
        head_of("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n");
    EXPECT_FALSE(head.has_known_end());
}

TEST(ReplyHead, knows_that_another_head_follows_an_interim_one) {
    EXPECT_TRUE(head_of("HTTP/1.1 100 Continue\r\n\r\n").is_interim());
}

TEST(ReplyHead, takes_nothing_else_for_a_reply) {
    EXPECT_TRUE(is_malformed("SSH-2.0-OpenSSH"));
    EXPECT_TRUE(is_malformed("HTTP/2 200\r\n\r\n"));
    EXPECT_TRUE(is_malformed("HTTP/1.2 200\r\n\r\n"));
    EXPECT_TRUE(is_malformed("HTTP/1.1 20\r\n\r\n"));
    EXPECT_TRUE(is_malformed("HTTP/1.1 2x2 OK\r\n\r\n"));
    EXPECT_TRUE(is_malformed("HTTP/1.1 999 OK\r\n\r\n"));
    EXPECT_TRUE(is_malformed("HTTP/1.1 2020 OK\r\n\r\n"));
    EXPECT_TRUE(is_malformed("HTTP/1.1 200 OK\r\nno colon\r\n\r\n"));
    EXPECT_TRUE(is_malformed("HTTP/1.1 200 OK\r\n: empty\r\n\r\n"));
    EXPECT_TRUE(is_malformed("HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n"));
    EXPECT_TRUE(is_malformed("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"));
}

}  // namespace
}  // namespace clew::transport
