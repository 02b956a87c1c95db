// SPDX-License-Identifier: Apache-2.0
// Property: whatever six headers say (they stand on the lines of the input), extracting answers;
// what it found can be injected, and extracting that gives the same context. Both forms of B3.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "clew/propagation/b3_multi.h"
#include "clew/propagation/b3_single.h"

namespace {

using clew::propagation::B3Multi;
using clew::propagation::B3Single;
using clew::propagation::Extracted;
using clew::propagation::HeaderField;
using clew::propagation::HeaderFields;
using clew::propagation::Propagation;
using clew::propagation::TraceContext;

constexpr std::array<std::string_view, 6> kNames{
    "b3", "X-B3-TraceId", "X-B3-SpanId", "X-B3-ParentSpanId", "X-B3-Sampled", "X-B3-Flags"};

std::vector<HeaderField> headers_of(std::string_view text) {
    std::vector<HeaderField> headers;
    for (const std::string_view name : kNames) {
        const std::size_t end = text.find('\n');
        headers.push_back({name, text.substr(0, end)});
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    return headers;
}

void check(const Propagation& format, const std::vector<HeaderField>& headers) {
    const HeaderFields fields(headers);
    const Extracted found = format.extract(fields);
    if (found.found == Extracted::Found::nothing || found.found == Extracted::Found::malformed) {
        if (found.context != TraceContext{}) std::abort();
        return;
    }
    std::map<std::string, std::string, std::less<>> carrier;
    const auto set = [&](std::string_view name, std::string_view value) {
        carrier[std::string(name)] = value;
    };
    if (!format.inject(found.context, nullptr, set)) std::abort();
    const auto get = [&](std::string_view name) {
        const auto at = carrier.find(name);
        return at == carrier.end() ? std::string_view() : std::string_view(at->second);
    };
    if (format.extract(get).context != found.context) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const auto headers = headers_of({reinterpret_cast<const char*>(bytes), size});
    check(B3Single(), headers);
    check(B3Multi(), headers);
    return 0;
}
