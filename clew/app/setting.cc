// SPDX-License-Identifier: Apache-2.0
#include "clew/app/setting.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "clew/base/text.h"

namespace clew::app {

namespace {

Error wrong(std::string_view text, std::string_view expected) {
    std::string message = "'";
    message.append(text).append("' is not ").append(expected);
    return {Code::invalid_argument, std::move(message)};
}

struct Unit {
    std::string_view name;
    std::uint64_t factor;
};

constexpr std::array<Unit, 4> kByteUnits = {
    {{"KiB", 1ULL << 10}, {"MiB", 1ULL << 20}, {"GiB", 1ULL << 30}, {"", 1}}};
// In microseconds; a bare number has the unit of its setting.
constexpr std::array<Unit, 6> kTimeUnits = {
    {{"us", 1},
     {"ms", 1'000},
     {"s", 1'000'000},
     {"m", 60'000'000},
     {"h", 3'600'000'000},
     {"d", 86'400'000'000}}};

// A whole number at the front; what follows it goes to `rest`.
Expected<std::uint64_t> leading_number(std::string_view text, std::string_view& rest) {
    std::uint64_t number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    if (parsed.ec != std::errc{}) return wrong(text, "a whole number");
    rest = trim(text.substr(static_cast<std::size_t>(parsed.ptr - text.data())));
    return number;
}

Expected<std::uint64_t> read_bytes(std::string_view text, std::uint64_t max) {
    std::string_view rest;
    Expected<std::uint64_t> number = leading_number(trim(text), rest);
    if (!number) return number;
    for (const Unit& unit : kByteUnits) {
        if (rest != unit.name) continue;
        if (*number > max / unit.factor) return wrong(text, "at most " + std::to_string(max));
        return *number * unit.factor;
    }
    return wrong(text, "a whole number (KiB, MiB and GiB may follow it)");
}

Expected<std::int64_t> read_microseconds(std::string_view text, std::uint64_t bare_factor) {
    std::string_view rest;
    Expected<std::uint64_t> number = leading_number(trim(text), rest);
    if (!number) return std::move(number).error();
    std::uint64_t factor = rest.empty() ? bare_factor : 0;
    for (const Unit& unit : kTimeUnits) {
        if (rest == unit.name) factor = unit.factor;
    }
    constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();
    if (factor == 0 || *number > kMax / factor) {
        return wrong(text, "a time such as 500ms, 30s, 5m, 2h or 7d");
    }
    return static_cast<std::int64_t>(*number * factor);
}

// In the largest unit that leaves it whole.
std::string written_microseconds(std::uint64_t microseconds) {
    Unit best = {"ms", 1'000};
    for (const Unit& unit : kTimeUnits) {
        if (microseconds != 0 && microseconds % unit.factor == 0) best = unit;
    }
    return std::to_string(microseconds / best.factor) + std::string(best.name);
}

template <typename Number>
Expected<void> read_number(std::string_view text, Number& value) {
    const auto max = static_cast<std::uint64_t>(std::numeric_limits<Number>::max());
    return read_bytes(text, max)
        .transform([&value](std::uint64_t number) {
            value = static_cast<Number>(number);
            return true;
        })
        .and_then([](bool) { return Expected<void>(); });
}

template <typename Duration>
Expected<void> read_time(std::string_view text, Duration& value) {
    const std::chrono::microseconds unit = Duration(1);
    Expected<std::int64_t> time = read_microseconds(text, static_cast<std::uint64_t>(unit.count()));
    if (!time) return std::move(time).error();
    value = std::chrono::duration_cast<Duration>(std::chrono::microseconds(*time));
    return {};
}

}  // namespace

std::string own_variable(std::string_view name) {
    std::string variable = "CLEW_SERVE_";
    for (const char c : name) {
        const bool is_letter = c >= 'a' && c <= 'z';
        variable.push_back(c == '-' ? '_' : is_letter ? static_cast<char>(c - 'a' + 'A') : c);
    }
    return variable;
}

Expected<void> read_value(std::string_view text, bool& value) {
    const std::string lower = lower_case(trim(text));
    if (lower == "true" || lower == "on" || lower == "yes" || lower == "1") {
        value = true;
    } else if (lower == "false" || lower == "off" || lower == "no" || lower == "0") {
        value = false;
    } else {
        return wrong(text, "true or false");
    }
    return {};
}

Expected<void> read_value(std::string_view text, std::string& value) {
    value = text;
    return {};
}

Expected<void> read_value(std::string_view text, std::uint16_t& value) {
    return read_number(text, value);
}
Expected<void> read_value(std::string_view text, std::uint32_t& value) {
    return read_number(text, value);
}
Expected<void> read_value(std::string_view text, std::uint64_t& value) {
    return read_number(text, value);
}
Expected<void> read_value(std::string_view text, int& value) { return read_number(text, value); }

Expected<void> read_value(std::string_view text, double& value) {
    const std::string_view trimmed = trim(text);
    double number = 0;
    const auto parsed = std::from_chars(trimmed.data(), trimmed.data() + trimmed.size(), number);
    if (parsed.ec != std::errc{} || parsed.ptr != trimmed.data() + trimmed.size() ||
        !std::isfinite(number)) {
        return wrong(text, "a number");
    }
    value = number;
    return {};
}

Expected<void> read_value(std::string_view text, std::chrono::milliseconds& value) {
    return read_time(text, value);
}
Expected<void> read_value(std::string_view text, std::chrono::seconds& value) {
    return read_time(text, value);
}

Expected<void> read_value(std::string_view text, std::vector<std::string>& value) {
    value.clear();
    while (!text.empty()) {
        const std::size_t comma = text.find(',');
        const std::string_view item = trim(text.substr(0, comma));
        text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
        if (!item.empty()) value.emplace_back(item);
    }
    return {};
}

std::string written_value(bool value) { return value ? "true" : "false"; }
std::string written_value(const std::string& value) { return value; }
std::string written_value(std::uint64_t value) { return std::to_string(value); }

std::string written_value(double value) {
    std::array<char, 32> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    return {digits.data(), end.ptr};
}

std::string written_value(std::chrono::milliseconds value) {
    return written_microseconds(static_cast<std::uint64_t>(value.count()) * 1'000);
}
std::string written_value(std::chrono::seconds value) {
    return written_microseconds(static_cast<std::uint64_t>(value.count()) * 1'000'000);
}

std::string written_value(const std::vector<std::string>& value) {
    std::string text;
    for (const std::string& item : value) text += (text.empty() ? "" : ",") + item;
    return text;
}

}  // namespace clew::app
