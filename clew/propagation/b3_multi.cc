// SPDX-License-Identifier: Apache-2.0
#include "clew/propagation/b3_multi.h"

#include <array>
#include <optional>
#include <string_view>

#include "clew/base/hex.h"
#include "clew/propagation/internal/b3_ids.h"

namespace clew::propagation {

namespace {

using Found = Extracted::Found;

// A header's name in both cases.
struct Name {
    std::string_view canonical;
    std::string_view lower;

    std::string_view in(HeaderCase header_case) const noexcept {
        return header_case == HeaderCase::canonical ? canonical : lower;
    }
};

constexpr Name kTraceId{"X-B3-TraceId", "x-b3-traceid"};
constexpr Name kSpanId{"X-B3-SpanId", "x-b3-spanid"};
constexpr Name kParentSpanId{"X-B3-ParentSpanId", "x-b3-parentspanid"};
constexpr Name kSampled{"X-B3-Sampled", "x-b3-sampled"};
constexpr Name kFlags{"X-B3-Flags", "x-b3-flags"};

bool is_word(std::string_view text, std::string_view word) noexcept {
    if (text.size() != word.size()) return false;
    for (std::size_t i = 0; i < word.size(); ++i) {
        if ((text[i] | 0x20) != word[i]) return false;
    }
    return true;
}

std::optional<Sampling> parse_sampled(std::string_view text) noexcept {
    if (text == "1" || is_word(text, "true")) return Sampling::sampled;
    if (text == "0" || is_word(text, "false")) return Sampling::not_sampled;
    return std::nullopt;
}

// False when an id breaks the format.
bool read_ids(
    const HeaderReader& headers,
    HeaderCase header_case,
    std::string_view trace_id,
    TraceContext& context
) noexcept {
    const auto trace = internal::parse_padded_trace_id(trace_id);
    const auto span =
        internal::parse_padded_span_id(headers.get(kSpanId.in(header_case)).value_or(""));
    if (!trace || !span || span->is_zero()) return false;
    context.trace_id = *trace;
    context.span_id = *span;
    if (const auto text = headers.get(kParentSpanId.in(header_case))) {
        const auto parent = internal::parse_padded_span_id(*text);
        if (!parent) return false;
        context.parent_id = *parent;  // all zeros: none, as Zipkin reads it
    }
    return true;
}

}  // namespace

Extracted B3Multi::extract(const HeaderReader& headers) const noexcept {
    Extracted out;
    if (const auto text = headers.get(kSampled.in(case_))) {
        const auto sampling = parse_sampled(*text);
        if (!sampling) return Extracted::malformed();
        out.context.sampling = *sampling;
        out.found = Found::decision;
    }
    if (headers.get(kFlags.in(case_)) == "1") {
        internal::set_debug(out.context);
        out.found = Found::decision;
    }
    if (const auto trace_id = headers.get(kTraceId.in(case_))) {
        if (!read_ids(headers, case_, *trace_id, out.context)) return Extracted::malformed();
        out.found = Found::ids;
    }
    return out;
}

bool B3Multi::inject(
    const TraceContext& context, const Carried* /*carried*/, const HeaderWriter& headers
) const noexcept {
    std::array<char, 32> text;
    bool taken = true;
    if (context.has_ids()) {
        const std::size_t size = internal::write_b3_trace_id(context.trace_id, text.data());
        taken &= headers.set(kTraceId.in(case_), {text.data(), size});
        write_hex16(context.span_id.value, text.data());
        taken &= headers.set(kSpanId.in(case_), {text.data(), 16});
        if (!context.parent_id.is_zero()) {
            write_hex16(context.parent_id.value, text.data());
            taken &= headers.set(kParentSpanId.in(case_), {text.data(), 16});
        }
    }
    if (context.debug) {
        taken &= headers.set(kFlags.in(case_), "1");
    } else if (context.sampling != Sampling::unset) {
        const bool sampled = context.sampling == Sampling::sampled;
        taken &= headers.set(kSampled.in(case_), sampled ? "1" : "0");
    }
    return taken;
}

}  // namespace clew::propagation
