// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/http/http_request.h"

#include <algorithm>
#include <functional>

#include "clew/base/text.h"
#include "clew/transport/http/internal/http_head_rules.h"

namespace clew::transport {

namespace {

// True for "q=0", "q=0.", "q=0.0" and so on, with spaces around.
bool is_zero_quality(std::string_view parameter) noexcept {
    parameter = trim(parameter);
    if (parameter.size() < 3 || ascii_lower_case(parameter[0]) != 'q' || parameter[1] != '=')
        return false;
    return parameter.substr(2).find_first_not_of("0.") == std::string_view::npos;
}

// Of "http://" or "https://" at the front of an absolute target; 0: there is neither.
std::size_t scheme_bytes(std::string_view target) noexcept {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (equals_ignoring_case(target.substr(0, scheme.size()), scheme)) return scheme.size();
    }
    return 0;
}

}  // namespace

std::string_view http_method_name(HttpMethod method) noexcept {
    switch (method) {
        case HttpMethod::get: return "GET";
        case HttpMethod::head: return "HEAD";
        case HttpMethod::post: return "POST";
        case HttpMethod::put: return "PUT";
        case HttpMethod::patch: return "PATCH";
        case HttpMethod::del: return "DELETE";
        case HttpMethod::options: return "OPTIONS";
        case HttpMethod::trace: return "TRACE";
        case HttpMethod::other: return {};
    }
    return {};
}

std::string_view HttpRequest::header(std::string_view name) const noexcept {
    for (const HttpHeader& header : headers) {
        if (equals_ignoring_case(header.name, name)) return header.value;
    }
    return {};
}

bool HttpRequest::set_target(std::string_view target) {
    if (!target.starts_with('/')) {
        if (target == "*") {
            path = target;
            return method == HttpMethod::options;
        }
        const std::size_t scheme = scheme_bytes(target);
        if (scheme == 0) return false;
        const std::size_t end = std::min(target.find_first_of("/?", scheme), target.size());
        host = target.substr(scheme, end - scheme);
        if (!is_host(host)) return false;
        target.remove_prefix(end);
    }
    const std::size_t mark = target.find('?');
    path = target.substr(0, mark);
    if (path.empty()) path = "/";
    query = mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
    return true;
}

void HttpRequest::rebase(std::string_view bytes, const char* copy) noexcept {
    const auto move = [bytes, copy](std::string_view& text) {
        const std::less_equal<> is_at_most;
        const char* at = text.data();
        const bool is_inside = is_at_most(bytes.data(), at) &&
                               is_at_most(at + text.size(), bytes.data() + bytes.size());
        if (is_inside) text = {copy + (at - bytes.data()), text.size()};
    };
    move(path);
    move(query);
    move(host);
    for (HttpHeader& header : headers) {
        move(header.name);
        move(header.value);
    }
}

void HttpRequest::clear() {
    method = HttpMethod::other;
    path = {};
    query = {};
    host = {};
    headers.clear();
    std::string().swap(body);
    reservation.release();
}

bool list_has_token(std::string_view list, std::string_view token) noexcept {
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        std::string_view item = list.substr(0, comma);
        list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
        const std::size_t semicolon = item.find(';');
        if (!equals_ignoring_case(trim(item.substr(0, semicolon)), token)) continue;
        return semicolon == std::string_view::npos || !is_zero_quality(item.substr(semicolon + 1));
    }
    return false;
}

}  // namespace clew::transport
