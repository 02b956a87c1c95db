// SPDX-License-Identifier: Apache-2.0
#pragma once

// IP addresses as Zipkin reads and prints them: one lenient parser for both families (mapped and
// compatible IPv6 text with dots is IPv4), and IPv6 text compressed the way Zipkin compresses it,
// which is not quite RFC 5952 (docs/glossary.md, "endpoint").
//
// Threads: plain values and pure functions.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace clew {

using Ipv4Address = std::array<std::uint8_t, 4>;
using Ipv6Address = std::array<std::uint8_t, 16>;

// At most one of the two is set.
struct IpAddress {
    std::optional<Ipv4Address> v4;
    std::optional<Ipv6Address> v6;
    // Leading zeros of the text's octets, 0 to 2 in two bits each, the first octet in the highest:
    // Zipkin gives "10.0.0.04" back as it came.
    std::uint8_t v4_zeros = 0;
};

// Text of either family; text that is no address gives neither. `::1.2.3.4` and `::ffff:1.2.3.4`
// become IPv4, `::ffff:102:304` stays IPv6, as in Zipkin; zone ids (`%eth0`) are not understood.
IpAddress parse_ip(std::string_view text) noexcept;

// Sixteen bytes from a binary format: twelve leading zero bytes mean IPv4, except `::1`.
IpAddress ip_from_bytes16(const Ipv6Address& bytes) noexcept;

// Appends "192.168.0.1", with leading zeros as IpAddress::v4_zeros has them.
void append_ip(const Ipv4Address& address, std::string& out, std::uint8_t zeros = 0);

// Appends lower-case text with one run of zero groups compressed: the longest run (first on ties,
// a single group too); a run at the very end only when there is no other; all zeros print "::".
void append_ip(const Ipv6Address& address, std::string& out);

}  // namespace clew
