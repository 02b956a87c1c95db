// SPDX-License-Identifier: Apache-2.0
#include "clew/tracing/collector_address.h"

#include <utility>

namespace clew::tracing {
namespace {

constexpr std::string_view kScribe = "scribe://";
constexpr std::string_view kHttp = "http://";
constexpr std::string_view kHttps = "https://";
constexpr std::uint16_t kScribePort = 9410;
constexpr std::uint16_t kHttpPort = 9411;
constexpr std::uint16_t kHttpsPort = 443;
constexpr std::string_view kHttpPath = "/api/v2/spans";
constexpr std::size_t kPathBytesMax = 2048;

// Quoted without what stands before an @, which is somebody's password.
Error bad(std::string_view text, std::string_view why) {
    std::string quoted(text);
    const std::size_t begin = text.find("://");
    const std::size_t at = text.rfind('@');
    if (begin != std::string_view::npos && at != std::string_view::npos && at > begin) {
        quoted.replace(begin + 3, at - begin - 3, "***");
    }
    std::string sentence("'");
    sentence.append(quoted).append("' ").append(why);
    return {Code::invalid_argument, std::move(sentence)};
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Takes the scheme away when the text has it, in any case.
bool take_scheme(std::string_view scheme, std::string_view& text) {
    if (text.size() < scheme.size()) return false;
    for (std::size_t i = 0; i < scheme.size(); ++i) {
        if (lower(text[i]) != scheme[i]) return false;
    }
    text.remove_prefix(scheme.size());
    return true;
}

// Why no address can be written with these characters; empty when one can.
std::string_view wrong_characters(std::string_view text) {
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte <= ' ' || byte == 0x7f) return "has a space or a control character in it";
        if (byte > 0x7f) return "has a character beyond ASCII: write it as DNS or a URL has it";
        if (c == '#') return "has a fragment (#), which no request carries";
    }
    return "";
}

Error no_scheme(std::string_view text) {
    std::string why("begins neither with scribe:// nor with http://");
    const Expected<transport::HostPort> peer = transport::parse_host_port(text, kHttpPort);
    if (peer && peer->port == kScribePort) {
        why.append("; write scribe://").append(text);
    } else if (peer) {
        why.append("; write http://").append(text).append(kHttpPath);
    }
    return bad(text, why);
}

std::string_view path_of(const CollectorAddress& address) {
    return std::string_view(address.path).substr(0, address.path.find('?'));
}

}  // namespace

Expected<CollectorAddress> parse_collector_address(std::string_view text) {
    CollectorAddress address;
    std::string_view rest = text;
    if (const std::string_view why = wrong_characters(text); !why.empty()) return bad(text, why);
    if (take_scheme(kScribe, rest)) {
        address.protocol = CollectorAddress::Protocol::scribe;
    } else if (take_scheme(kHttps, rest)) {
        address.is_tls = true;
    } else if (!take_scheme(kHttp, rest)) {
        return no_scheme(text);
    }
    const bool is_http = address.protocol == CollectorAddress::Protocol::http;
    const std::size_t slash = rest.find('/');
    const std::string_view path = slash == std::string_view::npos ? "" : rest.substr(slash);
    if (!is_http && path.size() > 1) return bad(text, "has a path, which scribe does not know");
    if (path.size() > kPathBytesMax) return bad(text, "has a path of more than 2048 bytes");
    if (rest.substr(0, slash).find('@') != std::string_view::npos) {
        return bad(text, "has a user or password, which are not sent: leave them out");
    }
    address.path = path.size() > 1 || !is_http ? path : kHttpPath;
    if (!is_http) address.path.clear();
    const std::uint16_t http_port = address.is_tls ? kHttpsPort : kHttpPort;
    Expected<transport::HostPort> peer =
        transport::parse_host_port(rest.substr(0, slash), is_http ? http_port : kScribePort);
    if (!peer) return bad(text, "is no address: " + peer.error().message);
    address.peer = *std::move(peer);
    return address;
}

std::string CollectorAddress::to_text() const {
    const std::string_view http = is_tls ? kHttps : kHttp;
    std::string text(protocol == Protocol::scribe ? kScribe : http);
    return text.append(peer.to_text()).append(path_of(*this));
}

}  // namespace clew::tracing
