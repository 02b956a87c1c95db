// SPDX-License-Identifier: Apache-2.0
#include "clew/propagation/b3_single.h"

#include <array>

#include "clew/base/hex.h"
#include "clew/propagation/internal/b3_ids.h"

namespace clew::propagation {

namespace {

using Found = Extracted::Found;

constexpr std::string_view kName = "b3";  // lower case in every carrier

// False for anything but 0, 1 and d.
bool read_decision(char letter, TraceContext& context) noexcept {
    switch (letter) {
        case '0': context.sampling = Sampling::not_sampled; return true;
        case '1': context.sampling = Sampling::sampled; return true;
        case 'd': internal::set_debug(context); return true;
        default: return false;
    }
}

// The letter of the context's decision, or 0 when it has none.
char decision_letter(const TraceContext& context) noexcept {
    if (context.debug) return 'd';
    switch (context.sampling) {
        case Sampling::sampled: return '1';
        case Sampling::not_sampled: return '0';
        case Sampling::unset: break;
    }
    return 0;
}

// Cuts the text up to the next '-' off its front; `last` is set when there was none.
std::string_view next_field(std::string_view& text, bool& last) noexcept {
    const std::size_t dash = text.find('-');
    last = dash == std::string_view::npos;
    const std::string_view field = text.substr(0, dash);
    text = last ? std::string_view() : text.substr(dash + 1);
    return field;
}

// Everything but a lone decision. False when the format is broken.
bool read_fields(std::string_view text, TraceContext& context) noexcept {
    bool last = false;
    const auto trace = internal::parse_whole_trace_id(next_field(text, last));
    if (!trace || last) return false;
    const auto span = internal::parse_whole_span_id(next_field(text, last));
    if (!span || span->is_zero()) return false;
    context.trace_id = *trace;
    context.span_id = *span;
    if (last) return true;
    std::string_view field = next_field(text, last);
    if (field.size() == 1) {
        if (!read_decision(field[0], context)) return false;
        if (last) return true;
        field = next_field(text, last);
    }
    // Also without a decision, as Brave reads it.
    const auto parent = internal::parse_whole_span_id(field);
    if (!parent || !last) return false;  // a fifth field is none of ours
    context.parent_id = *parent;
    return true;
}

}  // namespace

Extracted B3Single::parse(std::string_view text) noexcept {
    Extracted out;
    if (text.size() == 1 && read_decision(text[0], out.context)) {
        out.found = Found::decision;
        return out;
    }
    if (text.size() > kTextBytesMax || !read_fields(text, out.context)) {
        return Extracted::malformed();
    }
    out.found = Found::ids;
    return out;
}

Extracted B3Single::extract(const HeaderReader& headers) const noexcept {
    const auto text = headers.get(kName);
    return text ? parse(*text) : Extracted{};
}

std::size_t B3Single::write(const TraceContext& context, char* out) noexcept {
    const char decision = decision_letter(context);
    if (!context.has_ids()) {
        if (decision == 0) return 0;
        *out = decision;
        return 1;
    }
    char* next = out + internal::write_b3_trace_id(context.trace_id, out);
    *next++ = '-';
    write_hex16(context.span_id.value, next);
    next += 16;
    if (decision != 0) {
        *next++ = '-';
        *next++ = decision;
    }
    if (!context.parent_id.is_zero()) {
        *next++ = '-';
        write_hex16(context.parent_id.value, next);
        next += 16;
    }
    return static_cast<std::size_t>(next - out);
}

bool B3Single::inject(
    const TraceContext& context, const Carried* /*carried*/, const HeaderWriter& headers
) const noexcept {
    std::array<char, kTextBytesMax> text;
    const std::size_t size = write(context, text.data());
    return size == 0 || headers.set(kName, {text.data(), size});
}

}  // namespace clew::propagation
