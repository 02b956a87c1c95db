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

TEST(CollectorAddress, explains_what_is_wrong) {
    EXPECT_EQ(
        error_of("zipkin:9411"), "'zipkin:9411' begins neither with scribe:// nor with http://"
    );
    EXPECT_EQ(error_of("scribe://h/x"), "'scribe://h/x' has a path, which scribe does not know");
    EXPECT_EQ(
        error_of("http://h:1/a b"), "'http://h:1/a b' has a path that no request line can carry"
    );
    EXPECT_EQ(error_of("http://:1"), "'http://:1' is no address: ':1' names no host");
    EXPECT_EQ(
        error_of("http://h/" + std::string(2048, 'x')),
        "'http://h/" + std::string(2048, 'x') + "' has a path that no request line can carry"
    );
}

}  // namespace
}  // namespace clew::tracing
