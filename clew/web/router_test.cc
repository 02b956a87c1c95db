// SPDX-License-Identifier: Apache-2.0
// Goal: the right route answers, every resource behaves as HTTP says, and browsers are told who may
// read. Method: a router with a few routes, asked without a socket.
#include "clew/web/router.h"

#include <new>

#include <gtest/gtest.h>

#include "clew/web/internal/recorded_answer.h"
#include "clew/wire/compression.h"

namespace clew::web {
namespace {

using transport::HttpMethod;
using transport::HttpRequest;
using transport::HttpResponder;
using transport::HttpResponse;

Router::Route says(std::string text, std::string type = "application/json") {
    return [text, type](const HttpRequest&, const HttpResponder& responder) {
        HttpResponse response;
        response.content_type = type;
        response.body = text;
        responder.send(std::move(response));
    };
}

Router with_routes(RouterOptions options = {}) {
    Router router(std::move(options));
    router.get("/a", says("get a"));
    router.post("/a", says("post a"));
    router.get("/only-get", says("only get"));
    router.post("/only-post", says("only post"));
    router.get_below("/below/", "{rest}", says("below"));
    router.get_below("/below/deeper/", "{rest}", says("deeper"));
    router.get("/below/exact", says("exact"));
    router.get("/large", says(std::string(5000, 'x')));
    router.get("/large.png", says(std::string(5000, 'x'), "image/png"));
    router.get("/small", says(std::string(2047, 'x')));
    return router;
}

TEST(Router, finds_exact_paths_before_longer_prefixes_before_shorter_ones) {
    const Router router = with_routes();
    EXPECT_EQ(ask(router, "/a?b=c").body, "get a");
    EXPECT_EQ(ask(router, "/a", {}, HttpMethod::post).body, "post a");
    EXPECT_EQ(ask(router, "/below/").body, "below");
    EXPECT_EQ(ask(router, "/below/x/y").body, "below");
    EXPECT_EQ(ask(router, "/below/deeper/x").body, "deeper");
    EXPECT_EQ(ask(router, "/below/exact").body, "exact");
}

TEST(Router, answers_404_to_what_is_not_there) {
    const Router router = with_routes();
    for (const char* path : {"/", "/A", "/a/", "/below", "*"}) {
        EXPECT_EQ(ask(router, path).status, 404) << path;
    }
}

TEST(Router, answers_head_as_get) {
    EXPECT_EQ(ask(with_routes(), "/a", {}, HttpMethod::head).body, "get a");
}

TEST(Router, answers_405_and_says_what_is_allowed) {
    const Router router = with_routes();
    const HttpResponse post = ask(router, "/only-get", {}, HttpMethod::post);
    EXPECT_EQ(post.status, 405);
    EXPECT_EQ(header_of(post, "Allow"), "GET, HEAD");
    const HttpResponse get = ask(router, "/only-post");
    EXPECT_EQ(get.status, 405);
    EXPECT_EQ(header_of(get, "Allow"), "POST");
    const HttpResponse put = ask(router, "/a", {}, HttpMethod::put);
    EXPECT_EQ(put.status, 405);
    EXPECT_EQ(header_of(put, "Allow"), "GET, HEAD, POST");
}

TEST(Router, answers_405_to_trace_on_any_path) {
    const Router router = with_routes();
    EXPECT_EQ(ask(router, "/a", {}, HttpMethod::trace).status, 405);
    EXPECT_EQ(ask(router, "/nowhere", {}, HttpMethod::trace).status, 405);
}

TEST(Router, compresses_large_texts_for_those_who_take_it) {
    const Router router = with_routes();
    const HttpResponse compressed = ask(router, "/large", {{"Accept-Encoding", "br, gzip"}});
    EXPECT_EQ(header_of(compressed, "Content-Encoding"), "gzip");
    EXPECT_EQ(header_of(compressed, "Vary"), "Accept-Encoding");
    std::string text;
    ASSERT_TRUE(wire::gunzip(compressed.body, 10'000, 0, text).has_value());
    EXPECT_EQ(text, std::string(5000, 'x'));
    const HttpResponse plain = ask(router, "/large");
    EXPECT_EQ(header_of(plain, "Content-Encoding"), "");
    EXPECT_EQ(header_of(plain, "Vary"), "Accept-Encoding");
    EXPECT_EQ(plain.body.size(), 5000u);
}

TEST(Router, compresses_neither_small_answers_nor_pictures) {
    const Router router = with_routes();
    for (const char* path : {"/small", "/large.png"}) {
        const HttpResponse response = ask(router, path, {{"Accept-Encoding", "gzip"}});
        EXPECT_EQ(header_of(response, "Content-Encoding"), "") << path;
        EXPECT_EQ(header_of(response, "Vary"), "") << path;
    }
    const HttpResponse refused = ask(router, "/large", {{"Accept-Encoding", "gzip;q=0"}});
    EXPECT_EQ(header_of(refused, "Content-Encoding"), "");
}

RouterOptions lets_in(std::vector<std::string> origins) {
    return {.browsers = {.allowed_origins = std::move(origins)}};
}

TEST(Router, lets_pages_of_every_origin_read_where_all_are_listed) {
    const HttpResponse response =
        ask(with_routes(lets_in({"*"})), "/a", {{"Origin", "http://example.org"}});
    EXPECT_EQ(header_of(response, "Access-Control-Allow-Origin"), "*");
    EXPECT_EQ(header_of(response, "Vary"), "");
    EXPECT_EQ(header_of(response, "Access-Control-Allow-Credentials"), "");
    EXPECT_EQ(
        header_of(response, "Access-Control-Expose-Headers"),
        "grpc-status,grpc-message,armeria.grpc.ThrowableProto-bin"
    );
    const HttpResponse without = ask(with_routes(), "/a");
    EXPECT_EQ(header_of(without, "Access-Control-Allow-Origin"), "");
}

TEST(Router, says_so_to_posts_and_errors_too) {
    const Router router = with_routes(lets_in({"*"}));
    const Headers headers = {{"Origin", "http://example.org"}};
    EXPECT_EQ(
        header_of(ask(router, "/a", headers, HttpMethod::post), "Access-Control-Allow-Origin"), "*"
    );
    EXPECT_EQ(header_of(ask(router, "/nowhere", headers), "Access-Control-Allow-Origin"), "*");
}

TEST(Router, echoes_an_origin_from_the_list) {
    const Router router = with_routes(lets_in({"http://a.org", "http://b.org"}));
    const HttpResponse response = ask(router, "/a", {{"origin", "http://b.org"}});
    EXPECT_EQ(header_of(response, "Access-Control-Allow-Origin"), "http://b.org");
    EXPECT_EQ(header_of(response, "Vary"), "origin");
    EXPECT_EQ(header_of(response, "Access-Control-Allow-Headers"), "content-type,x-grpc-web");
}

TEST(Router, refuses_an_origin_that_is_not_listed) {
    for (const Router& router : {with_routes(), with_routes(lets_in({"http://a.org"}))}) {
        for (const HttpMethod method : {HttpMethod::get, HttpMethod::post, HttpMethod::options}) {
            const HttpResponse response = ask(router, "/a", {{"Origin", "http://b.org"}}, method);
            EXPECT_EQ(response.status, 403);
            EXPECT_EQ(response.header_lines.find("Access-Control"), std::string::npos);
        }
    }
}

TEST(Router, refuses_a_host_that_is_not_its_own) {
    EXPECT_EQ(ask(with_routes(), "/a", {{"Host", "evil.example"}}).status, 421);
    EXPECT_EQ(ask(with_routes(), "/a", {{"Host", "localhost"}}).status, 200);
}

TEST(Router, reads_a_path_as_zipkin_does) {
    const Router router = with_routes();
    for (const char* path : {"//a", "///a", "/%61", "/a;x=y", "/;x/a", "//%61;jsessionid=1?q"}) {
        EXPECT_EQ(ask(router, path).body, "get a") << path;
        EXPECT_EQ(ask(router, path, {}, HttpMethod::post).body, "post a") << path;
    }
    EXPECT_EQ(ask(router, "//below//x").body, "below");
    for (const char* path : {"/%2Fa", "/a%3Bb", "/a%", "/a%6", "/a%zz", "/A", "/a/"}) {
        EXPECT_EQ(ask(router, path).status, 404) << path;
    }
}

TEST(Router, answers_405_to_a_method_nobody_knows_on_any_path) {
    const HttpResponse response = ask(with_routes(), "/nowhere", {}, HttpMethod::other);
    EXPECT_EQ(response.status, 405);
    EXPECT_EQ(header_of(response, "Allow"), "GET, HEAD, POST");
}

TEST(Router, answers_503_when_there_is_no_memory) {
    Router router;
    router.get("/big", [](const HttpRequest&, const HttpResponder&) { throw std::bad_alloc(); });
    const HttpResponse response = ask(router, "/big");
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(header_of(response, "Retry-After"), "1");
}

TEST(Router, answers_preflights) {
    const Headers headers = {{"Origin", "http://a.org"}, {"Access-Control-Request-Method", "POST"}};
    const HttpResponse any = ask(with_routes(lets_in({"*"})), "/a", headers, HttpMethod::options);
    EXPECT_EQ(any.status, 200);
    EXPECT_EQ(header_of(any, "Access-Control-Allow-Origin"), "*");
    EXPECT_EQ(header_of(any, "Access-Control-Allow-Methods"), "GET,POST");
    EXPECT_EQ(header_of(any, "Access-Control-Allow-Headers"), "content-type,x-grpc-web");
    const Router listed = with_routes(lets_in({"http://a.org"}));
    const HttpResponse one = ask(listed, "/a", headers, HttpMethod::options);
    EXPECT_EQ(header_of(one, "Access-Control-Allow-Origin"), "http://a.org");
    EXPECT_EQ(header_of(one, "Access-Control-Allow-Headers"), "content-type,x-grpc-web");
    const Router other = with_routes(lets_in({"http://b.org"}));
    EXPECT_EQ(ask(other, "/a", headers, HttpMethod::options).status, 403);
    EXPECT_EQ(ask(with_routes(), "/a", {}, HttpMethod::options).status, 405);
}

TEST(Router, counts_what_the_api_was_asked_under_the_names_of_its_resources) {
    RequestMetrics metrics;
    Router router({}, &metrics);
    router.get("/api/v2/services", says("[]"));
    router.get("/zipkin/api/v2/services", says("[]"));
    router.post("/api/v2/spans", says(""));
    router.get_below("/api/v2/trace/", "{traceId}", says("[]"));
    router.get("/health", says("well"));
    ask(router, "/api/v2/services");
    ask(router, "/zipkin/api/v2/services");
    ask(router, "/api/v2/spans", {}, HttpMethod::post);
    ask(router, "/api/v2/spans");
    ask(router, "/api/v2/trace/1");
    ask(router, "/api/v2/trace/2");
    ask(router, "/health");
    ask(router, "/nowhere");
    const std::string text = metrics.text();
    for (const char* line :
         {"_count{method=\"GET\",status=\"200\",uri=\"/api/v2/services\",} 2.0\n",
          "_count{method=\"POST\",status=\"200\",uri=\"/api/v2/spans\",} 1.0\n",
          "_count{method=\"GET\",status=\"405\",uri=\"/api/v2/spans\",} 1.0\n",
          "_count{method=\"GET\",status=\"200\",uri=\"/api/v2/trace/{traceId}\",} 2.0\n"}) {
        EXPECT_NE(text.find(line), std::string::npos) << line << text;
    }
    EXPECT_EQ(text.find("health"), std::string::npos);
    EXPECT_EQ(text.find("nowhere"), std::string::npos);
}

}  // namespace
}  // namespace clew::web
