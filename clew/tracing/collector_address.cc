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

Error bad(std::string_view text, std::string_view why) {
    std::string sentence("'");
    sentence.append(text).append("' ").append(why);
    return {Code::invalid_argument, std::move(sentence)};
}

bool is_path(std::string_view path) {
    if (path.size() > kPathBytesMax) return false;
    for (const char c : path) {
        if (c <= ' ' || c > '~' || c == '#') return false;
    }
    return true;
}

}  // namespace

Expected<CollectorAddress> parse_collector_address(std::string_view text) {
    CollectorAddress address;
    std::string_view rest = text;
    if (rest.starts_with(kScribe)) {
        address.protocol = CollectorAddress::Protocol::scribe;
        rest.remove_prefix(kScribe.size());
    } else if (rest.starts_with(kHttp)) {
        rest.remove_prefix(kHttp.size());
    } else if (rest.starts_with(kHttps)) {
        address.is_tls = true;
        rest.remove_prefix(kHttps.size());
    } else {
        return bad(text, "begins neither with scribe:// nor with http://");
    }
    const bool is_http = address.protocol == CollectorAddress::Protocol::http;
    const std::size_t slash = rest.find('/');
    const std::string_view path = slash == std::string_view::npos ? "" : rest.substr(slash);
    if (!is_http && path.size() > 1) return bad(text, "has a path, which scribe does not know");
    if (!is_path(path)) return bad(text, "has a path that no request line can carry");
    address.path = path.size() > 1 || !is_http ? path : kHttpPath;
    if (!is_http) address.path.clear();
    const std::uint16_t http_port = address.is_tls ? kHttpsPort : kHttpPort;
    Expected<transport::HostPort> peer =
        transport::parse_host_port(rest.substr(0, slash), is_http ? http_port : kScribePort);
    if (!peer) return bad(text, "is no address: " + peer.error().message);
    address.peer = *std::move(peer);
    return address;
}

}  // namespace clew::tracing
