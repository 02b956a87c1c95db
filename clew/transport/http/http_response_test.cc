// SPDX-License-Identifier: Apache-2.0
// Goal: the head of a response has exactly the lines it should. Method: compare the bytes, the date
// line set aside.
#include "clew/transport/http/http_response.h"

#include <vector>

#include <gtest/gtest.h>

#include "clew/transport/http/internal/http_response_writer.h"

namespace clew::transport {
namespace {

std::string head_without_date(const HttpResponse& response, const HttpResponseFrame& frame = {}) {
    HttpResponseWriter writer;
    std::string head;
    writer.append_head(response, frame, head);
    const std::size_t date = head.find("Date: ");
    head.erase(date, head.find("\r\n", date) + 2 - date);
    return head;
}

TEST(HttpResponse, writes_the_shortest_head_for_an_empty_answer) {
    HttpResponse response;
    response.status = 202;
    EXPECT_EQ(
        head_without_date(response),
        "HTTP/1.1 202 Accepted\r\nX-Content-Type-Options: nosniff\r\nContent-Length: 0\r\n\r\n"
    );
}

TEST(HttpResponse, writes_what_handler_and_connection_ask_for) {
    HttpResponse response = text_response(404, "no");
    response.add_header("X", "y");
    EXPECT_EQ(
        head_without_date(response, {.close = true}),
        "HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n"
        "X-Content-Type-Options: nosniff\r\nX: y\r\nContent-Length: 2\r\n\r\n"
    );
    EXPECT_NE(
        head_without_date(response, {.keep_alive = true}).find("Connection: keep-alive\r\n"),
        std::string::npos
    );
}

TEST(HttpResponse, lets_nobody_write_a_header_of_their_own) {
    HttpResponse response;
    response.add_header("Location", "/a\r\nSet-Cookie: b\n");
    EXPECT_EQ(response.header_lines, "Location: /a  Set-Cookie: b \r\n");
}

TEST(HttpResponse, says_when_to_try_again) {
    const HttpResponse response = overloaded_response(503, "later", 7);
    EXPECT_NE(response.header_lines.find("Retry-After: 7\r\n"), std::string::npos);
    EXPECT_EQ(response.content(), "later");
}

TEST(HttpResponse, has_a_reason_for_every_status_that_is_answered) {
    const std::vector<int> answered = {
        200, 202, 204, 302, 304, 400, 403, 404, 405, 408, 413, 415, 429, 431, 500, 501, 503, 505};
    for (const int status : answered) {
        EXPECT_NE(http_reason(status), "Unknown") << status;
    }
    EXPECT_EQ(http_reason(299), "Unknown");
}

}  // namespace
}  // namespace clew::transport
