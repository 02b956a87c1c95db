// SPDX-License-Identifier: Apache-2.0
#pragma once

// W3C Trace Context, level 2: `traceparent: 00-{32 hex trace id}-{16 hex span id}-{2 hex flags}`
// and `tracestate`, other tracers' list, which is passed on as it came. A 64-bit trace id is
// written with 16 zeros before it and is a 64-bit one again when it is read. The format has no
// place for a caller's parent, nor for debug, nor for an open decision: a server's span is a child
// of what it received, debug arrives as sampled, open as not sampled.
//
// Threads: immutable; call from anywhere.

#include <optional>
#include <string>
#include <string_view>

#include "clew/propagation/propagation.h"

namespace clew::propagation {

class W3cTraceContext final : public Propagation {
public:
    static constexpr std::size_t kTraceparentBytes = 55;
    // Members of a tracestate; more make it malformed (3.3.1.1).
    static constexpr std::size_t kTraceStateMembersMax = 32;
    // Of what is passed on: longer ones lose whole members, those of more than 128 characters
    // first, then the last (3.3.1.5 asks for 512 at least).
    static constexpr std::size_t kTraceStateBytesMax = 2048;
    static constexpr std::size_t kTraceStateLongMemberBytes = 128;
    static constexpr std::size_t kTraceStateKeyBytesMax = 256;
    static constexpr std::size_t kTraceStateValueBytesMax = 256;

    // A traceparent that breaks the format, or came more than once, is malformed; the tracestate
    // beside it is not looked at. A tracestate that breaks the format is dropped alone.
    Extracted extract(const HeaderReader& headers) const noexcept override;
    // Nothing for a context without ids. Names are in lower case in every carrier.
    bool inject(const TraceContext& context, const Carried* carried, const HeaderWriter& headers)
        const noexcept override;

    // The value of a traceparent; nothing when it breaks the format.
    static std::optional<TraceContext> parse_traceparent(std::string_view text) noexcept;
    // Exactly kTraceparentBytes characters. Requires: a context with ids.
    static void write_traceparent(const TraceContext& context, char* out) noexcept;
    // The value of a tracestate in the form in which it is passed on: without spaces and empty
    // members. Nothing when it breaks the format. May throw std::bad_alloc.
    static std::optional<std::string> normal_trace_state(std::string_view text);
};

}  // namespace clew::propagation
