// SPDX-License-Identifier: Apache-2.0
#include "clew/base/ip_address.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include <arpa/inet.h>

namespace clew {

namespace {

constexpr std::size_t kIpTextBytesMax = 45;  // longest text of an IPv6 address

bool first_are_zero(const Ipv6Address& bytes, std::size_t count) noexcept {
    return std::all_of(bytes.begin(), bytes.begin() + count, [](auto b) { return b == 0; });
}

Ipv4Address last_four(const Ipv6Address& bytes) noexcept {
    return {bytes[12], bytes[13], bytes[14], bytes[15]};
}

struct ZeroRun {
    int begin = -1;
    int size = 0;
};

// A run that ends the address counts only when no other run was met before it.
ZeroRun run_to_compress(const std::array<unsigned, 8>& groups) noexcept {
    ZeroRun best;
    for (int begin = 0; begin < 8; ++begin) {
        int end = begin;
        while (end < 8 && groups[static_cast<std::size_t>(end)] == 0) ++end;
        const int size = end - begin;
        if (size > best.size && (end < 8 || best.size == 0)) best = {begin, size};
        begin = end;
    }
    return best;
}

// Four octets of one to three digits, leading zeros allowed and counted.
bool parse_ipv4(std::string_view text, IpAddress& address) noexcept {
    Ipv4Address octets{};
    std::size_t zeros = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        if (i > 0) {
            if (text.empty() || text.front() != '.') return false;
            text.remove_prefix(1);
        }
        const char* begin = text.data();
        const char* end = begin + std::min<std::size_t>(text.size(), 3);
        const auto [stop, code] = std::from_chars(begin, end, octets[i]);
        if (code != std::errc{}) return false;
        const auto digits = static_cast<std::size_t>(stop - begin);
        const std::size_t significant = octets[i] > 99 ? 3 : octets[i] > 9 ? 2 : 1;
        zeros = zeros << 2 | (digits - significant);
        text.remove_prefix(digits);
    }
    if (!text.empty()) return false;
    address.v4 = octets;
    address.v4_zeros = static_cast<std::uint8_t>(zeros);
    return true;
}

}  // namespace

IpAddress parse_ip(std::string_view text) noexcept {
    IpAddress result;
    if (text.empty() || text.size() > kIpTextBytesMax) return result;
    if (text.find('\0') != std::string_view::npos) return result;
    char terminated[kIpTextBytesMax + 1];
    std::memcpy(terminated, text.data(), text.size());
    terminated[text.size()] = '\0';

    if (parse_ipv4(text, result)) return result;
    Ipv6Address v6{};
    if (inet_pton(AF_INET6, terminated, v6.data()) != 1) return result;
    const bool mapped = first_are_zero(v6, 10) && v6[10] == 0xff && v6[11] == 0xff;
    const bool dotted = text.find('.') != std::string_view::npos;
    if (dotted && (mapped || first_are_zero(v6, 12))) {
        result.v4 = last_four(v6);
    } else {
        result.v6 = v6;
    }
    return result;
}

IpAddress ip_from_bytes16(const Ipv6Address& bytes) noexcept {
    IpAddress result;
    const bool loopback = first_are_zero(bytes, 15) && bytes[15] == 1;
    if (first_are_zero(bytes, 12) && !loopback) {
        result.v4 = last_four(bytes);
    } else {
        result.v6 = bytes;
    }
    return result;
}

void append_ip(const Ipv4Address& address, std::string& out, std::uint8_t zeros) {
    char text[3];
    for (std::size_t i = 0; i < 4; ++i) {
        if (i > 0) out.push_back('.');
        out.append(std::size_t{zeros} >> (6 - 2 * i) & 3U, '0');
        const auto end = std::to_chars(text, text + sizeof(text), address[i]).ptr;
        out.append(text, end);
    }
}

void append_ip(const Ipv6Address& address, std::string& out) {
    std::array<unsigned, 8> groups{};
    for (std::size_t i = 0; i < 8; ++i) {
        groups[i] = static_cast<unsigned>(address[2 * i]) << 8 | address[2 * i + 1];
    }
    const ZeroRun run = run_to_compress(groups);
    char text[4];
    for (int i = 0; i < 8; ++i) {
        if (i == run.begin) {
            out.append("::");
            i += run.size - 1;
            continue;
        }
        if (i > 0 && i != run.begin + run.size) out.push_back(':');
        const unsigned group = groups[static_cast<std::size_t>(i)];
        out.append(text, std::to_chars(text, text + sizeof(text), group, 16).ptr);
    }
}

}  // namespace clew
