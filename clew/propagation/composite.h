// SPDX-License-Identifier: Apache-2.0
#pragma once

// All formats as one, as a service is configured: reads them in order until one gives a context,
// and writes those that are chosen. In the usual order B3 single comes before B3 multi: the single
// header wins where both are there, and the others are asked when it is absent or malformed, as
// Brave does. Says also how far a caller is trusted.
//
// Threads: immutable after construction; call from anywhere.

#include "clew/propagation/b3_multi.h"
#include "clew/propagation/b3_single.h"
#include "clew/propagation/format.h"
#include "clew/propagation/propagation.h"
#include "clew/propagation/w3c_trace_context.h"

namespace clew::propagation {

// What a caller may decide about the traces of this service.
enum class TrustInbound : std::uint8_t {
    all,  // its trace goes on, and its decision and debug are obeyed
    ids,  // its trace goes on; whether it is recorded is decided here, and its baggage is dropped
    no,   // nothing is read; every request begins a trace: for services that strangers call
};

struct CompositeOptions {
    // Baggage is read always: it is no context, and costs one look when it is not there.
    FormatList read{Format::b3_single, Format::b3_multi, Format::trace_context};
    FormatList written{Format::b3_multi};
    TrustInbound trust_inbound = TrustInbound::all;
    HeaderCase header_case = HeaderCase::canonical;
};

class Composite final : public Propagation {
public:
    explicit Composite(const CompositeOptions& options) noexcept
        : options_(options), b3_multi_(options.header_case) {}

    // The first ids found. A decision of B3 alone joins those of a traceparent: `b3: 0` beside one
    // is its trace, not sampled. Without ids the decision alone, without either `malformed` when
    // any format was. Where B3 gave the ids and a traceparent tells the same trace, its tracestate
    // goes on, if traceparent is written, too.
    Extracted extract(const HeaderReader& headers) const noexcept override;
    bool inject(const TraceContext& context, const Carried* carried, const HeaderWriter& headers)
        const noexcept override;

private:
    // Null for baggage, which is no context.
    const Propagation* context_format(Format format) const noexcept;
    Extracted extract_context(const HeaderReader& headers) const noexcept;
    void add_trace_state(const HeaderReader& headers, Extracted& out) const noexcept;

    CompositeOptions options_;
    B3Multi b3_multi_;
    B3Single b3_single_;
    W3cTraceContext trace_context_;
};

}  // namespace clew::propagation
