// SPDX-License-Identifier: Apache-2.0
// Goal: every way to write a peer's address is read, and every wrong one is named.
// Method: texts in, values or sentences out.
#include "clew/transport/host_port.h"

#include <gtest/gtest.h>

namespace clew::transport {
namespace {

std::string error_of(std::string_view text) {
    const Expected<HostPort> result = parse_host_port(text, 9411);
    return result ? "" : result.error().message;
}

TEST(HostPort, reads_a_name_with_a_port) {
    EXPECT_EQ(*parse_host_port("zipkin.example:9410", 1), (HostPort{"zipkin.example", 9410}));
}

TEST(HostPort, takes_the_default_port_when_none_is_written) {
    EXPECT_EQ(*parse_host_port("zipkin", 9411), (HostPort{"zipkin", 9411}));
    EXPECT_EQ(*parse_host_port("[::1]", 9411), (HostPort{"::1", 9411}));
}

TEST(HostPort, reads_ipv6_in_brackets_and_writes_it_so) {
    const Expected<HostPort> result = parse_host_port("[2001:db8::1]:80", 1);
    EXPECT_EQ(*result, (HostPort{"2001:db8::1", 80}));
    EXPECT_EQ(result->to_text(), "[2001:db8::1]:80");
    EXPECT_EQ(parse_host_port("[fe80::1%eth0]", 1)->host, "fe80::1%eth0");
}

TEST(HostPort, names_what_is_wrong) {
    EXPECT_EQ(error_of("zipkin:0"), "'zipkin:0' has no port from 1 to 65535 after its colon");
    EXPECT_EQ(
        error_of("zipkin:65536"), "'zipkin:65536' has no port from 1 to 65535 after its colon"
    );
    EXPECT_EQ(error_of("zipkin:"), "'zipkin:' has no port from 1 to 65535 after its colon");
    EXPECT_EQ(error_of("zipkin:80x"), "'zipkin:80x' has no port from 1 to 65535 after its colon");
    EXPECT_EQ(error_of(""), "'' names no host");
    EXPECT_EQ(error_of(":80"), "':80' names no host");
    EXPECT_EQ(error_of("a b:80"), "'a b:80' names no host");
    EXPECT_EQ(error_of("::1:80"), "'::1:80' has several colons: write an IPv6 address in brackets");
    for (const std::string text : {"[127.0.0.1:9410]:9410", "[127.0.0.1]", "[]:1", "[zipkin]"}) {
        EXPECT_EQ(error_of(text), "'" + text + "' has no IPv6 address in its brackets");
    }
    EXPECT_EQ(error_of("zip%kin"), "'zip%kin' names no host");
    EXPECT_EQ(error_of("[::1"), "'[::1' has no closing bracket");
    EXPECT_EQ(error_of("[::1]80"), "'[::1]80' has text after its bracket");
    EXPECT_EQ(error_of(std::string(254, 'a')), "'" + std::string(254, 'a') + "' names no host");
}

}  // namespace
}  // namespace clew::transport
