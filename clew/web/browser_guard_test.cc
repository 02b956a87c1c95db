// SPDX-License-Identifier: Apache-2.0
// Goal: a page of another site can neither read traces nor send spans, and everything that is no
// foreign page is left alone. Method: requests as browsers, scripts and attackers send them.
#include "clew/web/browser_guard.h"

#include <gtest/gtest.h>

namespace clew::web {
namespace {

using transport::HttpRequest;

HttpRequest request_with(std::vector<transport::HttpHeader> headers) {
    HttpRequest request;
    request.headers = std::move(headers);
    return request;
}

// 0: it may pass.
int status(const BrowserOptions& options, std::vector<transport::HttpHeader> headers) {
    const auto refusal = BrowserGuard(options).refusal(request_with(std::move(headers)));
    return refusal ? refusal->status : 0;
}

TEST(BrowserGuard, knows_itself_by_addresses_and_localhost) {
    for (const char* host :
         {"127.0.0.1:9411",
          "127.0.0.1",
          "[::1]:9411",
          "[::1]",
          "10.1.2.3:80",
          "localhost:9411",
          "LOCALHOST",
          "localhost.",
          "zipkin.localhost:1"}) {
        EXPECT_EQ(status({}, {{"Host", host}}), 0) << host;
    }
    EXPECT_EQ(status({}, {}), 0) << "HTTP/1.0";
}

TEST(BrowserGuard, refuses_names_that_somebody_else_has_pointed_here) {
    for (const char* host :
         {"attacker.example",
          "attacker.example:9411",
          "localhost.attacker.example",
          "notlocalhost",
          "127.0.0.1.attacker.example"}) {
        EXPECT_EQ(status({}, {{"Host", host}}), 421) << host;
    }
    EXPECT_EQ(
        BrowserGuard({}).refusal(request_with({{"Host", "a.example"}}))->body,
        "this server is not known as 'a.example'; --allowed-hosts takes the names that it is known "
        "by"
    );
}

TEST(BrowserGuard, takes_the_names_it_is_given) {
    const BrowserOptions options{.allowed_hosts = {"Zipkin", "clew.example:80"}};
    EXPECT_EQ(status(options, {{"Host", "zipkin:9411"}}), 0);
    EXPECT_EQ(status(options, {{"Host", "clew.example:80"}}), 0);
    EXPECT_EQ(status(options, {{"Host", "clew.example:81"}}), 421);
    EXPECT_EQ(status(options, {{"Host", "other"}}), 421);
    EXPECT_EQ(status({.allowed_hosts = {"*"}}, {{"Host", "other"}}), 0);
}

TEST(BrowserGuard, takes_every_name_where_other_machines_reach_it) {
    EXPECT_EQ(status({.bind = "0.0.0.0"}, {{"Host", "zipkin:9411"}}), 0);
    EXPECT_EQ(status({.bind = "::"}, {{"Host", "zipkin:9411"}}), 0);
    const BrowserOptions named{.allowed_hosts = {"zipkin"}, .bind = "0.0.0.0"};
    EXPECT_EQ(status(named, {{"Host", "zipkin"}}), 0);
    EXPECT_EQ(status(named, {{"Host", "other"}}), 421);
    EXPECT_EQ(status({.bind = "localhost"}, {{"Host", "other"}}), 421);
}

TEST(BrowserGuard, refuses_pages_of_foreign_origins) {
    for (const char* origin :
         {"http://evil.example", "null", "http://127.0.0.1:3000", "https://127.0.0.1.evil:9411"}) {
        EXPECT_EQ(status({}, {{"Host", "127.0.0.1:9411"}, {"Origin", origin}}), 403) << origin;
    }
    EXPECT_EQ(
        status(
            {}, {{"Host", "localhost"}, {"Origin", "http://e"}, {"Sec-Fetch-Site", "cross-site"}}
        ),
        403
    );
    const auto refusal =
        BrowserGuard({}).refusal(request_with({{"Host", "localhost"}, {"Origin", "http://e"}}));
    EXPECT_EQ(
        refusal->body,
        "pages of the origin 'http://e' may not use this server; --query-allowed-origins takes "
        "those "
        "that may"
    );
}

TEST(BrowserGuard, leaves_its_own_page_and_whatever_is_no_page_alone) {
    EXPECT_EQ(status({}, {{"Host", "localhost:9411"}, {"Origin", "http://localhost:9411"}}), 0);
    for (const char* site : {"same-origin", "none"}) {
        EXPECT_EQ(
            status({}, {{"Host", "h"}, {"Origin", "https://p"}, {"Sec-Fetch-Site", site}}), 421
        );
        EXPECT_EQ(
            status(
                {.bind = "::"}, {{"Host", "h"}, {"Origin", "https://p"}, {"Sec-Fetch-Site", site}}
            ),
            0
        );
    }
    EXPECT_EQ(status({}, {{"Host", "localhost"}, {"Sec-Fetch-Site", "cross-site"}}), 0);
}

TEST(BrowserGuard, lets_listed_origins_in) {
    const BrowserOptions listed{.allowed_origins = {"http://a.org", "http://b.org"}};
    EXPECT_EQ(status(listed, {{"Host", "localhost"}, {"Origin", "http://b.org"}}), 0);
    EXPECT_EQ(status(listed, {{"Host", "localhost"}, {"Origin", "http://c.org"}}), 403);
    const BrowserOptions all{.allowed_origins = {"*"}};
    EXPECT_EQ(status(all, {{"Host", "localhost"}, {"Origin", "null"}}), 0);
}

}  // namespace
}  // namespace clew::web
