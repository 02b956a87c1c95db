// SPDX-License-Identifier: Apache-2.0
#include "clew/transport/http/retry_after.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace clew::transport {
namespace {

constexpr std::size_t kDateSize = std::string_view("Sun, 06 Nov 1994 08:49:37 GMT").size();
constexpr std::array<std::string_view, 12> kMonths = {
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
};

bool read_number(std::string_view text, int& number) {
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    return error == std::errc{} && stop == end && number >= 0;
}

bool has_date_shape(std::string_view text) {
    return text.size() == kDateSize && text.substr(3, 2) == ", " && text[7] == ' ' &&
           text[11] == ' ' && text[16] == ' ' && text[19] == ':' && text[22] == ':' &&
           text.substr(25) == " GMT";
}

// Seconds since the epoch.
std::optional<std::int64_t> parse_date(std::string_view text) {
    if (!has_date_shape(text)) return std::nullopt;
    const auto month = std::find(kMonths.begin(), kMonths.end(), text.substr(8, 3));
    int day = 0;
    int year = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
    const bool numbers =
        read_number(text.substr(5, 2), day) && read_number(text.substr(12, 4), year) &&
        read_number(text.substr(17, 2), hour) && read_number(text.substr(20, 2), minute) &&
        read_number(text.substr(23, 2), second);
    if (!numbers || month == kMonths.end()) return std::nullopt;
    const auto month_number = static_cast<unsigned>(month - kMonths.begin()) + 1;
    const std::chrono::year_month_day date{
        std::chrono::year(year),
        std::chrono::month(month_number),
        std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
    const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
    return days * 86'400 + hour * std::int64_t{3'600} + minute * std::int64_t{60} + second;
}

}  // namespace

std::optional<std::chrono::seconds> parse_retry_after(std::string_view text, std::int64_t now_s) {
    int seconds = 0;
    if (!text.empty() && read_number(text, seconds)) return std::chrono::seconds(seconds);
    const std::optional<std::int64_t> at_s = parse_date(text);
    if (!at_s) return std::nullopt;
    return std::chrono::seconds(std::max<std::int64_t>(0, *at_s - now_s));
}

}  // namespace clew::transport
