// SPDX-License-Identifier: Apache-2.0
// Goal: the page is found at every address a person can be at, kept by browsers as long as it
// should be, and lets no foreign script in. Method: three files of our own instead of the real
// page.
#include "clew/web/ui_routes.h"

#include <array>

#include <gtest/gtest.h>

#include "clew/web/internal/recorded_answer.h"
#include "clew/wire/compression.h"

namespace clew::web {
namespace {

using transport::HttpResponse;

constexpr std::array<UiAsset, 3> kAssets = {{
    {"index.html", "text/html; charset=utf-8", "<html><base href=\"/zipkin/\" /></html>"},
    {"index-abc.js", "text/javascript; charset=utf-8", "let a;"},
    {"favicon.svg", "image/svg+xml", "<svg/>"},
}};

struct UiRoutesTest : ::testing::Test {
    void mount(UiAssets assets, const UiConfig& config = {}) {
        routes = std::make_unique<UiRoutes>(assets, config);
        routes->mount(router);
    }
    std::unique_ptr<UiRoutes> routes;
    Router router;
};

TEST_F(UiRoutesTest, sends_people_to_the_page_with_a_relative_address) {
    mount(kAssets);
    for (const char* path : {"/", "/zipkin"}) {
        const HttpResponse response = ask(router, path);
        EXPECT_EQ(response.status, 302) << path;
        EXPECT_EQ(header_of(response, "Location"), "/zipkin/") << path;
    }
    EXPECT_EQ(header_of(ask(router, "/?serviceName=a"), "Location"), "/zipkin/?serviceName=a");
    EXPECT_EQ(header_of(ask(router, "/favicon.ico"), "Location"), "/zipkin/favicon.ico");
    EXPECT_EQ(header_of(ask(router, "/zipkin/favicon.ico"), "Location"), "/zipkin/favicon.svg");
}

TEST_F(UiRoutesTest, serves_the_page_at_every_address_of_it) {
    mount(kAssets);
    for (const char* path :
         {"/zipkin/",
          "/zipkin/index.html",
          "/zipkin/traces/abc",
          "/zipkin/dependency",
          "/zipkin/traceViewer"}) {
        const HttpResponse response = ask(router, path);
        EXPECT_EQ(response.status, 200) << path;
        EXPECT_EQ(response.content(), kAssets[0].content) << path;
        EXPECT_EQ(header_of(response, "Cache-Control"), "max-age=60");
        EXPECT_EQ(response.content_type, "text/html; charset=utf-8");
    }
}

TEST_F(UiRoutesTest, serves_the_page_at_unknown_addresses_to_browsers_only) {
    mount(kAssets);
    const Headers browser = {{"Accept", "text/html,application/xhtml+xml;q=0.9"}};
    EXPECT_EQ(ask(router, "/zipkin/some/deep/link", browser).status, 200);
    EXPECT_EQ(ask(router, "/zipkin/some/deep/link").status, 404);
    EXPECT_EQ(ask(router, "/zipkin/api/v2/nothing", browser).status, 404);
    EXPECT_EQ(ask(router, "/elsewhere", browser).status, 404);
}

TEST_F(UiRoutesTest, lets_no_foreign_script_into_the_page) {
    mount(kAssets);
    const HttpResponse response = ask(router, "/zipkin/");
    EXPECT_EQ(
        header_of(response, "Content-Security-Policy"),
        "default-src 'self'; style-src 'self'; img-src 'self' data:; script-src 'self'; "
        "connect-src 'self'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'"
    );
    EXPECT_EQ(header_of(response, "Referrer-Policy"), "no-referrer");
}

TEST_F(UiRoutesTest, lets_the_page_post_to_the_archive_and_nowhere_else) {
    const auto connects_to = [](std::string archive_post_url) {
        UiConfig config;
        config.archive_post_url = std::move(archive_post_url);
        const UiRoutes with_archive(kAssets, config);
        Router routed;
        with_archive.mount(routed);
        const std::string policy = header_of(ask(routed, "/zipkin/"), "Content-Security-Policy");
        const std::size_t at = policy.find("connect-src ") + 12;
        return policy.substr(at, policy.find("; frame-ancestors") - at);
    };
    EXPECT_EQ(connects_to("https://archive:9411/api/v2/spans"), "'self' https://archive:9411");
    EXPECT_EQ(connects_to("http://archive.example?key=1"), "'self' http://archive.example");
    EXPECT_EQ(connects_to("https://archive"), "'self' https://archive");
    EXPECT_EQ(connects_to("/api/v2/spans"), "'self'");
    EXPECT_EQ(connects_to("javascript:alert(1)"), "'self'");
    EXPECT_EQ(connects_to("https://a; script-src *"), "'self'");
    EXPECT_EQ(connects_to("https:///api"), "'self'");
}

TEST_F(UiRoutesTest, serves_files_to_be_kept_for_good) {
    mount(kAssets);
    const HttpResponse response = ask(router, "/zipkin/index-abc.js");
    EXPECT_EQ(response.content(), "let a;");
    EXPECT_EQ(response.content_type, "text/javascript; charset=utf-8");
    EXPECT_EQ(header_of(response, "Cache-Control"), "max-age=31536000, immutable");
}

TEST_F(UiRoutesTest, answers_304_when_a_browser_has_the_current_file) {
    mount(kAssets);
    for (const char* path : {"/zipkin/", "/zipkin/index-abc.js"}) {
        const std::string etag = header_of(ask(router, path), "ETag");
        ASSERT_EQ(etag.size(), 18u) << path;
        const std::string list = "\"other\", W/" + etag;
        for (const std::string& known : {etag, list, std::string("*")}) {
            const HttpResponse response = ask(router, path, {{"If-None-Match", known}});
            EXPECT_EQ(response.status, 304) << path << known;
            EXPECT_EQ(header_of(response, "ETag"), etag);
            EXPECT_EQ(response.content(), "");
        }
        EXPECT_EQ(ask(router, path, {{"If-None-Match", "\"other\""}}).status, 200);
    }
    EXPECT_NE(
        header_of(ask(router, "/zipkin/"), "ETag"),
        header_of(ask(router, "/zipkin/index-abc.js"), "ETag")
    );
}

TEST_F(UiRoutesTest, serves_what_was_compressed_when_it_was_built) {
    const std::array<UiAsset, 2> assets = {{
        {"index.html", "text/html; charset=utf-8", "plain page", "gzip page", "brotli page"},
        {"a.js", "text/javascript", "plain script", "gzip script", {}},
    }};
    mount(assets);
    const auto get = [this](const char* path, const char* accepted) {
        return ask(router, path, {{"Accept-Encoding", accepted}});
    };
    EXPECT_EQ(get("/zipkin/", "gzip, deflate, br").content(), "brotli page");
    EXPECT_EQ(get("/zipkin/", "gzip").content(), "gzip page");
    EXPECT_EQ(get("/zipkin/", "br;q=0, gzip").content(), "gzip page");
    EXPECT_EQ(get("/zipkin/", "identity").content(), "plain page");
    EXPECT_EQ(get("/zipkin/a.js", "br").content(), "plain script");
    const HttpResponse script = get("/zipkin/a.js", "gzip, br");
    EXPECT_EQ(script.content(), "gzip script");
    EXPECT_EQ(header_of(script, "Content-Encoding"), "gzip");
    EXPECT_EQ(header_of(script, "Vary"), "Accept-Encoding");
    EXPECT_EQ(header_of(get("/zipkin/a.js", "br"), "Vary"), "Accept-Encoding");
    EXPECT_NE(header_of(script, "ETag"), header_of(get("/zipkin/a.js", "br"), "ETag"));
    const std::string etag = header_of(script, "ETag");
    const Headers known = {{"Accept-Encoding", "gzip"}, {"If-None-Match", etag}};
    EXPECT_EQ(ask(router, "/zipkin/a.js", known).status, 304);
}

TEST_F(UiRoutesTest, compresses_the_page_once_when_its_base_is_another) {
    const std::string page = "<base href=\"/zipkin/\">" + std::string(1000, 'x');
    const std::array<UiAsset, 1> assets = {
        {{"index.html", "text/html; charset=utf-8", page, "gzip page", "brotli page"}}};
    UiConfig config;
    config.base_path = "/tracing";
    mount(assets, config);
    const HttpResponse response = ask(router, "/zipkin/", {{"Accept-Encoding", "br, gzip"}});
    EXPECT_EQ(header_of(response, "Content-Encoding"), "gzip");
    std::string text;
    ASSERT_TRUE(wire::gunzip(std::string(response.content()), 10'000, 0, text).has_value());
    EXPECT_EQ(text, "<base href=\"/tracing/\">" + std::string(1000, 'x'));
}

TEST_F(UiRoutesTest, serves_the_operators_configuration) {
    UiConfig config;
    config.query_limit = 77;
    mount(kAssets, config);
    const HttpResponse response = ask(router, "/zipkin/config.json");
    EXPECT_EQ(response.content_type, "application/json; charset=utf-8");
    EXPECT_EQ(response.body, ui_config_json(config));
    EXPECT_EQ(header_of(response, "Cache-Control"), "max-age=600");
}

TEST_F(UiRoutesTest, tells_the_page_where_a_proxy_shows_it) {
    UiConfig config;
    config.base_path = "/tracing";
    mount(kAssets, config);
    EXPECT_EQ(ask(router, "/zipkin/").content(), "<html><base href=\"/tracing/\" /></html>");
    UiConfig root;
    root.base_path = "/";
    mount(kAssets, root);
    EXPECT_EQ(ask(router, "/zipkin/").content(), "<html><base href=\"/\" /></html>");
}

TEST_F(UiRoutesTest, says_how_to_build_the_page_when_it_is_not_there) {
    mount({});
    const HttpResponse response = ask(router, "/zipkin/");
    EXPECT_EQ(response.status, 404);
    EXPECT_NE(response.body.find("-DCLEW_UI=ON"), std::string::npos);
    EXPECT_EQ(ask(router, "/zipkin/config.json").status, 200);
}

}  // namespace
}  // namespace clew::web
