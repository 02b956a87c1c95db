// SPDX-License-Identifier: Apache-2.0
// Goal: header lists and request targets are read as HTTP means them. Method: rows of text.
#include "clew/transport/http/http_request.h"

#include <gtest/gtest.h>

namespace clew::transport {
namespace {

TEST(HttpRequest, finds_the_first_header_of_a_name_whatever_its_case) {
    HttpRequest request;
    request.headers = {{"X-B3-TraceId", "1"}, {"x-b3-traceid", "2"}};
    EXPECT_EQ(request.header("X-B3-TRACEID"), "1");
    EXPECT_EQ(request.header("X-B3-SpanId"), "");
}

TEST(HttpRequest, splits_a_target_at_its_first_question_mark) {
    HttpRequest request;
    EXPECT_TRUE(request.set_target("/api/v2/traces?annotationQuery=a?b"));
    EXPECT_EQ(request.path, "/api/v2/traces");
    EXPECT_EQ(request.query, "annotationQuery=a?b");
    EXPECT_EQ(request.host, "");
}

TEST(HttpRequest, takes_the_host_from_an_absolute_target) {
    HttpRequest request;
    EXPECT_TRUE(request.set_target("http://127.0.0.1:9411?x"));
    EXPECT_EQ(request.path, "/");
    EXPECT_EQ(request.query, "x");
    EXPECT_EQ(request.host, "127.0.0.1:9411");
    EXPECT_TRUE(request.set_target("HTTPS://[::1]/a"));
    EXPECT_EQ(request.path, "/a");
    EXPECT_EQ(request.host, "[::1]");
}

TEST(HttpRequest, refuses_targets_of_other_forms) {
    HttpRequest request;
    request.method = HttpMethod::get;
    for (const char* target :
         {"*", "a", "host:80", "ftp://host/", "http:///a", "http://u@h/", ""}) {
        EXPECT_FALSE(request.set_target(target)) << target;
    }
    request.method = HttpMethod::options;
    EXPECT_TRUE(request.set_target("*"));
    EXPECT_EQ(request.path, "*");
}

TEST(HttpRequest, knows_a_word_for_every_method_but_others) {
    for (const HttpMethod method :
         {HttpMethod::get,
          HttpMethod::head,
          HttpMethod::post,
          HttpMethod::put,
          HttpMethod::patch,
          HttpMethod::del,
          HttpMethod::options,
          HttpMethod::trace}) {
        EXPECT_FALSE(http_method_name(method).empty());
    }
    EXPECT_EQ(http_method_name(HttpMethod::del), "DELETE");
    EXPECT_EQ(http_method_name(HttpMethod::other), "");
}

TEST(HttpRequest, takes_a_quality_of_zero_for_a_no) {
    EXPECT_TRUE(list_has_token("gzip", "gzip"));
    EXPECT_TRUE(list_has_token("deflate, GZip;q=0.5, br", "gzip"));
    EXPECT_TRUE(list_has_token(" gzip ; q=1", "gzip"));
    EXPECT_FALSE(list_has_token("gzip;q=0", "gzip"));
    EXPECT_FALSE(list_has_token("gzip; q=0.000", "gzip"));
    EXPECT_FALSE(list_has_token("x-gzip", "gzip"));
    EXPECT_FALSE(list_has_token("", "gzip"));
}

TEST(HttpRequest, forgets_everything_when_cleared) {
    ByteBudget budget(100);
    HttpRequest request;
    request.set_target("/a?b");
    request.headers = {{"a", "b"}};
    request.body = "body";
    request.reservation = ByteReservation(budget);
    ASSERT_TRUE(request.reservation.grow(4));
    request.clear();
    EXPECT_EQ(request.path, "");
    EXPECT_EQ(request.query, "");
    EXPECT_TRUE(request.headers.empty());
    EXPECT_EQ(request.body, "");
    EXPECT_EQ(budget.bytes_in_use(), 0u);
}

}  // namespace
}  // namespace clew::transport
