// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/http/reply_head.h"

#include <charconv>

#include "clew/base/text.h"
#include "clew/transport/http/retry_after.h"

namespace clew::transport {
namespace {

constexpr std::string_view kBlank = " \t";

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(kBlank);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

bool lists_word(std::string_view value, std::string_view word) {
    while (!value.empty()) {
        const std::size_t comma = value.find(',');
        if (equals_ignoring_case(trimmed(value.substr(0, comma)), word)) return true;
        value = comma == std::string_view::npos ? std::string_view() : value.substr(comma + 1);
    }
    return false;
}

// Takes the next line, without its end, off `rest`. False when there is none.
bool next_line(std::string_view& rest, std::string_view& line) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) return false;
    line = rest.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    rest.remove_prefix(end + 1);
    return true;
}

// "HTTP/1.1 202 Accepted"
bool read_status_line(std::string_view line, ReplyHead& head) {
    if (!line.starts_with("HTTP/1.") || line.size() < 12 || line[8] != ' ') return false;
    if (line[7] != '0' && line[7] != '1') return false;
    head.keeps_connection = line[7] == '1';
    const auto [stop, error] = std::from_chars(line.data() + 9, line.data() + 12, head.status);
    if (error != std::errc{} || stop != line.data() + 12) return false;
    return head.status >= 100 && head.status <= 599 && (line.size() == 12 || line[12] == ' ');
}

struct Framing {
    bool has_transfer_encoding = false;
};

bool read_content_length(std::string_view value, ReplyHead& head) {
    std::uint64_t length = 0;
    const char* end = value.data() + value.size();
    const auto [stop, error] = std::from_chars(value.data(), end, length);
    if (error != std::errc{} || stop != end) return false;
    if (head.content_length && *head.content_length != length) return false;
    head.content_length = length;
    return true;
}

bool read_header(std::string_view line, std::int64_t now_s, ReplyHead& head, Framing& framing) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) return false;
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (equals_ignoring_case(name, "content-length")) return read_content_length(value, head);
    if (equals_ignoring_case(name, "transfer-encoding")) framing.has_transfer_encoding = true;
    if (equals_ignoring_case(name, "connection")) {
        if (lists_word(value, "close")) head.keeps_connection = false;
        if (lists_word(value, "keep-alive")) head.keeps_connection = true;
    }
    if (equals_ignoring_case(name, "retry-after"))
        head.retry_after = parse_retry_after(value, now_s);
    return true;
}

}  // namespace

Expected<std::optional<ReplyHead>> parse_reply_head(std::string_view bytes, std::int64_t now_s) {
    const Error malformed{Code::malformed, "the reply is not HTTP/1.1"};
    constexpr std::string_view kOpening = "HTTP/1.";
    if (!bytes.starts_with(kOpening.substr(0, bytes.size()))) return malformed;
    std::string_view rest = bytes;
    std::string_view line;
    ReplyHead head;
    Framing framing;
    if (!next_line(rest, line)) return std::optional<ReplyHead>();
    if (!read_status_line(line, head)) return malformed;
    for (;;) {
        if (!next_line(rest, line)) return std::optional<ReplyHead>();
        if (line.empty()) break;
        if (!read_header(line, now_s, head, framing)) return malformed;
    }
    if (framing.has_transfer_encoding) head.content_length.reset();
    head.size_bytes = bytes.size() - rest.size();
    return std::optional<ReplyHead>(head);
}

}  // namespace clew::transport
