// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/http/internal/http_head_rules.h"

#include <algorithm>
#include <cstdint>

#include "clew/base/text.h"

namespace clew::transport {

namespace {

constexpr std::uint32_t kPortMax = 65'535;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

bool is_hex_digit(char c) noexcept {
    const char lower = ascii_lower_case(c);
    return is_digit(c) || (lower >= 'a' && lower <= 'f');
}

// RFC 3986: unreserved, which needs no escape in any part of a URI.
bool is_unreserved(char c) noexcept {
    const char lower = ascii_lower_case(c);
    return is_digit(c) || (lower >= 'a' && lower <= 'z') ||
           std::string_view("-._~").find(c) != std::string_view::npos;
}

bool is_sub_delimiter(char c) noexcept {
    return std::string_view("!$&'()*+,;=").find(c) != std::string_view::npos;
}

// "%41" at the front.
bool is_escape(std::string_view text) noexcept {
    return text.size() >= 3 && text[0] == '%' && is_hex_digit(text[1]) && is_hex_digit(text[2]);
}

bool is_registered_name(std::string_view name) noexcept {
    if (name.empty()) return false;
    while (!name.empty()) {
        const bool is_escaped = is_escape(name);
        if (!is_escaped && !is_unreserved(name[0]) && !is_sub_delimiter(name[0])) return false;
        name.remove_prefix(is_escaped ? 3 : 1);
    }
    return true;
}

// What stands between the brackets: an IPv6 address, perhaps with a zone ("%25eth0", RFC 6874).
bool is_ipv6_literal(std::string_view text) noexcept {
    const std::size_t zone = std::min(text.find('%'), text.size());
    const std::string_view address = text.substr(0, zone);
    const bool has_colons = std::ranges::count(address, ':') >= 2;
    return has_colons &&
           std::ranges::all_of(
               address, [](char c) { return is_hex_digit(c) || c == ':' || c == '.'; }
           ) &&
           (zone == text.size() || is_registered_name(text.substr(zone + 1)));
}

bool is_port(std::string_view text) noexcept {
    std::uint32_t port = 0;
    for (const char c : text) {
        if (!is_digit(c)) return false;
        port = port * 10 + static_cast<std::uint32_t>(c - '0');
        if (port > kPortMax) return false;
    }
    return true;
}

bool is_named(const HttpHeader& header, std::string_view name) noexcept {
    return equals_ignoring_case(header.name, name);
}

std::string_view trim_blanks(std::string_view text) noexcept {
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// The transfer codings of all Transfer-Encoding lines, in their order.
struct Codings {
    bool is_present = false;
    bool is_chunked_last = false;
    bool is_chunked_earlier = false;
    bool has_empty = false;
    bool has_others = false;

    void add(std::string_view coding) noexcept {
        is_present = true;
        is_chunked_earlier = is_chunked_earlier || is_chunked_last;
        is_chunked_last = equals_ignoring_case(coding, "chunked");
        has_empty = has_empty || coding.empty();
        has_others = has_others || !is_chunked_last;
    }
    void add_list(std::string_view list) noexcept {
        for (std::size_t comma = 0; comma != std::string_view::npos;) {
            comma = list.find(',');
            add(trim_blanks(list.substr(0, comma)));
            if (comma != std::string_view::npos) list.remove_prefix(comma + 1);
        }
    }
};

HttpViolation check_codings(const Codings& codings, bool has_length, bool is_http_1_0) noexcept {
    if (!codings.is_present) return {};
    if (has_length) return {400, "a request has either Content-Length or Transfer-Encoding"};
    if (is_http_1_0) return {400, "HTTP/1.0 has no Transfer-Encoding"};
    if (!codings.is_chunked_last || codings.is_chunked_earlier || codings.has_empty) {
        return {400, "chunked must be the last transfer coding, once"};
    }
    if (codings.has_others) return {501, "the only transfer coding supported is chunked"};
    return {};
}

}  // namespace

bool is_host(std::string_view text) noexcept {
    std::size_t end = text.find(':');
    if (text.starts_with('[')) {
        const std::size_t bracket = text.find(']');
        if (bracket == std::string_view::npos || !is_ipv6_literal(text.substr(1, bracket - 1))) {
            return false;
        }
        end = bracket + 1;
    } else if (!is_registered_name(text.substr(0, end))) {
        return false;
    }
    if (end >= text.size()) return true;
    return text[end] == ':' && is_port(text.substr(end + 1));
}

HttpViolation check_framing(const HttpRequest& request, bool is_http_1_0) noexcept {
    Codings codings;
    bool has_length = false;
    for (const HttpHeader& header : request.headers) {
        if (is_named(header, "Transfer-Encoding")) codings.add_list(header.value);
        if (!is_named(header, "Content-Length")) continue;
        if (has_length) return {400, "more than one Content-Length"};
        has_length = true;
        if (header.value.empty() || !std::ranges::all_of(header.value, is_digit)) {
            return {400, "Content-Length is not a number"};
        }
    }
    return check_codings(codings, has_length, is_http_1_0);
}

HttpViolation check_host(HttpRequest& request, bool is_http_1_0) noexcept {
    const HttpHeader* host = nullptr;
    for (const HttpHeader& header : request.headers) {
        if (!is_named(header, "Host")) continue;
        if (host != nullptr) return {400, "more than one Host"};
        host = &header;
    }
    if (host == nullptr) {
        if (is_http_1_0) return {};
        return {400, "HTTP/1.1 requires a Host"};
    }
    if (!is_host(host->value)) return {400, "Host is not valid"};
    if (request.host.empty()) request.host = host->value;
    return {};
}

}  // namespace clew::transport
