// SPDX-License-Identifier: Apache-2.0
// Goal: every endpoint that a person would write is understood, every other one is explained.
// Method: texts in, values or sentences out.
#include "clew/tracing/collector_address.h"

#include <gtest/gtest.h>

namespace clew::tracing {
namespace {

using Protocol = CollectorAddress::Protocol;

std::string error_of(std::string_view text) {
    const Expected<CollectorAddress> address = parse_collector_address(text);
    return address ? "" : address.error().message;
}

TEST(CollectorAddress, reads_scribe) {
    const Expected<CollectorAddress> address = parse_collector_address("scribe://relay:9999");
    EXPECT_EQ(address->protocol, Protocol::scribe);
    EXPECT_EQ(address->peer, (transport::HostPort{"relay", 9999}));
    EXPECT_EQ(parse_collector_address("scribe://relay/")->peer.port, 9410);
}

TEST(CollectorAddress, reads_http) {
    const Expected<CollectorAddress> address =
        parse_collector_address("http://[::1]:80/zipkin/api/v2/spans?x=y");
    EXPECT_EQ(address->protocol, Protocol::http);
    EXPECT_EQ(address->peer, (transport::HostPort{"::1", 80}));
    EXPECT_EQ(address->path, "/zipkin/api/v2/spans?x=y");
}

TEST(CollectorAddress, fills_in_zipkins_port_and_path) {
    for (const char* text : {"http://zipkin", "http://zipkin/", "http://zipkin:9411"}) {
        const Expected<CollectorAddress> address = parse_collector_address(text);
        EXPECT_EQ(address->peer, (transport::HostPort{"zipkin", 9411}));
        EXPECT_EQ(address->path, "/api/v2/spans");
    }
}

TEST(CollectorAddress, knows_https) {
    const Expected<CollectorAddress> address = parse_collector_address("https://zipkin");
    ASSERT_TRUE(address);
    EXPECT_TRUE(address->is_tls);
    EXPECT_EQ(address->protocol, CollectorAddress::Protocol::http);
    EXPECT_EQ(address->peer, (transport::HostPort{"zipkin", 443}));
    EXPECT_EQ(address->path, "/api/v2/spans");
    EXPECT_EQ(parse_collector_address("https://zipkin:9411/x")->peer.port, 9411);
    EXPECT_FALSE(parse_collector_address("http://zipkin")->is_tls);
}

TEST(CollectorAddress, takes_a_scheme_in_any_case) {
    EXPECT_EQ(parse_collector_address("HTTP://zipkin")->path, "/api/v2/spans");
    EXPECT_EQ(parse_collector_address("Scribe://relay")->protocol, Protocol::scribe);
    EXPECT_TRUE(parse_collector_address("HTTPS://zipkin")->is_tls);
}

TEST(CollectorAddress, is_written_for_people_without_what_may_be_a_key) {
    const auto written = [](const char* text) { return parse_collector_address(text)->to_text(); };
    EXPECT_EQ(written("http://zipkin"), "http://zipkin:9411/api/v2/spans");
    EXPECT_EQ(written("https://zipkin/trace/v1?Api-Key=secret"), "https://zipkin:443/trace/v1");
    EXPECT_EQ(written("scribe://[::1]"), "scribe://[::1]:9410");
}

TEST(CollectorAddress, explains_what_is_wrong) {
    EXPECT_EQ(
        error_of("zipkin:9411"),
        "'zipkin:9411' begins neither with scribe:// nor with http://; write "
        "http://zipkin:9411/api/v2/spans"
    );
    EXPECT_EQ(
        error_of("10.0.0.7:9410"),
        "'10.0.0.7:9410' begins neither with scribe:// nor with http://; write "
        "scribe://10.0.0.7:9410"
    );
    EXPECT_EQ(error_of("htp://h"), "'htp://h' begins neither with scribe:// nor with http://");
    EXPECT_EQ(
        error_of("http://me:secret@h/x"),
        "'http://***@h/x' has a user or password, which are not sent: leave them out"
    );
    EXPECT_EQ(
        error_of("scribe://[127.0.0.1:9410]:9410"),
        "'scribe://[127.0.0.1:9410]:9410' is no address: '[127.0.0.1:9410]:9410' has no IPv6 "
        "address in its brackets"
    );
    EXPECT_EQ(error_of(" http://h"), "' http://h' has a space or a control character in it");
    EXPECT_EQ(
        error_of("http://z\xc3\xbcrich"),
        "'http://z\xc3\xbcrich' has a character beyond ASCII: write it as DNS or a URL has it"
    );
    EXPECT_EQ(
        error_of("http://h/#x"), "'http://h/#x' has a fragment (#), which no request carries"
    );
    EXPECT_EQ(
        error_of("http://h:99999"),
        "'http://h:99999' is no address: 'h:99999' has no port from 1 to 65535 after its colon"
    );
    EXPECT_EQ(error_of("scribe://h/x"), "'scribe://h/x' has a path, which scribe does not know");
    EXPECT_EQ(
        error_of("http://h:1/a b"), "'http://h:1/a b' has a space or a control character in it"
    );
    EXPECT_EQ(error_of("http://:1"), "'http://:1' is no address: ':1' names no host");
    EXPECT_EQ(
        error_of("http://h/" + std::string(2048, 'x')),
        "'http://h/" + std::string(2048, 'x') + "' has a path of more than 2048 bytes"
    );
}

}  // namespace
}  // namespace clew::tracing
