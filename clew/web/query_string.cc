// SPDX-License-Identifier: Apache-2.0
#include "clew/web/query_string.h"

namespace clew::web {

namespace {

int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// The character of an escape that begins there.
std::optional<char> escaped_at(std::string_view text, std::size_t at) noexcept {
    if (at + 2 >= text.size()) return std::nullopt;
    const int high = hex_digit(text[at + 1]);
    const int low = hex_digit(text[at + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    return static_cast<char>(high * 16 + low);
}

bool is_unreserved(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

enum class Plus { is_space, is_plus };

std::string decode(std::string_view text, Plus plus) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (const auto unescaped = c == '%' ? escaped_at(text, at) : std::nullopt) {
            out.push_back(*unescaped);
            at += 2;
            continue;
        }
        out.push_back(c == '+' && plus == Plus::is_space ? ' ' : c);
    }
    return out;
}

}  // namespace

std::vector<query::Parameter> parse_query_string(std::string_view text) {
    std::vector<query::Parameter> parameters;
    while (!text.empty()) {
        const std::size_t end = text.find('&');
        const std::string_view pair = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        if (pair.empty()) continue;
        const std::size_t equals = pair.find('=');
        const std::string_view value =
            equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
        parameters.emplace_back(
            decode(pair.substr(0, equals), Plus::is_space), decode(value, Plus::is_space)
        );
    }
    return parameters;
}

bool is_plain_path(std::string_view path) noexcept {
    return path.find_first_of(";%") == std::string_view::npos &&
           path.find("//") == std::string_view::npos;
}

std::string plain_path(std::string_view path) {
    std::string plain;
    plain.reserve(path.size());
    bool is_parameter = false;
    for (std::size_t at = 0; at < path.size(); ++at) {
        const char c = path[at];
        if (c == '/' || c == ';') is_parameter = c == ';';
        if (is_parameter || (c == '/' && plain.ends_with('/'))) continue;
        const std::optional<char> unescaped = c == '%' ? escaped_at(path, at) : std::nullopt;
        if (unescaped && is_unreserved(*unescaped)) {
            plain.push_back(*unescaped);
            at += 2;
        } else {
            plain.push_back(c);
        }
    }
    return plain;
}

std::optional<std::string> decode_path(std::string_view text) {
    std::string path = decode(text, Plus::is_plus);
    if (path.find('\0') != std::string::npos) return std::nullopt;
    return path;
}

}  // namespace clew::web
