// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/peer_address.h"

#include <cstring>

#include <netinet/in.h>
#include <sys/socket.h>

namespace clew::transport {

namespace {

constexpr std::size_t kIpv4At = 12;       // in a mapped address
constexpr std::size_t kNetworkBytes = 8;  // of an IPv6 address: a /64

}  // namespace

PeerAddress PeerAddress::of(const sockaddr_storage& address) noexcept {
    PeerAddress peer;
    if (address.ss_family == AF_INET) {
        const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
        peer.bytes[10] = peer.bytes[11] = 0xff;
        std::memcpy(peer.bytes.data() + kIpv4At, &v4.sin_addr, sizeof v4.sin_addr);
    } else if (address.ss_family == AF_INET6) {
        const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
        const bool is_mapped = IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr);
        const std::size_t size = is_mapped ? peer.bytes.size() : kNetworkBytes;
        std::memcpy(peer.bytes.data(), &v6.sin6_addr, size);
    }
    return peer;
}

}  // namespace clew::transport
