// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/http/internal/http_response_writer.h"

#include <array>
#include <charconv>

#include "clew/base/assert.h"

namespace clew::transport {

namespace {

void append_number(std::size_t number, std::string& out) {
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number);
    out.append(digits.data(), end.ptr);
}

}  // namespace

bool HttpResponseWriter::has_body(int status) noexcept {
    return status >= 200 && status != 204 && status != 304;
}

void HttpResponseWriter::append_head(
    const HttpResponse& response, const HttpResponseFrame& frame, std::string& out
) {
    CLEW_ASSERT(response.status >= 100 && response.status <= 999);
    out.append("HTTP/1.1 ");
    append_number(static_cast<std::size_t>(response.status), out);
    out.append(" ").append(http_reason(response.status)).append("\r\n");
    append_date(out);
    if (frame.close) {
        out.append("Connection: close\r\n");
    } else if (frame.keep_alive) {
        out.append("Connection: keep-alive\r\n");
    }
    if (!response.content_type.empty()) {
        out.append("Content-Type: ").append(response.content_type).append("\r\n");
    }
    out.append("X-Content-Type-Options: nosniff\r\n");
    out.append(response.header_lines);
    if (has_body(response.status)) {
        out.append("Content-Length: ");
        append_number(response.content().size(), out);
        out.append("\r\n");
    }
    out.append("\r\n");
}

// RFC 9110: a server with a clock says when it answered.
void HttpResponseWriter::append_date(std::string& out) {
    const std::time_t now = std::time(nullptr);
    if (now != date_at_) {
        static constexpr std::array<const char*, 7> kDays = {
            "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
        static constexpr std::array<const char*, 12> kMonths = {
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
        std::tm utc{};
        gmtime_r(&now, &utc);
        std::array<char, 64> text;
        std::strftime(text.data(), text.size(), ", %d     %Y %H:%M:%S GMT\r\n", &utc);
        date_line_ =
            std::string("Date: ") + kDays.at(static_cast<std::size_t>(utc.tm_wday)) + text.data();
        // Names are ours: a locale must not change them.
        date_line_.replace(14, 3, kMonths.at(static_cast<std::size_t>(utc.tm_mon)));
        date_at_ = now;
    }
    out.append(date_line_);
}

}  // namespace clew::transport
