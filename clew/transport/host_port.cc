// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/host_port.h"

#include <charconv>
#include <utility>

#include "clew/base/ip_address.h"

namespace clew::transport {
namespace {

constexpr std::size_t kHostBytesMax = 253;  // longest name that DNS knows

Error bad(std::string_view text, std::string_view why) {
    std::string sentence("'");
    sentence.append(text).append("' ").append(why);
    return {Code::invalid_argument, std::move(sentence)};
}

bool parse_port(std::string_view text, std::uint16_t& port) {
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, port);
    return error == std::errc{} && stop == end && port != 0;
}

bool is_host(std::string_view host) {
    if (host.empty() || host.size() > kHostBytesMax) return false;
    for (const char c : host) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        const bool digit = c >= '0' && c <= '9';
        if (!letter && !digit && c != '.' && c != '-' && c != '_') return false;
    }
    return true;
}

// With a zone behind it, or not: "fe80::1%eth0".
bool is_ipv6(std::string_view host) {
    return host.size() <= kHostBytesMax && parse_ip(host.substr(0, host.find('%'))).v6.has_value();
}

}  // namespace

std::string HostPort::to_text() const {
    const bool is_v6 = host.find(':') != std::string::npos;
    const std::string shown = is_v6 ? "[" + host + "]" : host;
    return shown + ":" + std::to_string(port);
}

Expected<HostPort> parse_host_port(std::string_view text, std::uint16_t default_port) {
    std::string_view host = text;
    std::string_view port_text;
    bool has_port = false;
    const bool is_bracketed = text.starts_with('[');
    if (is_bracketed) {
        const std::size_t close = text.find(']');
        if (close == std::string_view::npos) return bad(text, "has no closing bracket");
        host = text.substr(1, close - 1);
        const std::string_view rest = text.substr(close + 1);
        if (!rest.empty() && !rest.starts_with(':')) return bad(text, "has text after its bracket");
        has_port = !rest.empty();
        port_text = has_port ? rest.substr(1) : rest;
    } else if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
        if (text.find(':', colon + 1) != std::string_view::npos) {
            return bad(text, "has several colons: write an IPv6 address in brackets");
        }
        host = text.substr(0, colon);
        port_text = text.substr(colon + 1);
        has_port = true;
    }
    if (is_bracketed && !is_ipv6(host)) return bad(text, "has no IPv6 address in its brackets");
    if (!is_bracketed && !is_host(host)) return bad(text, "names no host");
    HostPort result{std::string(host), default_port};
    if (has_port && !parse_port(port_text, result.port)) {
        return bad(text, "has no port from 1 to 65535 after its colon");
    }
    return result;
}

}  // namespace clew::transport
