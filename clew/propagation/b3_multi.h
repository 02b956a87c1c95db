// SPDX-License-Identifier: Apache-2.0
#pragma once

// B3 in five headers, the form that every Zipkin library speaks: X-B3-TraceId (16 or 32 lower-hex
// characters), X-B3-SpanId and X-B3-ParentSpanId (16), X-B3-Sampled (1 or 0), X-B3-Flags (1: debug,
// and then no X-B3-Sampled). Read as well, never written: ids without their leading zeros, from one
// character on, and true and false, which old libraries send.
//
// Threads: immutable; call from anywhere.

#include "clew/propagation/propagation.h"

namespace clew::propagation {

class B3Multi final : public Propagation {
public:
    explicit B3Multi(HeaderCase header_case = HeaderCase::canonical) noexcept
        : case_(header_case) {}

    // X-B3-Sampled with any other value makes the whole context malformed: starting anew is better
    // than carrying a false decision on. X-B3-Flags with any other value is ignored. Without a
    // trace id the other ids are not looked for: most requests have none, and each look costs.
    Extracted extract(const HeaderReader& headers) const noexcept override;
    bool inject(const TraceContext& context, const Carried* carried, const HeaderWriter& headers)
        const noexcept override;

private:
    HeaderCase case_;
};

}  // namespace clew::propagation
