// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whom a connection comes from, as far as fairness between peers goes: an IPv4 address, or the
// first 64 bits of an IPv6 address, because one host commonly owns that whole range. Ports do not
// count: the connections of one host are one peer.
//
// Threads: a plain value.

#include <array>
#include <compare>
#include <cstdint>

struct sockaddr_storage;

namespace clew::transport {

struct PeerAddress {
    // IPv4 in its mapped form (::ffff:a.b.c.d). All zeros: unknown.
    std::array<std::uint8_t, 16> bytes{};

    static PeerAddress of(const sockaddr_storage& address) noexcept;

    auto operator<=>(const PeerAddress&) const = default;
};

}  // namespace clew::transport
