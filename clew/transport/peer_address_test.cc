// SPDX-License-Identifier: Apache-2.0
// Goal: what counts as one peer. Method: rows of addresses as accept() gives them.
#include "clew/transport/peer_address.h"

#include <string>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <gtest/gtest.h>

namespace clew::transport {
namespace {

PeerAddress peer(const std::string& text, std::uint16_t port = 1) {
    sockaddr_storage storage{};
    auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
    auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
    if (inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
    } else if (inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1) {
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(port);
    }
    return PeerAddress::of(storage);
}

TEST(PeerAddress, is_the_address_without_the_port) {
    EXPECT_EQ(peer("127.0.0.1", 1), peer("127.0.0.1", 2));
    EXPECT_NE(peer("127.0.0.1"), peer("127.0.0.2"));
    EXPECT_EQ(peer("2001:db8::1", 1), peer("2001:db8::1", 2));
}

TEST(PeerAddress, is_the_same_for_both_forms_of_an_ipv4_address) {
    EXPECT_EQ(peer("10.1.2.3"), peer("::ffff:10.1.2.3"));
    EXPECT_NE(peer("::ffff:10.1.2.3"), peer("::ffff:10.1.2.4"));
}

TEST(PeerAddress, takes_one_ipv6_network_for_one_peer) {
    EXPECT_EQ(peer("2001:db8:0:1::1"), peer("2001:db8:0:1:ffff::2"));
    EXPECT_NE(peer("2001:db8:0:1::1"), peer("2001:db8:0:2::1"));
    EXPECT_EQ(peer("unknown"), PeerAddress{});
}

}  // namespace
}  // namespace clew::transport
