// SPDX-License-Identifier: Apache-2.0
#include "clew/propagation/baggage.h"

#include <algorithm>
#include <utility>

#include "clew/base/text.h"
#include "clew/propagation/internal/header_list.h"

namespace clew::propagation {

namespace {

using internal::next_member;
using internal::trim_optional_space;

bool is_letter_or_digit(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_token(std::string_view text) noexcept {
    constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
    for (const char c : text) {
        if (!is_letter_or_digit(c) && kOthers.find(c) == std::string_view::npos) return false;
    }
    return !text.empty();
}

// Printable and none of '"' ',' ';' '\'.
bool is_value_character(char c) noexcept {
    return c > 0x20 && c < 0x7f && c != '"' && c != ',' && c != ';' && c != '\\';
}

bool is_value(std::string_view text) noexcept {
    for (const char c : text) {
        if (!is_value_character(c)) return false;
    }
    return true;
}

// "key", or "key=value", with spaces allowed around both.
bool is_property(std::string_view text) noexcept {
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) return is_token(text);
    return is_token(trim_optional_space(text.substr(0, equals))) &&
           is_value(trim_optional_space(text.substr(equals + 1)));
}

bool are_properties(std::string_view text) noexcept {
    if (text.empty()) return true;
    text.remove_prefix(1);
    do {
        if (!is_property(next_member(text, ';'))) return false;
    } while (!text.empty());
    return true;
}

// False when the member breaks the format.
bool parse_member(std::string_view text, BaggageMember& member) noexcept {
    const std::size_t semicolon = text.find(';');
    member.properties =
        semicolon == std::string_view::npos ? std::string_view() : text.substr(semicolon);
    text = text.substr(0, semicolon);
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) return false;
    member.key = trim_optional_space(text.substr(0, equals));
    member.value = trim_optional_space(text.substr(equals + 1));
    return is_token(member.key) && is_value(member.value) && are_properties(member.properties);
}

void append_without_spaces(std::string_view text, std::string& out) {
    for (const char c : text) {
        if (!internal::is_optional_space(c)) out += c;
    }
}

// Appends members while they are within the limits.
class Writer {
public:
    // For about so many bytes.
    explicit Writer(std::size_t bytes) { text_.reserve(std::min(bytes, kBaggageBytesMax)); }

    // False when the member does not fit.
    bool add(const BaggageMember& member) {
        const std::size_t before = text_.size();
        if (!text_.empty()) text_ += ',';
        text_.append(member.key).append("=").append(member.value);
        append_without_spaces(member.properties, text_);
        if (count_ < kBaggageMembersMax && text_.size() <= kBaggageBytesMax) {
            ++count_;
            return true;
        }
        text_.resize(before);
        return false;
    }

    std::string take() { return std::move(text_); }

private:
    std::string text_;
    std::size_t count_ = 0;
};

int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

// '+' may stand as it is, but OpenTelemetry for Python reads it as a space.
void append_encoded(std::string_view text, std::string& out) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    for (const char c : text) {
        if (is_value_character(c) && c != '%' && c != '+') {
            out += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out += '%';
            out += kDigits[byte >> 4U];
            out += kDigits[byte & 15U];
        }
    }
}

Writer copy_without(std::string_view text, std::string_view key) {
    Writer writer(text.size());
    BaggageReader reader(text);
    BaggageMember member;
    while (reader.next(member)) {
        if (member.key != key) writer.add(member);
    }
    return writer;
}

}  // namespace

bool BaggageReader::next(BaggageMember& member) noexcept {
    while (!rest_.empty()) {
        const std::string_view text = next_member(rest_, ',');
        if (text.empty()) continue;
        if (parse_member(text, member)) return true;
        ++malformed_count_;
    }
    return false;
}

ReceivedBaggage normal_baggage(std::string_view text) {
    ReceivedBaggage out;
    Writer writer(text.size());
    BaggageReader reader(text);
    BaggageMember member;
    while (reader.next(member)) out.had_malformed |= !writer.add(member);
    out.had_malformed |= reader.malformed_count() != 0;
    out.text = writer.take();
    return out;
}

void append_decoded(std::string_view value, std::string& out) {
    std::string bytes;
    bytes.reserve(value.size());
    for (std::size_t at = 0; at < value.size(); ++at) {
        const bool is_encoded = value[at] == '%' && at + 2 < value.size() &&
                                hex_digit(value[at + 1]) >= 0 && hex_digit(value[at + 2]) >= 0;
        if (is_encoded) {
            bytes += static_cast<char>(hex_digit(value[at + 1]) * 16 + hex_digit(value[at + 2]));
            at += 2;
        } else {
            bytes += value[at];
        }
    }
    append_valid_utf8(bytes, out);
}

std::optional<std::string> with_baggage(
    std::string_view text, std::string_view key, std::string_view value
) {
    if (!is_token(key) || value.size() > kBaggageBytesMax) return std::nullopt;
    std::string encoded;
    append_encoded(value, encoded);
    Writer writer = copy_without(text, key);
    if (!writer.add({key, encoded, {}})) return std::nullopt;
    return writer.take();
}

std::string without_baggage(std::string_view text, std::string_view key) {
    return copy_without(text, key).take();
}

}  // namespace clew::propagation
