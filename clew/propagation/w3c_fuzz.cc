// SPDX-License-Identifier: Apache-2.0
// Property: whatever traceparent, tracestate and baggage say (they stand on the lines of the
// input), extracting answers within the limits; what it found can be injected, and extracting that
// gives the same. Any text becomes a baggage value and is read back as it was, repaired where it is
// no UTF-8. A list of format names gives formats or nothing.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "clew/base/text.h"
#include "clew/propagation/baggage.h"
#include "clew/propagation/composite.h"

namespace {

using clew::propagation::append_decoded;
using clew::propagation::BaggageMember;
using clew::propagation::BaggageReader;
using clew::propagation::Composite;
using clew::propagation::CompositeOptions;
using clew::propagation::Extracted;
using clew::propagation::Format;
using clew::propagation::kBaggageBytesMax;
using clew::propagation::kFormats;
using clew::propagation::normal_baggage;
using clew::propagation::parse_formats;
using clew::propagation::W3cTraceContext;
using clew::propagation::with_baggage;
using clew::propagation::without_baggage;

using Headers = std::map<std::string, std::string, std::less<>>;

constexpr std::array<std::string_view, 4> kNames{"traceparent", "tracestate", "baggage", "b3"};

void check(bool holds) {
    if (!holds) std::abort();
}

Headers headers_of(std::string_view text) {
    Headers headers;
    for (const std::string_view name : kNames) {
        const std::size_t end = text.find('\n');
        headers.emplace(name, text.substr(0, end));
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    return headers;
}

Composite composite() {
    CompositeOptions options;
    options.written = {Format::trace_context, Format::b3_single, Format::baggage};
    return Composite(options);
}

Extracted extract(const Headers& headers) {
    const auto get = [&](std::string_view name) -> std::optional<std::string_view> {
        const auto at = headers.find(name);
        if (at == headers.end()) return std::nullopt;
        return at->second;
    };
    return composite().extract(get);
}

std::string_view trace_state(const Extracted& extracted) {
    return extracted.carried ? extracted.carried->trace_state() : std::string_view();
}

std::string_view baggage(const Extracted& extracted) {
    return extracted.carried ? extracted.carried->baggage() : std::string_view();
}

void check_round_trip(const Headers& received) {
    const Extracted found = extract(received);
    check(trace_state(found).size() <= W3cTraceContext::kTraceStateBytesMax);
    check(baggage(found).size() <= kBaggageBytesMax);
    Headers sent;
    const auto set = [&](std::string_view name, std::string_view value) {
        for (const char c : value) check(c >= ' ' && c < 0x7f);  // nothing that splits a header
        check(sent.emplace(name, value).second);
    };
    check(composite().inject(found.context, found.carried.get(), set));
    const Extracted again = extract(sent);
    check(!again.had_malformed);
    check(again.context == found.context);
    check(baggage(again) == baggage(found));
    if (found.context.has_ids()) check(trace_state(again) == trace_state(found));
}

void check_baggage_value(std::string_view text, std::string_view value) {
    const std::string before = normal_baggage(text).text;
    const auto after = with_baggage(before, "key", value);
    if (!after) return;
    check(normal_baggage(*after).text == *after);
    BaggageReader reader(*after);
    BaggageMember member;
    std::string last;
    while (reader.next(member)) {
        last.clear();
        append_decoded(member.value, last);
    }
    std::string wanted;
    clew::append_valid_utf8(value, wanted);
    check(member.key == "key" && last == wanted);
    check(without_baggage(*after, "key") == without_baggage(before, "key"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    const Headers headers = headers_of(text);
    check_round_trip(headers);
    check_baggage_value(headers.at("traceparent"), text);
    const auto formats = parse_formats(text.substr(0, 100));
    check(!formats || formats->size() <= kFormats);
    return 0;
}
