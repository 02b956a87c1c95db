// SPDX-License-Identifier: Apache-2.0
// Goal: addresses are read as leniently and printed as peculiarly as Zipkin does.
#include "clew/base/ip_address.h"

#include <gtest/gtest.h>

namespace clew {
namespace {

// What the address prints as, or nothing.
std::string printed(std::string_view text) {
    const IpAddress address = parse_ip(text);
    EXPECT_FALSE(address.v4 && address.v6);
    std::string out;
    if (address.v4) append_ip(*address.v4, out, address.v4_zeros);
    if (address.v6) append_ip(*address.v6, out);
    return out;
}

TEST(IpAddress, reads_and_prints_ipv4) {
    EXPECT_EQ(printed("43.0.192.2"), "43.0.192.2");
    EXPECT_EQ(printed("255.255.255.255"), "255.255.255.255");
    EXPECT_EQ(printed("0.0.0.0"), "0.0.0.0");
}

TEST(IpAddress, keeps_leading_zeros_of_ipv4) {
    EXPECT_EQ(printed("10.0.0.04"), "10.0.0.04");
    EXPECT_EQ(printed("000.00.001.255"), "000.00.001.255");
    EXPECT_EQ(parse_ip("10.0.0.04").v4, parse_ip("10.0.0.4").v4);
    EXPECT_EQ(parse_ip("10.0.0.4").v4_zeros, 0);
    EXPECT_EQ(printed("10.0.0.0004"), "");
    EXPECT_EQ(printed("10.0.0.+4"), "");
    EXPECT_EQ(printed("10.0.0.-4"), "");
}

TEST(IpAddress, mapped_and_compatible_text_is_ipv4) {
    EXPECT_EQ(printed("::ffff:1.2.3.4"), "1.2.3.4");
    EXPECT_EQ(printed("::ffff:102:304"), "::ffff:102:304");
    EXPECT_EQ(printed("::FFFF:1.2.3.4"), "1.2.3.4");
    EXPECT_EQ(printed("::1.2.3.4"), "1.2.3.4");
}

TEST(IpAddress, prints_ipv6_compressed) {
    EXPECT_EQ(printed("2001:db8::c001"), "2001:db8::c001");
    EXPECT_EQ(printed("2001:0DB8:0000:0000:0000:0000:C001:3036"), "2001:db8::c001:3036");
    EXPECT_EQ(printed("::1"), "::1");
    EXPECT_EQ(printed("::"), "::");
}

TEST(IpAddress, compresses_the_longest_run_the_first_on_ties_and_a_single_group) {
    EXPECT_EQ(printed("1:0:0:2:0:0:0:3"), "1:0:0:2::3");
    EXPECT_EQ(printed("1:0:0:2:3:0:0:4"), "1::2:3:0:0:4");
    EXPECT_EQ(printed("1:2:0:3:4:5:6:7"), "1:2::3:4:5:6:7");
}

TEST(IpAddress, compresses_a_run_at_the_end_only_when_there_is_no_other) {
    EXPECT_EQ(printed("2001:db8::"), "2001:db8::");
    EXPECT_EQ(printed("1:0:2:3:0:0:0:0"), "1::2:3:0:0:0:0");
}

TEST(IpAddress, refuses_what_is_no_address) {
    for (const char* text :
         {"",
          "localhost",
          "1.2.3",
          "1.2.3.256",
          "1.2.3.4.5",
          "fe80::1%eth0",
          ":::",
          "1::2::3",
          "12345::"}) {
        EXPECT_EQ(printed(text), "") << text;
    }
    EXPECT_EQ(printed(std::string(1'000'000, '1')), "");
    EXPECT_EQ(printed(std::string_view("1.2.3.4\0", 8)), "");
}

TEST(IpAddress, sixteen_bytes_that_begin_with_twelve_zeros_are_ipv4) {
    Ipv6Address bytes{};
    bytes[12] = 1;
    bytes[15] = 4;
    EXPECT_EQ(ip_from_bytes16(bytes).v4, (Ipv4Address{1, 0, 0, 4}));
    Ipv6Address loopback{};
    loopback[15] = 1;
    EXPECT_EQ(ip_from_bytes16(loopback).v6, loopback);
    bytes[10] = bytes[11] = 0xff;  // mapped, which Zipkin does not recognise in bytes
    EXPECT_EQ(ip_from_bytes16(bytes).v6, bytes);
}

}  // namespace
}  // namespace clew
