// SPDX-License-Identifier: Apache-2.0
#include "clew/propagation/w3c_trace_context.h"

#include <array>

#include "clew/base/hex.h"
#include "clew/propagation/internal/header_list.h"

namespace clew::propagation {

namespace {

using Found = Extracted::Found;

constexpr std::string_view kTraceparent = "traceparent";
constexpr std::string_view kTracestate = "tracestate";

constexpr std::uint64_t kSampledFlag = 1;
constexpr std::uint64_t kRandomFlag = 2;  // the other six are unknown, and so not passed on
constexpr std::uint64_t kForbiddenVersion = 0xff;

// Where the fields of a traceparent stand.
constexpr std::size_t kTraceIdAt = 3;
constexpr std::size_t kSpanIdAt = 36;
constexpr std::size_t kFlagsAt = 53;

bool is_lower_or_digit(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool is_key_character(char c) noexcept {
    return is_lower_or_digit(c) || std::string_view("_-*/@").find(c) != std::string_view::npos;
}

bool is_value_character(char c) noexcept { return c >= 0x20 && c <= 0x7e && c != '='; }

bool is_key(std::string_view key) noexcept {
    if (key.empty() || key.size() > W3cTraceContext::kTraceStateKeyBytesMax) return false;
    if (!is_lower_or_digit(key.front())) return false;
    for (const char c : key) {
        if (!is_key_character(c)) return false;
    }
    return true;
}

bool is_member(std::string_view member) noexcept {
    const std::size_t equals = member.find('=');
    if (equals == std::string_view::npos || !is_key(member.substr(0, equals))) return false;
    const std::string_view value = member.substr(equals + 1);
    if (value.empty() || value.size() > W3cTraceContext::kTraceStateValueBytesMax) return false;
    for (const char c : value) {
        if (!is_value_character(c)) return false;
    }
    return true;
}

// The members of one tracestate. They are views of the header.
struct Members {
    std::array<std::string_view, W3cTraceContext::kTraceStateMembersMax> list;
    std::size_t count = 0;
    std::size_t bytes = 0;  // with a comma behind each

    bool add(std::string_view member) noexcept {
        if (count == list.size() || !is_member(member)) return false;
        list[count++] = member;
        bytes += member.size() + 1;
        return true;
    }

    bool is_too_long() const noexcept { return bytes > W3cTraceContext::kTraceStateBytesMax + 1; }

    // Leaves out what makes it too long: members longer than `bytes_min`, from the last on.
    void shorten(std::size_t bytes_min) noexcept {
        for (std::size_t at = count; at-- > 0 && is_too_long();) {
            if (list[at].size() <= bytes_min) continue;
            bytes -= list[at].size() + 1;
            list[at] = {};
        }
    }
};

CarriedRef read_trace_state(const HeaderReader& headers, bool& had_malformed) noexcept {
    const auto text = headers.get(kTracestate);
    if (!text) return {};
    try {
        const std::optional<std::string> normal = W3cTraceContext::normal_trace_state(*text);
        if (normal) return Carried::make(*normal, {});
        had_malformed = true;
    } catch (...) {  // memory is short: the trace goes on without
    }
    return {};
}

}  // namespace

std::optional<TraceContext> W3cTraceContext::parse_traceparent(std::string_view text) noexcept {
    text = internal::trim_optional_space(text);
    if (text.size() < kTraceparentBytes) return std::nullopt;
    if (text[kTraceIdAt - 1] != '-' || text[kSpanIdAt - 1] != '-' || text[kFlagsAt - 1] != '-') {
        return std::nullopt;
    }
    const auto version = parse_hex(text.substr(0, 2));
    const auto high = parse_hex(text.substr(kTraceIdAt, 16));
    const auto low = parse_hex(text.substr(kTraceIdAt + 16, 16));
    const auto span = parse_hex(text.substr(kSpanIdAt, 16));
    const auto flags = parse_hex(text.substr(kFlagsAt, 2));
    if (!version || !high || !low || !span || !flags) return std::nullopt;
    if (*version == kForbiddenVersion || (*high | *low) == 0 || *span == 0) return std::nullopt;
    const std::string_view tail = text.substr(kTraceparentBytes);
    // A comma stands between two headers that somebody joined.
    const bool is_of_later_version =
        *version != 0 && tail.starts_with('-') && tail.find(',') == std::string_view::npos;
    if (!tail.empty() && !is_of_later_version) return std::nullopt;
    TraceContext context;
    context.trace_id = {*high, *low};
    context.span_id = {*span};
    context.sampling = (*flags & kSampledFlag) != 0 ? Sampling::sampled : Sampling::not_sampled;
    context.is_random = (*flags & kRandomFlag) != 0;
    context.is_child_only = true;
    return context;
}

void W3cTraceContext::write_traceparent(const TraceContext& context, char* out) noexcept {
    std::uint64_t flags = 0;
    if (context.is_recorded()) flags |= kSampledFlag;
    if (context.is_random) flags |= kRandomFlag;
    const std::string_view frame("00-                                -                -0");
    frame.copy(out, frame.size());
    write_hex16(context.trace_id.high, out + kTraceIdAt);
    write_hex16(context.trace_id.low, out + kTraceIdAt + 16);
    write_hex16(context.span_id.value, out + kSpanIdAt);
    out[kTraceparentBytes - 1] = static_cast<char>('0' + flags);
}

std::optional<std::string> W3cTraceContext::normal_trace_state(std::string_view text) {
    Members members;
    while (!text.empty()) {
        const std::string_view member = internal::next_member(text, ',');
        if (!member.empty() && !members.add(member)) return std::nullopt;
    }
    members.shorten(kTraceStateLongMemberBytes);
    members.shorten(0);
    std::string normal;
    normal.reserve(members.bytes);
    for (std::size_t at = 0; at < members.count; ++at) {
        if (members.list[at].empty()) continue;
        if (!normal.empty()) normal += ',';
        normal += members.list[at];
    }
    return normal;
}

Extracted W3cTraceContext::extract(const HeaderReader& headers) const noexcept {
    Extracted out;
    const auto text = headers.get(kTraceparent);
    if (!text) return out;
    const std::optional<TraceContext> context = parse_traceparent(*text);
    if (!context) return Extracted::malformed();
    out.found = Found::ids;
    out.context = *context;
    out.carried = read_trace_state(headers, out.had_malformed);
    return out;
}

bool W3cTraceContext::inject(
    const TraceContext& context, const Carried* carried, const HeaderWriter& headers
) const noexcept {
    if (!context.has_ids()) return true;
    std::array<char, kTraceparentBytes> text;
    write_traceparent(context, text.data());
    bool taken = headers.set(kTraceparent, {text.data(), text.size()});
    if (carried != nullptr && !carried->trace_state().empty()) {
        taken &= headers.set(kTracestate, carried->trace_state());
    }
    return taken;
}

}  // namespace clew::propagation
